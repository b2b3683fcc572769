/** A console whose graph stands still: its pages as they are, its graph's answers as they were when they were taken. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Graph, GraphDelta } from "#lib/graph/model.ts";

export interface Frozen {
  readonly url: string;
  /** The answer to a query that was taken. */
  graph(query: string): Graph;
  /** Sends a step to every stream that is open. */
  send(delta: GraphDelta): void;
  close(): Promise<void>;
}

const STREAM = "/api/v1/graph/stream";

/** Takes the answers to `queries` from the console at `upstream`; from then on its graph is asked no more. */
export async function freeze(upstream: string, queries: readonly string[]): Promise<Frozen> {
  const answers = new Map<string, string>();
  for (const query of queries) {
    const response = await fetch(`${upstream}/api/v1/graph?${query}`);
    if (!response.ok) throw new Error(`GET /graph?${query}: ${response.status} ${await response.text()}`);
    answers.set(query, await response.text());
  }
  const listeners = new Set<ServerResponse>();
  const server = createServer((asked, answer) => {
    const { pathname, search } = new URL(asked.url ?? "/", "http://bench");
    if (pathname !== STREAM) {
      pass(asked, answer, upstream);
      return;
    }
    const taken = answers.get(search.slice(1));
    if (taken === undefined) {
      answer.writeHead(400).end();
      return;
    }
    answer.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    answer.write(`id: frozen-0\nevent: snapshot\ndata: ${taken}\n\n`);
    listeners.add(answer);
    answer.once("close", () => listeners.delete(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    graph(query) {
      const taken = answers.get(query);
      if (taken === undefined) throw new Error(`'${query}' was not taken`);
      return JSON.parse(taken) as Graph;
    },
    send(delta) {
      const text = `id: frozen-${delta.seq}\nevent: delta\ndata: ${JSON.stringify(delta)}\n\n`;
      for (const listener of listeners) listener.write(text);
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

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
