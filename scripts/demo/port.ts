import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/**
 * A port on 127.0.0.1 that can be listened on: the wanted one, or any for 0. Somebody else may still be quicker; then the
 * listener's own error says so.
 * @throws Error with the next step when the wanted one is taken
 */
export async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  server.listen({ port: wanted, host: "127.0.0.1", exclusive: true });
  try {
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") {
      throw new Error(
        `Port ${wanted} is taken. End what listens there, or choose another: npm run demo -- --port ${wanted + 1}`,
      );
    }
    if (code === "EACCES") throw new Error(`Port ${wanted} needs rights that this user lacks; choose one above 1023.`);
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
