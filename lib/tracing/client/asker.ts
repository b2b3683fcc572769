/** One question to a tracing backend: budget, one retry, and the failures that all backends share. */
import type { MeshscopeError } from "#lib/errors.ts";
import type { Clock } from "#lib/units.ts";
import { discard, readBody } from "#lib/upstream/body.ts";
import { createConnection, type Head } from "#lib/upstream/connection.ts";
import type { UpstreamTarget } from "#lib/upstream/endpoint.ts";
import { retryAfterSeconds } from "#lib/upstream/failure.ts";
import { pause } from "#lib/upstream/pause.ts";
import type { Asking } from "../port.ts";
import { type Named, problem, refused, thrownProblem, timeout } from "./problem.ts";

export interface TracingTarget extends UpstreamTarget {
  /** Most decoded bytes of an answer that holds no spans. */
  readonly maxBytes: number;
}

export interface AskerDeps {
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries of many consoles. */
  readonly random?: () => number;
}

/** An answer without spans, read whole. `json` is undefined where it is none. */
export interface Small {
  readonly status: number;
  readonly json: unknown;
  readonly html: boolean;
}

export interface Asker {
  readonly named: Named;
  /** Reads an answer by `read`; statuses that mean the same everywhere are thrown before. 400, 404, 405 and 501 are `read`'s. */
  ask<T>(path: string, o: Asking, read: (head: Head) => Promise<T>): Promise<T>;
  /** The same for answers that are small. */
  json(path: string, o: Asking): Promise<Small>;
  close(): Promise<void>;
}

/** A retry waits 50 to 250 ms: long enough for a restarted listener, short beside the budget. */
const RETRY_MS = { least: 50, spread: 200 };
/** Statuses that a backend's own API gives a meaning to. */
const OWN: ReadonlySet<number> = new Set([200, 400, 404, 405, 501]);
/** Of an answer that is no success as much is read as helps to say what it was. */
export const MAX_REFUSAL = 64 * 1024;

/** @throws MeshscopeError `bad_config` for a target that can't be asked. Connects with the first question. */
export function createAsker(
  target: TracingTarget,
  product: Named["product"],
  { clock, random = Math.random }: AskerDeps,
): Asker {
  const connection = createConnection(target, "tracing");
  const named: Named = { name: target.name, product, secrets: () => connection.secrets() };

  async function ask<T>(path: string, o: Asking, read: (head: Head) => Promise<T>): Promise<T> {
    const began = clock.monotonic();
    const budget = o.timeout * 1000;
    const deadline = AbortSignal.timeout(Math.max(0, Math.min(budget, 2 ** 31 - 1)));
    const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;

    const attempt = async (): Promise<T> => {
      try {
        const head = await connection.send({ method: "GET", path, signal });
        if (OWN.has(head.status)) return await read(head);
        const wait = retryAfterSeconds(head.headers["retry-after"], clock.now());
        const text = head.status >= 500 ? await readBody(head.body, head.encoding, MAX_REFUSAL).catch(() => "") : "";
        if (head.status < 500) discard(head.body);
        throw refused(head.status, wait, text, named);
      } catch (thrown) {
        if (o.signal?.aborted) throw problem("cancelled", `The question to "${target.name}" was given up.`);
        if (deadline.aborted) throw timeout(named, `${o.timeout} s have passed`);
        throw thrownProblem(thrown, named);
      }
    };

    try {
      return await attempt();
    } catch (thrown) {
      const failed = thrownProblem(thrown, named);
      const wait = RETRY_MS.least + random() * RETRY_MS.spread;
      if (!isWorthRetrying(failed, wait) || budget - (clock.monotonic() - began) < 2 * wait) throw failed;
      await pause(wait, signal);
      return attempt();
    }
  }

  return {
    named,
    ask,
    json: (path, o) =>
      ask(path, o, async (head) => {
        const most = head.status === 200 ? target.maxBytes : MAX_REFUSAL;
        const text = await readBody(head.body, head.encoding, most);
        return { status: head.status, json: parse(text), html: isHtml(head) };
      }),
    close: () => connection.close(),
  };
}

export function isHtml({ headers }: Pick<Head, "headers">): boolean {
  return /^\s*text\/html/i.test(String(headers["content-type"] ?? ""));
}

function isWorthRetrying(failed: MeshscopeError, waitMs: number): boolean {
  if (failed.problem.code === "upstream_unreachable") return true;
  return failed.problem.code === "upstream_busy" && (failed.retryAfter ?? 0) * 1000 <= waitMs;
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
