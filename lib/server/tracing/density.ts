/** How many traces a backend has of short stretches of a window, where it has more of the whole than anybody would read. */
import type { Subject } from "#lib/tracing/analysis/entry.ts";
import type { Stretch } from "#lib/tracing/analysis/sampling.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Backend } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import type { Window } from "./sample.ts";

/** Places in the window, as shares of it: requests come in waves. */
const PLACES = [0.1, 0.3, 0.5, 0.7, 0.9] as const;
/** A stretch of which a backend has as many is cut to a quarter, so that some dozen are left. */
const LIMIT = 100;
const NARROWER = 4;
/** Searches for each place at most, and seconds below which instants of spans and of searches differ too much. */
const TRIES = 8;
const SHORTEST = 0.05;

/** Empty where a backend fails, or has too many traces of the shortest stretch: then nothing is known. */
export async function countStretches(
  { timeout }: Pick<TracingDeps, "timeout">,
  backends: readonly Backend[],
  { service, operation }: Subject,
  { start, end }: Window,
  signal: AbortSignal,
): Promise<readonly Stretch[]> {
  const count = async (from: number, length: number): Promise<number | null> => {
    const query = { service, operation, start: unixSeconds(from), end: unixSeconds(from + length), limit: LIMIT };
    const rest = { tags: [], errorsOnly: false, minDuration: null, maxDuration: null };
    const counts = await Promise.all(
      backends.map((backend) =>
        backend.ask("count", async (client) => {
          const found = await client.search({ ...query, ...rest }, { timeout, signal, whole: false });
          const { length: many } = found.summaries ?? found.traces;
          return found.more || found.partial !== null ? null : many;
        }),
      ),
    );
    return counts.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
  };
  const found: Stretch[] = [];
  let length = (end - start) / (PLACES.length * NARROWER);
  try {
    for (const place of PLACES) {
      let known: number | null = null;
      for (let tried = 0; known === null; tried++) {
        if (tried >= TRIES || length < SHORTEST) return [];
        known = await count(start + place * (end - start) - length / 2, length);
        if (known === null) length /= NARROWER;
        else found.push({ found: known, seconds: length });
      }
    }
  } catch {
    signal.throwIfAborted();
    return [];
  }
  return found;
}
