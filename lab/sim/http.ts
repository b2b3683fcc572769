/** The lab's one HTTP server: every proxy's metrics, discovery for Prometheus, and the simulator's own counts. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { metricsPage } from "../metrics/page.ts";
import { targetGroups } from "../prometheus/targets.ts";
import type { Ledger } from "../truth/ledger.ts";
import { readRange } from "../truth/range.ts";
import type { World } from "./world.ts";

export interface LabHttp {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  close(): Promise<void>;
}

export async function startHttp(world: World, ledger: Ledger, clock: () => number): Promise<LabHttp> {
  let address = "";
  const server: Server = createServer((request, response) => answer(request, response));
  // Prometheus keeps a connection per target open between scrapes.
  server.keepAliveTimeout = 60_000;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "/", "http://lab");
    if (request.method !== "GET") send(response, 405, "text/plain", "only GET\n");
    else if (url.pathname === "/sd")
      send(response, 200, "application/json", JSON.stringify(targetGroups(world.pods.values(), address)));
    else if (url.pathname === "/truth/edges") {
      const range = readRange(url.searchParams, clock() / 1000);
      if (typeof range === "string") send(response, 400, "application/json", JSON.stringify({ error: range }));
      else {
        const edges = ledger.edges(range.start, range.end).filter((e) => range.all || e.unobservable !== true);
        send(response, 200, "application/json", JSON.stringify(edges));
      }
    } else {
      const [, root, cluster, namespace, name, leaf] = url.pathname.split("/");
      const pod = world.pods.get(`${cluster}/${namespace}/${name}`);
      if (root === "pods" && leaf === "metrics" && pod?.scraped) {
        const { type, text } = metricsPage(pod.metrics, pod.program, request.headers.accept);
        send(response, 200, type, text);
      } else send(response, 404, "text/plain", "nothing here\n");
    }
  };

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the lab's HTTP server has no port");
  address = `127.0.0.1:${bound.port}`;
  return {
    url: `http://${address}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
