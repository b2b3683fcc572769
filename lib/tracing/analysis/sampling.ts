/** How many requests leave a trace, and what that means for what traces can tell. Pure. */

export interface Kept {
  /** Traces that the backend had; at least, where `complete` is false. */
  readonly kept: number;
  readonly complete: boolean;
  /** Requests by Prometheus; null where it doesn't know. */
  readonly requests: number | null;
}

/** Share of requests that left a trace, 0 to 1; null where it can't be told. Retries and several entries may leave more than one. */
export function samplingRate({ kept, complete, requests }: Kept): number | null {
  if (!complete || requests === null || !(requests > 0)) return null;
  return Math.min(1, kept / requests);
}

/** Traces kept of so many calls, in words that aren't taken for "none failed". `rate`: share of requests that is sampled. */
export function keptWords(kept: number, calls: number, what: string, rate: number | null): string {
  const found = `${kept} of about ${Math.round(calls)} ${what} were kept`;
  if (rate === null || rate >= 0.995) return found;
  const expected = calls * rate;
  return `${found}; at ${percent(rate)} expect ${expected < 10 ? Number(expected.toPrecision(2)) : Math.round(expected)}`;
}

/** Requests per second above which keeping every trace costs more than it tells. */
const BUSY = 50;
/** Fewer traces than this in an hour don't show what is rare. */
const RARE = 100;

/** What to change about sampling; empty where nothing. `seconds`: the window's length. */
export function samplingAdvice(sampling: Kept, seconds: number): readonly string[] {
  const rate = samplingRate(sampling);
  if (rate === null || sampling.requests === null) return [];
  const perSecond = sampling.requests / seconds;
  if (rate > 0.95 && perSecond > BUSY)
    return [
      `Nearly every one of ${Math.round(perSecond)} requests a second leaves a trace. A few per cent would tell as much; in Istio, lower randomSamplingPercentage of the Telemetry that sets it.`,
    ];
  const hourly = rate * perSecond * 3600;
  if (rate < 0.95 && hourly < RARE)
    return [
      `At ${percent(rate)} about ${Math.round(hourly)} traces an hour are kept: what fails rarely won't be among them. In Istio, raise randomSamplingPercentage of the Telemetry that sets it.`,
    ];
  return [];
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(2))} %`;
}
