/** An external authorizer over HTTP, which refuses some requests by what they say. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Address } from "#lab/real/data-plane.ts";

/** Its name in the mesh, and the Service that stands for it. */
export const PROVIDER = "by-http";
export const AUTHORIZER = { namespace: "auth", name: "ext" } as const;
export const AUTHORIZER_PORT = 9000;
const HOST = `${AUTHORIZER.name}.${AUTHORIZER.namespace}.svc.cluster.local`;
export const AUTHORIZER_CLUSTER = `outbound|${AUTHORIZER_PORT}||${HOST}`;

/** What it answers to what it refuses. */
export const REFUSED = "429";
/** It is told this header too, which it wouldn't be by default. */
const HEADER = "x-tenant";

export const envoyExtAuthzHttp = {
  ...{ service: HOST, port: AUTHORIZER_PORT, includeRequestHeadersInCheck: [HEADER] },
};

export const says = (method: string, headers: Readonly<Record<string, unknown>>): "allow" | "deny" =>
  ["DELETE", "PATCH"].includes(method) || headers[HEADER] === "ann" ? "deny" : "allow";

/** Where it listens; ended with the cluster. */
export async function startAuthorizer(cluster: {
  /** Is ended with the cluster. */
  readonly closing: (end: () => Promise<unknown>) => void;
}): Promise<Address> {
  const server = createServer(({ method = "", headers }, answer) =>
    answer.writeHead(says(method, headers) === "allow" ? 200 : Number(REFUSED)).end(),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  cluster.closing(() => {
    server.closeAllConnections();
    return once(server.close(), "close");
  });
  return { ip: "127.0.0.1", port: (server.address() as AddressInfo).port };
}
