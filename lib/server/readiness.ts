/** The state of each upstream, for /readyz and /metrics. */
import type { SourceState, SourceStatus } from "#lib/graph/model.ts";

export interface Readiness {
  /** A broken upstream doesn't make the console unready: it has to be there to say so. */
  readonly ready: boolean;
  readonly dependencies: readonly Dependency[];
}

/** One upstream, by kind and place in the configuration. */
export interface Dependency {
  readonly kind: SourceStatus["kind"];
  readonly index: number;
  readonly state: SourceState;
}

const SEVERITY = ["down", "stale", "partial", "slow"] as const;

/**
 * Each upstream once, in the worst state that any window sees it in. `feeds`: what each window says of the same sources,
 * in the same order; `backends` stand after them.
 */
export function dependenciesOf(
  feeds: readonly (readonly Pick<SourceStatus, "kind" | "state">[])[],
  backends: readonly Dependency[],
): Dependency[] {
  const counts = new Map<string, number>();
  const polled = (feeds[0] ?? []).map(({ kind }, place): Dependency => {
    const index = counts.get(kind) ?? 0;
    counts.set(kind, index + 1);
    const states = feeds.flatMap((each) => each[place]?.state ?? []);
    return { kind, index, state: SEVERITY.find((state) => states.includes(state)) ?? "ok" };
  });
  return [...polled, ...backends];
}
