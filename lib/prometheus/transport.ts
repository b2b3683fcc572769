/** One exchange with a Prometheus: connection, credentials, deadline, size. What the answer means is problem.ts's. */
import { Pool } from "undici";
import { MeshscopeError } from "#lib/errors.ts";
import type { Clock } from "#lib/units.ts";
import { readBody } from "#lib/upstream/body.ts";
import { retryAfterSeconds } from "#lib/upstream/failure.ts";
import type { Answer } from "./problem.ts";
import { endpointOf, isHeaderValue, type PrometheusTarget } from "./target.ts";

/** Longer queries go as POST: proxies cut request lines, commonly at 4 or 8 kB with everything else in them. */
const LONGEST_GET = 2048;
/** Enough for all queries of a refresh and a few charts; beyond it they wait, so one console can't flood a Prometheus. */
const CONNECTIONS = 16;

export interface Transport {
  /** Asks once. Follows no redirect. Throws what the connection threw; `signal` reaches down to the socket. */
  exchange(path: string, parameters: URLSearchParams, signal: AbortSignal): Promise<Answer>;
  /** Values that must not stand in a problem's text: the configured ones and the token used last. */
  secrets(): readonly string[];
  close(): Promise<void>;
}

/** @throws MeshscopeError `bad_config` (see endpointOf) */
export function createTransport(target: PrometheusTarget, clock: Clock): Transport {
  const endpoint = endpointOf(target);
  const { tls } = target;
  const pool = new Pool(endpoint.origin, {
    connections: CONNECTIONS,
    // An aborted HTTP/1.1 request closes its socket, which is what tells Prometheus to stop the query.
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
  /** Some proxies allow GET alone; known after the first 405, for the life of this client. */
  let getOnly = false;
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

  async function send(method: "GET" | "POST", path: string, query: string, signal: AbortSignal): Promise<Answer> {
    const headers = await authorised();
    signal.throwIfAborted();
    const below = `${endpoint.prefix}${path}`;
    const answer = await pool.request(
      method === "GET"
        ? { method, path: `${below}?${query}`, headers, signal }
        : {
            method,
            path: below,
            headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
            body: query,
            signal,
          },
    );
    const encoding = answer.headers["content-encoding"];
    const text = await readBody(answer.body, Array.isArray(encoding) ? encoding.join(",") : encoding, target.maxBytes);
    const retryAfter = retryAfterSeconds(answer.headers["retry-after"], clock.now());
    return { status: answer.statusCode, retryAfter, text };
  }

  return {
    secrets: () => (lastToken === null ? endpoint.secrets : [...endpoint.secrets, lastToken]),
    async exchange(path, parameters, signal) {
      const query = parameters.toString();
      if (getOnly || query.length <= LONGEST_GET) return send("GET", path, query, signal);
      const answer = await send("POST", path, query, signal);
      if (answer.status !== 405) return answer;
      getOnly = true;
      return send("GET", path, query, signal);
    },
    close: () => pool.destroy(),
  };
}

function unreadableToken(name: string, why: string, cause?: unknown): MeshscopeError {
  return new MeshscopeError(
    "upstream_unauthorised",
    `The bearer token of Prometheus "${name}" can't be used: ${why}.`,
    {
      cause,
    },
  );
}
