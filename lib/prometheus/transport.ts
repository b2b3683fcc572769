/** One exchange with a Prometheus: method, size, retry-after. What the answer means is problem.ts's. */
import type { Clock } from "#lib/units.ts";
import { readBody } from "#lib/upstream/body.ts";
import { createConnection } from "#lib/upstream/connection.ts";
import { retryAfterSeconds } from "#lib/upstream/failure.ts";
import type { Answer } from "./problem.ts";
import type { PrometheusTarget } from "./target.ts";

/** Longer queries go as POST: proxies cut request lines, commonly at 4 or 8 kB with everything else in them. */
const LONGEST_GET = 2048;

export interface Transport {
  /** Asks once. Follows no redirect. Throws what the connection threw; `signal` reaches down to the socket. */
  exchange(path: string, parameters: URLSearchParams, signal: AbortSignal): Promise<Answer>;
  /** Values that must not stand in a problem's text: the configured ones and the token used last. */
  secrets(): readonly string[];
  close(): Promise<void>;
}

/** @throws MeshscopeError `bad_config` (see endpointOf) */
export function createTransport(target: PrometheusTarget, clock: Clock): Transport {
  const connection = createConnection(target, "prometheus");
  /** Some proxies allow GET alone; known after the first 405, for the life of this client. */
  let getOnly = false;

  async function send(method: "GET" | "POST", path: string, query: string, signal: AbortSignal): Promise<Answer> {
    const form = { headers: { "content-type": "application/x-www-form-urlencoded" }, body: query };
    const answer = await connection.send(
      method === "GET" ? { method, path: `${path}?${query}`, signal } : { method, path, ...form, signal },
    );
    const text = await readBody(answer.body, answer.encoding, target.maxBytes);
    return { status: answer.status, retryAfter: retryAfterSeconds(answer.headers["retry-after"], clock.now()), text };
  }

  return {
    secrets: () => connection.secrets(),
    async exchange(path, parameters, signal) {
      const query = parameters.toString();
      if (getOnly || query.length <= LONGEST_GET) return send("GET", path, query, signal);
      const answer = await send("POST", path, query, signal);
      if (answer.status !== 405) return answer;
      getOnly = true;
      return send("GET", path, query, signal);
    },
    close: () => connection.close(),
  };
}
