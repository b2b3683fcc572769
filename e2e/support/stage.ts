/** The console as it is, but for the stream of its graph and what else is kept of it, which is the test's own or the benchmark's. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GraphDelta } from "#lib/graph/model.ts";

export interface Stage {
  readonly url: string;
  /** Sends one change to everybody who listens. When it went, in milliseconds since 1970: its text is made before, once for all. */
  send(delta: GraphDelta): number;
  close(): Promise<void>;
}

/** An answer as it was when it was taken. */
export interface Taken {
  readonly type: string;
  readonly body: Uint8Array;
}

/** @throws where the console refuses */
export async function take(upstream: string, path: string): Promise<Taken> {
  const response = await fetch(`${upstream}${path}`);
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return { type: response.headers.get("content-type") ?? "", body: new Uint8Array(await response.arrayBuffer()) };
}

const STREAM = "/api/v1/graph/stream";

/**
 * Opens a door to the console at `upstream` on a free port. Every new stream begins with what `snapshot` has for its
 * query, a graph as JSON; it is refused where that is nothing. `taken`: by path and query.
 */
export async function openStage(
  upstream: string,
  snapshot: (query: string) => string | undefined,
  taken: ReadonlyMap<string, Taken> = new Map(),
): Promise<Stage> {
  const listeners = new Set<ServerResponse>();
  const server = createServer((asked, answer) => {
    const { pathname, search } = new URL(asked.url ?? "/", upstream);
    const kept = taken.get(pathname + search);
    if (kept !== undefined) {
      answer.writeHead(200, { "content-type": kept.type, "cache-control": "no-store" }).end(kept.body);
      return;
    }
    if (pathname !== STREAM) {
      pass(asked, answer, upstream);
      return;
    }
    const first = snapshot(search.slice(1));
    if (first === undefined) {
      answer.writeHead(400).end();
      return;
    }
    answer.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    answer.write(event(0, "snapshot", first));
    listeners.add(answer);
    answer.once("close", () => listeners.delete(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    send(delta) {
      const text = event(delta.seq, "delta", JSON.stringify(delta));
      const sent = performance.timeOrigin + performance.now();
      for (const listener of listeners) listener.write(text);
      return sent;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const event = (seq: number, name: string, json: string) => `id: stage-${seq}\nevent: ${name}\ndata: ${json}\n\n`;

/** Hands a request to the console under the console's own name, and its answer back. */
function pass(asked: IncomingMessage, answer: ServerResponse, upstream: string): void {
  const { host } = new URL(upstream);
  const { origin: _, ...headers } = asked.headers;
  const onward = request(new URL(asked.url ?? "/", upstream), {
    method: asked.method ?? "GET",
    headers: { ...headers, host },
  });
  onward.once("response", (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  onward.once("error", () => answer.destroy());
  answer.once("close", () => onward.destroy());
  asked.pipe(onward);
}
