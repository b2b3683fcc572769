import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Graph, GraphDelta } from "#lib/graph/model.ts";

/** The console with a stream of the test's own: same pages, same scripts, but the graph changes when the test says so. */
export interface Replay {
  readonly url: string;
  /** What every new stream begins with. */
  readonly graph: Graph;
  /** Sends one change to everybody who listens. */
  send(delta: GraphDelta): void;
  close(): Promise<void>;
}

const STREAM = "/api/v1/graph/stream";
const SSE = { "content-type": "text/event-stream", "cache-control": "no-store" } as const;

/** Takes one graph from the console at `upstream`, or the test's own, and passes on everything but the stream. */
export async function openReplay(upstream: string, own?: (taken: Graph) => Graph): Promise<Replay> {
  const taken = (await (await fetch(`${upstream}/api/v1/graph`)).json()) as Graph;
  const graph = own?.(taken) ?? taken;
  const listeners = new Set<ServerResponse>();
  const say = (to: ServerResponse, id: number, name: string, data: unknown) =>
    to.write(`id: replay-${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);

  const server = createServer((asked, answer) => {
    if (asked.url?.split("?")[0] !== STREAM) {
      pass(asked, answer, upstream);
      return;
    }
    answer.writeHead(200, SSE);
    say(answer, 0, "snapshot", graph);
    listeners.add(answer);
    answer.once("close", () => listeners.delete(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    graph,
    send(delta) {
      for (const listener of listeners) say(listener, delta.seq, "delta", delta);
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
