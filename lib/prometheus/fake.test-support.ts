/** A scriptable upstream on loopback: each request gets what the test says, down to bytes and silence. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { selfSigned } from "#lib/upstream/certificate.test-support.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Of the query or the form. */
  readonly parameters: URLSearchParams;
}

export type Handler = (response: ServerResponse, request: SeenRequest, count: number) => void;

export interface FakeUpstream {
  readonly url: string;
  /** Its certificate; empty without TLS. */
  readonly ca: string;
  readonly seen: SeenRequest[];
  /** Settles when the client has closed the connection of a request that was never answered. */
  readonly hungUp: Promise<unknown>;
  answer(handler: Handler): void;
  close(): Promise<void>;
}

/** Answers an empty vector until told otherwise. */
export async function startFakeUpstream(o: { readonly tls?: boolean } = {}): Promise<FakeUpstream> {
  let handler: Handler = (response) => json(response, 200, vector([]));
  const seen: SeenRequest[] = [];
  const hangUp = Promise.withResolvers<null>();
  const identity = o.tls ? selfSigned() : null;
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const body: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => body.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://fake");
      const parameters =
        request.method === "POST" ? new URLSearchParams(Buffer.concat(body).toString()) : url.searchParams;
      const one = { method: request.method ?? "", path: url.pathname, headers: request.headers, parameters };
      seen.push(one);
      response.on("close", () => {
        if (!response.writableFinished) hangUp.resolve(null);
      });
      handler(response, one, seen.length);
    });
  };
  const server = identity ? createSecureServer(identity, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `${identity ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: identity?.cert ?? "",
    seen,
    hungUp: hangUp.promise,
    answer(next) {
      handler = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

/** An answer to an instant query. */
export const vector = (result: unknown, more: object = {}): object => ({
  status: "success",
  data: { resultType: "vector", result },
  ...more,
});
