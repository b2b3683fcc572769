/** What retries and a timeout come to. Pure. https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry */
import { formatMs } from "#lib/format.ts";
import type { RouteRule } from "#lib/policy/routing.ts";
import { milliseconds } from "#lib/units.ts";
import { durationMs } from "../words.ts";

/** Istio's own where a rule says nothing. */
const DEFAULT_RETRIES = 2;

export interface Spelled {
  readonly lines: readonly string[];
  readonly warning: string | null;
}

/** Attempts × per-try beside the timeout, in words; a warning where the timeout cuts retries off. */
export function spellOut({ timeout, retries }: Pick<RouteRule, "timeout" | "retries">): Spelled {
  const attempts = retries?.attempts ?? DEFAULT_RETRIES;
  const tries = attempts + 1;
  const whole = timeout === null ? null : durationMs(timeout);
  const each = retries?.perTryTimeout === null || retries === null ? null : durationMs(retries.perTryTimeout);
  const by = retries === null ? " (Istio’s default, not written anywhere)" : "";
  if (tries === 1) {
    return {
      lines: ["One try a call: a call that fails has failed.", ...until(whole)],
      warning: null,
    };
  }
  const load = `Up to ${tries} tries a call${by}: a failing service gets up to ${tries} times the load.`;
  if (each === null) {
    const lines = [
      load,
      whole === null
        ? "No timeout ends a try or the call."
        : `All tries together end after ${formatMs(milliseconds(whole))}.`,
    ];
    return {
      lines,
      warning:
        whole === null
          ? null
          : "Without a timeout for each try, one slow try can use up the whole timeout and leave none for a retry.",
    };
  }
  const longest = tries * each;
  const sum = `${tries} tries × ${formatMs(milliseconds(each))} = up to ${formatMs(milliseconds(longest))}, and back-off between them.`;
  if (whole === null || whole >= longest) return { lines: [load, sum, ...until(whole)], warning: null };
  const complete = Math.floor(whole / each);
  return {
    lines: [load, sum, ...until(whole)],
    warning: `The timeout of ${formatMs(milliseconds(whole))} ends the call before all ${formatMs(milliseconds(longest))} are used: ${
      complete === 0
        ? "not even one slow try ends by itself"
        : `after ${complete} slow ${complete === 1 ? "try" : "tries"}`
    }.`,
  };
}

const until = (whole: number | null): readonly string[] =>
  whole === null ? ["No timeout ends the call."] : [`The caller waits ${formatMs(milliseconds(whole))} at most.`];
