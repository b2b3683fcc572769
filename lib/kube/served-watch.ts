/** What an API server serves of a group, asked again now and then: discovery can't be watched. */
import { type Problem, problemOf } from "#lib/errors.ts";
import { pause } from "#lib/upstream/pause.ts";
import { createBackoff } from "./backoff.ts";
import type { KubeClient } from "./client.ts";
import type { Served } from "./discovery.ts";
import { PACE, type Pace } from "./reflector.ts";

export interface ServedWatch {
  /** As of the last answer; the same object until it differs. null: there was none yet. */
  served(): Served | null;
  /** Why the last question wasn't answered. */
  problem(): Problem | null;
  onChange(callback: () => void): () => void;
  /** Settles when the signal has ended it. Never rejects. */
  readonly done: Promise<void>;
}

export interface ServedWatchOptions {
  readonly group: string;
  readonly signal: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly pace?: Pace;
}

/** Starts at once. What was known stays until another answer replaces it. */
export function watchServed(client: Pick<KubeClient, "served">, o: ServedWatchOptions): ServedWatch {
  const pace = o.pace ?? PACE;
  const backoff = createBackoff(o.random, pace.firstRetry, pace.longestRetry);
  const callbacks = new Set<() => void>();
  let known: { readonly served: Served; readonly text: string } | null = null;
  let problem: Problem | null = null;

  async function ask(): Promise<number> {
    try {
      const served = await client.served(o.group, { signal: o.signal });
      const text = JSON.stringify([...served]);
      const other = known?.text !== text;
      if (other) known = { served, text };
      problem = null;
      backoff.reset();
      if (other && !o.signal.aborted) for (const callback of [...callbacks]) callback();
      return pace.refused;
    } catch (thrown) {
      problem = problemOf(thrown);
      return problem.code === "forbidden" ? pace.refused : backoff.next();
    }
  }

  async function run(): Promise<void> {
    while (!o.signal.aborted) await pause(await ask(), o.signal);
  }

  return {
    served: () => known?.served ?? null,
    problem: () => problem,
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    done: run(),
  };
}
