/**
 * The lab's tracing backend: OTLP in, and Jaeger's two query APIs out, as Jaeger v2.13 answers them (where they differ, this
 * one is wrong: lab/contract). https://www.jaegertracing.io/docs/latest/apis/
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { legacyTrace, v3Traces } from "./answers.ts";
import type { ExportRequest } from "./model.ts";
import { idOf, legacyQuery, Refusal, v3Query } from "./reading.ts";
import { TraceStore } from "./store.ts";

export interface TraceServer {
  /** Base of the query APIs. */
  readonly url: string;
  /** Where spans go. */
  readonly otlp: string;
  close(): Promise<void>;
}

/** Bytes of one export request. */
const MAX_BODY = 32 * 1024 * 1024;

export async function startTraceServer(store: TraceStore = new TraceStore()): Promise<TraceServer> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://lab");
    if (request.method === "POST" && url.pathname === "/v1/traces") return void take(store, request, response);
    if (request.method !== "GET") return send(response, 405, "text/plain", "");
    if (url.pathname.startsWith("/api/v3/")) return v3(store, url, response);
    if (url.pathname.startsWith("/api/")) return legacy(store, url, response);
    page(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the trace store's HTTP server has no port");
  const url = `http://127.0.0.1:${bound.port}`;
  return {
    url,
    otlp: `${url}/v1/traces`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function take(store: TraceStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY) return send(response, 413, "text/plain", "");
      chunks.push(chunk);
    }
    store.add(JSON.parse(Buffer.concat(chunks).toString("utf8")) as ExportRequest);
    send(response, 200, "application/json", '{"partialSuccess":{}}');
  } catch (error) {
    send(response, 400, "application/json", JSON.stringify({ code: 3, message: String(error) }));
  }
}

/** Its gateway calls its JSON plain text. */
const GATEWAY = "text/plain; charset=utf-8";

function v3(store: TraceStore, url: URL, response: ServerResponse): void {
  const [, , , what, id] = url.pathname.split("/");
  try {
    if (what === "services" && id === undefined) {
      const services = store.services();
      return send(response, 200, GATEWAY, JSON.stringify(services.length === 0 ? {} : { services }));
    }
    if (what === "operations" && id === undefined) {
      const operations = store.operations(url.searchParams.get("service") ?? "");
      return send(response, 200, GATEWAY, JSON.stringify({ operations }));
    }
    if (what !== "traces") return page(response);
    const one = id === undefined ? null : store.get(idOf(id, (why) => `malformed parameter trace_id: ${why}`));
    const traces = id === undefined ? store.find(v3Query(url.searchParams)) : one === null ? [] : [one];
    if (traces.length === 0) throw new Refusal(404, "No traces found");
    send(response, 200, GATEWAY, JSON.stringify(v3Traces(traces)));
  } catch (error) {
    const { status, message } = error instanceof Refusal ? error : { status: 500, message: String(error) };
    send(response, status, GATEWAY, JSON.stringify({ error: { httpCode: status, message } }));
  }
}

function legacy(store: TraceStore, url: URL, response: ServerResponse): void {
  const [, , what, name, leaf] = url.pathname.split("/");
  const ok = (data: readonly unknown[] | null, total: number): void =>
    send(response, 200, "application/json", JSON.stringify({ data, total, limit: 0, offset: 0, errors: null }));
  try {
    if (what === "services" && name === undefined) {
      const services = store.services();
      return ok(services.length === 0 ? null : services, services.length);
    }
    if (what === "operations" || (what === "services" && leaf === "operations")) {
      const service = what === "operations" ? (url.searchParams.get("service") ?? "") : decodeURIComponent(name ?? "");
      const operations = store.operations(service);
      return ok(what === "operations" ? operations : operations.map((each) => each.name), operations.length);
    }
    if (what !== "traces") return page(response);
    if (name === undefined) return ok(store.find(legacyQuery(url.searchParams, Date.now())).map(legacyTrace), 0);
    const trace = store.get(idOf(name, (why) => why));
    if (trace === null) throw new Refusal(404, "trace not found");
    ok([legacyTrace(trace)], 0);
  } catch (error) {
    const { status, message } = error instanceof Refusal ? error : { status: 500, message: String(error) };
    const errors = [{ code: status, msg: message }];
    send(response, status, GATEWAY, JSON.stringify({ data: null, total: 0, limit: 0, offset: 0, errors }));
  }
}

/** What Jaeger answers wherever nothing is: its UI. */
function page(response: ServerResponse): void {
  send(response, 200, "text/html; charset=utf-8", "<!doctype html><title>Trace store of the lab</title>\n");
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
