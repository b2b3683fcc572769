/** A scriptable API server on loopback, over TLS: objects by path, watches that a test feeds, cuts, or lets fall silent. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { selfSigned } from "#lib/upstream/certificate.test-support.ts";
import type { KubeTarget } from "./target.ts";

export interface SeenCall {
  readonly method: string;
  /** The path and query as sent, byte for byte. */
  readonly url: string;
  /** Empty for a request without one. */
  readonly body: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

export interface OpenWatch {
  readonly path: string;
  readonly query: URLSearchParams;
  send(type: string, object: unknown): void;
  raw(bytes: string | Uint8Array): void;
  end(): void;
  cut(): void;
}

/** Answers a call itself, or leaves it to the objects below by answering false. */
export type Script = (response: ServerResponse, call: SeenCall) => boolean;

export interface FakeKube {
  readonly target: KubeTarget;
  readonly seen: SeenCall[];
  /** Open watches, in the order of their opening. */
  readonly watches: OpenWatch[];
  /** Items of a collection, by its path. What isn't set is 404. */
  readonly lists: Map<string, unknown[]>;
  script: Script;
  resourceVersion: number;
  close(): Promise<void>;
}

export async function startFakeKube(): Promise<FakeKube> {
  const { cert, key } = selfSigned();
  const watches: OpenWatch[] = [];
  const seen: SeenCall[] = [];
  const lists = new Map<string, unknown[]>();
  const server = createServer({ cert, key }, (request, response) => void handle(request, response));
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "https://fake");
    const { method = "GET", headers } = request;
    const chunks: Buffer[] = [];
    // Reading has no body to wait for: its answer starts in the same turn.
    if (method !== "GET") for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const call = { method, url: request.url ?? "", body, path: url.pathname, query: url.searchParams, headers };
    seen.push(call);
    response.on("error", () => {});
    if (fake.script(response, call)) return;
    const items = lists.get(call.path);
    if (!items) return status(response, 404, "NotFound", "no such path");
    if (call.query.get("watch") === "true") return open(response, call);
    const from = Number(call.query.get("continue") || 0);
    const limit = Number(call.query.get("limit") || 500);
    const next = from + limit < items.length ? String(from + limit) : "";
    const metadata = { resourceVersion: String(fake.resourceVersion), ...(next ? { continue: next } : {}) };
    answer(response, 200, { kind: "List", metadata, items: items.slice(from, from + limit) });
  }
  function open(response: ServerResponse, { path, query }: SeenCall): void {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    const watch: OpenWatch = {
      path,
      query,
      send: (type, object) => void response.write(`${JSON.stringify({ type, object })}\n`),
      raw: (bytes) => void response.write(bytes),
      end: () => void response.end(),
      cut: () => void response.destroy(),
    };
    watches.push(watch);
    response.on("close", () => watches.splice(watches.indexOf(watch), 1));
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeKube = {
    target: { name: "west", server: `https://127.0.0.1:${port}`, tls: { ca: cert }, token: async () => "console" },
    seen,
    watches,
    lists,
    script: () => false,
    resourceVersion: 100,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

export function answer(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function status(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  answer(response, code, { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message }, headers);
}

/** Waits until a condition holds; a test's own deadline, not a pause. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; ) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain for ${what}`);
}
