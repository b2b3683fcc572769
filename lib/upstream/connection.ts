/** Requests to one upstream over HTTP: a pool of connections, and the credentials that each request carries. */
import type { Readable } from "node:stream";
import { Pool } from "undici";
import { MeshscopeError } from "#lib/errors.ts";
import { endpointOf, isHeaderValue, type Setting, type UpstreamTarget } from "./endpoint.ts";

/** Enough for all questions of a refresh and a few of people; beyond it they wait, so one console can't flood an upstream. */
const CONNECTIONS = 16;

export interface Sending {
  readonly method: "GET" | "POST";
  /** Below the target's url, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** An answer's head, and its body unread. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly encoding: string | undefined;
  readonly body: Readable;
}

export interface Connection {
  /** Follows no redirect. Throws what the connection threw; the signal reaches down to the socket. */
  send(request: Sending): Promise<Head>;
  /** Values that must not stand in a problem's text: the configured ones and the token used last. */
  secrets(): readonly string[];
  close(): Promise<void>;
}

/** @throws MeshscopeError `bad_config` (see endpointOf). Connects with the first request. */
export function createConnection(target: UpstreamTarget, setting: Setting): Connection {
  const endpoint = endpointOf(target, setting);
  const { tls } = target;
  const pool = new Pool(endpoint.origin, {
    connections: CONNECTIONS,
    // An aborted HTTP/1.1 request closes its socket, which is what tells the upstream to stop its work.
    allowH2: false,
    // The caller's signal is the deadline; these only end what a caller has forgotten.
    headersTimeout: 300_000,
    bodyTimeout: 300_000,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 32 * 1024,
    connect: {
      timeout: 10_000,
      ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls?.key === undefined ? {} : { key: tls.key }),
      ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
      rejectUnauthorized: tls?.insecureSkipVerify !== true,
    },
  });
  const fixed = { ...endpoint.headers, "accept-encoding": endpoint.local ? "identity" : "gzip" };
  let lastToken: string | null = null;

  async function authorised(): Promise<Record<string, string>> {
    if (!target.bearerToken) return fixed;
    let token: string;
    try {
      token = (await target.bearerToken()).trim();
    } catch (cause) {
      throw unreadableToken(target.name, "it can't be read", cause);
    }
    if (token === "") throw unreadableToken(target.name, "it is empty");
    if (!isHeaderValue(token)) throw unreadableToken(target.name, "it holds characters that HTTP doesn't allow");
    lastToken = token;
    return { ...fixed, authorization: `Bearer ${token}` };
  }

  return {
    secrets: () => (lastToken === null ? endpoint.secrets : [...endpoint.secrets, lastToken]),
    async send({ method, path, headers, body, signal }) {
      const all = { ...(await authorised()), ...headers };
      signal.throwIfAborted();
      const answer = await pool.request({
        ...{ method, path: `${endpoint.prefix}${path}`, headers: all, signal },
        ...(body === undefined ? {} : { body }),
      });
      const encoding = answer.headers["content-encoding"];
      return {
        status: answer.statusCode,
        headers: answer.headers,
        encoding: Array.isArray(encoding) ? encoding.join(",") : encoding,
        body: answer.body,
      };
    },
    close: () => pool.destroy(),
  };
}

function unreadableToken(name: string, why: string, cause?: unknown): MeshscopeError {
  return new MeshscopeError("upstream_unauthorised", `The bearer token of "${name}" can't be used: ${why}.`, { cause });
}
