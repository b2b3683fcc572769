/** How many requests leave a trace, and what that means for what traces can tell. Pure. */

/** A short stretch of time of which the backend's count is whole. */
export interface Stretch {
  readonly found: number;
  readonly seconds: number;
}

export interface Kept {
  /** Traces that the backend had; at least, where `complete` is false. */
  readonly kept: number;
  readonly complete: boolean;
  /** Requests by Prometheus; null where it doesn't know. */
  readonly requests: number | null;
  /** The window's length in seconds. */
  readonly seconds: number;
  /** Counted because the window's own count isn't whole. */
  readonly stretches: readonly Stretch[];
}

/** Share of requests that left a trace, 0 to 1. Retries and several entries may leave more than one. */
export interface Sampling {
  /** null: not known. */
  readonly rate: number | null;
  /** Bounds of what it may be; those of an estimate hold 95 % of what chance does to counts. */
  readonly low: number | null;
  readonly high: number | null;
  /** counted: all traces of the window; estimated: from short stretches; floor: no less than this; unknown: nothing is told. */
  readonly basis: "counted" | "estimated" | "floor" | "unknown";
}

const UNKNOWN: Sampling = { rate: null, low: null, high: null, basis: "unknown" };
/** Fewer traces than this, and chance could have made it another count altogether. */
const LEAST = 10;
/** Of a normal distribution: 95 % of it lie within; counts of independent events spread by their root (Poisson). */
const Z95 = 1.96;

export function samplingOf({ kept, complete, requests, seconds, stretches }: Kept): Sampling {
  if (requests === null || !(requests > 0) || !(seconds >= 1)) return UNKNOWN;
  if (complete) {
    const rate = Math.min(1, kept / requests);
    return { rate, low: rate, high: rate, basis: "counted" };
  }
  const found = stretches.reduce((sum, each) => sum + each.found, 0);
  const lasted = stretches.reduce((sum, each) => sum + each.seconds, 0);
  const floor = Math.min(1, kept / requests);
  if (found < LEAST || !(lasted > 0)) return { rate: null, low: floor, high: 1, basis: "floor" };
  const perTrace = seconds / lasted / requests;
  const share = (traces: number): number => Math.min(1, Math.max(floor, traces * perTrace));
  const off = Z95 * Math.sqrt(found);
  return { rate: share(found), low: share(found - off), high: share(found + off), basis: "estimated" };
}

/** Requests per second above which keeping every trace costs more than it tells. */
const BUSY = 50;
/** Fewer traces than this in an hour don't show what is rare. */
const RARE = 100;
/** Every one, as far as counts tell. */
const ALL = { counted: 0.95, estimated: 0.8 } as const;

/** What to change about sampling; empty where nothing, or nothing is known. */
export function samplingAdvice(kept: Kept): readonly string[] {
  const { rate, low, high, basis } = samplingOf(kept);
  if (kept.requests === null || low === null || high === null) return [];
  const perSecond = kept.requests / kept.seconds;
  const about = basis === "counted" ? "" : "about ";
  const all = basis === "estimated" ? rate !== null && rate > 0.95 && low > ALL.estimated : low > ALL.counted;
  if (all && perSecond > BUSY)
    return [
      `Nearly every one of ${Math.round(perSecond)} requests a second leaves a trace. A few per cent would tell as much; in Istio, lower randomSamplingPercentage of the Telemetry that sets it.`,
    ];
  const hourly = high * perSecond * 3600;
  if (!all && rate !== null && high < 0.95 && hourly < RARE)
    return [
      `At ${about}${percent(rate)} about ${Math.round(rate * perSecond * 3600)} traces an hour are kept: what fails rarely won't be among them. In Istio, raise randomSamplingPercentage of the Telemetry that sets it.`,
    ];
  return [];
}

/** With two digits, as it stands in sentences. */
function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(2))} %`;
}
