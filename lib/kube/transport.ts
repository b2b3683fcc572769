/** One exchange with an API server: connections, credentials, size. */
import type { Readable } from "node:stream";
import { Pool } from "undici";
import { MeshscopeError } from "#lib/errors.ts";
import type { Clock } from "#lib/units.ts";
import { readBody } from "#lib/upstream/body.ts";
import { retryAfterSeconds } from "#lib/upstream/failure.ts";
import { refusal, unreadable } from "./problem.ts";
import { type Asked, type Status, statusOf } from "./status.ts";
import { type KubeTarget, serverOf } from "./target.ts";
import { warningTexts } from "./warnings.ts";

/** One page of 500 pods is about 5 MB; a cluster of pathological ones stays below this. */
const MAX_BYTES = 64 * 1024 * 1024;
const REFUSAL_BYTES = 256 * 1024;

export interface Exchange {
  readonly signal: AbortSignal;
  readonly as: { readonly token: string } | undefined;
  readonly accept?: string;
  /** Decoded bytes of the answer; 64 MiB unless told. */
  readonly maxBytes?: number;
}

/** A request with a body. It is sent once: nobody repeats a write whose answer was lost. */
export interface Sending extends Exchange {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly contentType: string;
  readonly body: unknown;
  /** Refusals that the caller reads itself: answers a value for those, or null for the usual error. */
  readonly onRefusal?: (http: number, status: Status | null) => MeshscopeError | null;
}

export interface Sent {
  readonly http: number;
  readonly value: unknown;
  /** Texts of Warning headers. */
  readonly warnings: readonly string[];
}

export interface Transport {
  /** A 2xx answer's JSON. Throws MeshscopeError for refusals, and what the connection threw. */
  read(path: string, asked: Asked, o: Exchange): Promise<unknown>;
  /** Sends a body once; a 2xx answer's JSON. Throws as `read` does. */
  send(path: string, asked: Asked, o: Sending): Promise<Sent>;
  /** A 2xx answer's body as it comes. */
  stream(path: string, asked: Asked, o: Exchange): Promise<Readable>;
  close(): Promise<void>;
}

/** Thrown inside this folder for HTTP 410: what was asked for is too old. */
export class Gone extends Error {}

/** @throws MeshscopeError `bad_config` */
export function createTransport(target: KubeTarget, clock: Clock): Transport {
  const { origin, prefix } = serverOf(target);
  const { ca, cert, key, serverName } = target.tls;
  const trust = {
    timeout: 10_000,
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
  // Aborting an HTTP/1.1 request closes its socket, which ends a watch on the server at once. A watch holds a connection.
  const options = { allowH2: false, headersTimeout: 60_000, bodyTimeout: 0, keepAliveTimeout: 30_000 };
  const own = new Pool(origin, {
    ...options,
    connections: 64,
    connect: { ...trust, ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) },
  });
  // A server that is shown a certificate and a token may well believe the certificate: users' calls show none.
  const users = new Pool(origin, { ...options, connections: 32, connect: trust });

  async function authorization(as: Exchange["as"]): Promise<Record<string, string>> {
    const token = as ? as.token : await target.token?.();
    if (token === undefined) return {};
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new MeshscopeError(
        "upstream_unauthorised",
        `The token for cluster "${target.name}" is empty or malformed.`,
      );
    }
    return { authorization: `Bearer ${token}` };
  }

  async function exchange(path: string, asked: Asked, o: Exchange | Sending) {
    const headers = {
      accept: o.accept ?? "application/json",
      "accept-encoding": "identity",
      "user-agent": "meshscope",
      ...("method" in o ? { "content-type": o.contentType } : {}),
      ...(await authorization(o.as)),
    };
    const sent = "method" in o ? { method: o.method, body: JSON.stringify(o.body) } : { method: "GET" as const };
    o.signal.throwIfAborted();
    const pool = o.as ? users : own;
    const answer = await pool.request({ ...sent, path: `${prefix}${path}`, headers, signal: o.signal });
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    const text = await readBody(answer.body, one(answer.headers["content-encoding"]), REFUSAL_BYTES);
    if (answer.statusCode === 410) throw new Gone("410");
    const retryAfter = retryAfterSeconds(answer.headers["retry-after"], clock.now());
    const status = statusOf(json(text));
    const read = "method" in o ? o.onRefusal?.(answer.statusCode, status) : null;
    throw read ?? refusal(answer.statusCode, status, asked, retryAfter);
  }

  return {
    async read(path, asked, o) {
      const answer = await exchange(path, asked, o);
      const value = json(await readBody(answer.body, one(answer.headers["content-encoding"]), o.maxBytes ?? MAX_BYTES));
      if (value === undefined) throw unreadable(asked, "something that isn't JSON");
      return value;
    },
    async send(path, asked, o) {
      const answer = await exchange(path, asked, o);
      const value = json(await readBody(answer.body, one(answer.headers["content-encoding"]), o.maxBytes ?? MAX_BYTES));
      if (value === undefined) throw unreadable(asked, "something that isn't JSON");
      return { http: answer.statusCode, value, warnings: warningTexts(answer.headers.warning) };
    },
    async stream(path, asked, o) {
      const answer = await exchange(path, asked, o);
      return answer.body;
    },
    async close() {
      await Promise.all([own.destroy(), users.destroy()]);
    },
  };
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(",") : header;

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
