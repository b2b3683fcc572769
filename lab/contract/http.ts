/** The contract's own HTTP client: strict TLS, one bearer token, JSON, and watches as event sequences. */
import { type Agent, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";

export interface Endpoint {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The parsed body where it is JSON, else undefined. */
  readonly body: unknown;
}

export interface RequestOptions {
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** In place of the endpoint's token; null sends none. */
  readonly token?: string | null;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Record<string, unknown> & {
    readonly metadata: Record<string, unknown> & { readonly name: string; readonly resourceVersion: string };
  };
}

export interface WatchStream {
  /** The status of the answer. */
  readonly status: number;
  /** The next event; null when the stream has ended. Throws after the deadline (milliseconds). */
  next(deadline?: number): Promise<WatchEvent | null>;
  close(): void;
}

export interface Http {
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Opens a watch; resolves when the answer's head is here. */
  watch(path: string, options?: RequestOptions): Promise<WatchStream>;
  close(): void;
}

/** A client of one server. */
export function createHttp(endpoint: Endpoint): Http {
  const agent = new SecureAgent({ keepAlive: true, maxSockets: 32, ca: endpoint.caPem });
  const send = (method: string, path: string, options: RequestOptions, pool: Agent | false): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { body, contentType, accept } = options;
      const token = options.token === undefined ? endpoint.token : options.token;
      const payload = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
      const headers: OutgoingHttpHeaders = {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(accept === undefined ? {} : { accept }),
        ...(payload === undefined
          ? {}
          : { "content-type": contentType ?? "application/json", "content-length": Buffer.byteLength(payload) }),
      };
      const outgoing = secureRequest(
        new URL(path, endpoint.url),
        { method, headers, ca: endpoint.caPem, agent: pool === false ? false : pool },
        resolve,
      );
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  const streams = new Set<WatchStream>();
  return {
    async request(method, path, options = {}) {
      const incoming = await send(method, path, options, agent);
      const chunks: Buffer[] = [];
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString("utf8");
      const json = (incoming.headers["content-type"] ?? "").includes("json");
      return {
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        text,
        body: json && text !== "" ? (JSON.parse(text) as unknown) : undefined,
      };
    },
    async watch(path, options = {}) {
      const stream = readEvents(await send("GET", path, options, false));
      streams.add(stream);
      return stream;
    },
    close() {
      for (const stream of streams) stream.close();
      agent.destroy();
    },
  };
}

function readEvents(incoming: IncomingMessage): WatchStream {
  const events: WatchEvent[] = [];
  const waiting: (() => void)[] = [];
  let rest = "";
  let ended = false;
  const wake = (): void => {
    for (const resume of waiting.splice(0)) resume();
  };
  incoming.setEncoding("utf8");
  incoming.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") events.push(JSON.parse(line) as WatchEvent);
    wake();
  });
  const end = (): void => {
    ended = true;
    wake();
  };
  incoming.on("end", end);
  incoming.on("close", end);
  incoming.on("error", end);
  return {
    status: incoming.statusCode ?? 0,
    async next(deadline = 10_000) {
      const until = performance.now() + deadline;
      for (;;) {
        const event = events.shift();
        if (event !== undefined) return event;
        if (ended) return null;
        const left = until - performance.now();
        if (left <= 0) throw new Error(`no event within ${deadline} ms`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          waiting.push(() => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
    },
    close: () => void incoming.destroy(),
  };
}
