/** Our own HTTP server around Next: it refuses what must not get in, and times, counts and logs what does. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { FIXED_HEADERS } from "#lib/server/security-headers.ts";
import { admission, type Ours, type Refusal } from "./admission.ts";
import { dropInternalHeaders } from "./headers.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;

export interface HttpOptions {
  /** Asked with each request: with port 0 it is known only once the server listens. */
  readonly ours: Ours;
  readonly handler: Handler;
  /** Only development upgrades connections (hot reload). */
  readonly upgrade: UpgradeHandler | null;
  /** Called once a request, when its answer has ended or its connection broke. */
  readonly onDone: (done: RequestRecord) => void;
  readonly onFailure: (thrown: unknown, requestId: string) => void;
}

export interface RequestRecord {
  readonly requestId: string;
  readonly method: string;
  /** Without the query, and cut: it may hold names, but never grows a log without bound. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly stream: boolean;
  readonly complete: boolean;
}

/** A client gets this long for its headers, and for the whole request; answers (streams) have no limit. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** A session of several clusters is some 30 KB of cookies at most (lib/server/session/cookie.ts). */
const MAX_HEADER_BYTES = 48 * 1024;

export function createHttpServer(options: HttpOptions): Server {
  const server = createServer({
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAliveTimeout: 65_000,
    requireHostHeader: true,
    insecureHTTPParser: false,
    noDelay: true,
    // A peer that vanished without a word is found by the kernel; its stream's slot is freed with the connection.
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
  });
  server.on("request", (request, response) => void serve(request, response, options));
  server.on("connect", (_request, socket) => refuseRaw(socket, 400, "Bad Request"));
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (options.upgrade === null || admission(request, options.ours) !== null)
      return refuseRaw(socket, 400, "Bad Request");
    dropInternalHeaders(request);
    options.upgrade(request, socket, head).catch(() => socket.destroy());
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    if (error.code === "HPE_HEADER_OVERFLOW") return refuseRaw(socket, 431, "Request Header Fields Too Large");
    if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return refuseRaw(socket, 408, "Request Timeout");
    refuseRaw(socket, 400, "Bad Request");
  });
  return server;
}

async function serve(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  const started = performance.now();
  const requestId = randomUUID();
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  response.on("close", () => {
    const stream = String(response.getHeader("content-type") ?? "").startsWith("text/event-stream");
    const record = {
      requestId,
      method: request.method ?? "",
      path: path.slice(0, 256),
      status: response.statusCode,
      ms: performance.now() - started,
    };
    options.onDone({ ...record, stream, complete: response.writableFinished });
  });
  for (const [name, value] of Object.entries(FIXED_HEADERS)) response.setHeader(name, value);
  response.setHeader("x-request-id", requestId);
  const refusal = admission(request, options.ours);
  if (refusal !== null) return refuse(request, response, refusal, requestId);
  dropInternalHeaders(request);
  // Failed sign-ins are counted by it. Behind a proxy it is the proxy's: what that says of its clients isn't believed.
  const address = request.socket.remoteAddress ?? "";
  request.headers["x-request-id"] = requestId;
  request.headers["x-meshscope-address"] = address;
  request.rawHeaders.push("x-request-id", requestId, "x-meshscope-address", address);
  try {
    await options.handler(request, response);
  } catch (thrown) {
    options.onFailure(thrown, requestId);
    const detail = "Something failed inside the console. Its log has the request id and the cause.";
    if (response.headersSent) response.destroy();
    else refuse(request, response, { status: 500, code: "internal", title: "Internal error", detail }, requestId);
  }
}

/** Answers and closes: whoever sends such a request gets no second one on this connection. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, title, detail, code, allow }: Refusal,
  requestId: string,
): void {
  const body = { type: `urn:meshscope:problem:${code}`, title, status, detail, code, requestId };
  const headers = {
    "content-type": "application/problem+json; charset=utf-8",
    "cache-control": "no-store",
    connection: "close",
    ...(allow === undefined ? {} : { allow: allow.join(", ") }),
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
  request.resume();
}

function refuseRaw(socket: Duplex, status: number, reason: string): void {
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
