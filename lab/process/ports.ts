import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

/**
 * Ports of 127.0.0.1, all different, that nothing listened on a moment ago: for programs that can't choose one
 * themselves. Should somebody take one meanwhile, the program says so and its start fails.
 */
export async function freePorts<const Names extends readonly string[]>(
  names: Names,
): Promise<Readonly<Record<Names[number], number>>> {
  const servers = names.map((name) => ({ name, server: createServer().listen(0, "127.0.0.1") }));
  await Promise.all(servers.map(({ server }) => once(server, "listening")));
  const ports = servers.map(({ name, server }) => [name, (server.address() as AddressInfo).port] as const);
  await Promise.all(servers.map(({ server }) => once(server.close(), "close")));
  return Object.fromEntries(ports) as Record<Names[number], number>;
}
