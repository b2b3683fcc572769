/** Drives long work in steps, so that the server's loop is never held up by one viewer's large answer. */
import type { Steps } from "#lib/tracing/steps.ts";
import type { Clock } from "#lib/units.ts";
import { breathe } from "./breathe.ts";

/** Milliseconds of work at a time: streams are fed in between. */
const SLICE_MS = 10;

/** @throws the signal's reason, and what the work throws */
export async function slowly<T>(
  steps: Steps<T>,
  { monotonic }: Pick<Clock, "monotonic">,
  signal: AbortSignal = new AbortController().signal,
): Promise<T> {
  let began = monotonic();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (monotonic() - began < SLICE_MS) continue;
    await breathe(signal);
    began = monotonic();
  }
}
