/** How many of the failed calls can be expected among the traces, and on what that rests. Pure. */
import type { SamplingRate, TraceBackendsAnswer, TracesAnswer } from "#lib/api/traces.ts";
import { formatCount, formatNumber, formatPercent } from "#lib/format.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import { type Ratio, ratio } from "#lib/units.ts";

/** Does the answer hold all traces that fit? Not of backends that weren't heard, were cut, or had more than were asked for. */
export function isWhole({ full, problems, partial }: Pick<TracesAnswer, "full" | "problems" | "partial">): boolean {
  return full.length + problems.length + partial.length === 0;
}

/** Which share of calls leaves a trace. */
export interface Kept {
  readonly share: Ratio;
  /** Where it is known from, as it stands in brackets: `measured here: 41 of about 4,100 calls`. */
  readonly basis: string;
}

/** Fewer traces than this, and chance could have made it another count altogether. */
const LEAST = 10;

/** By counting both; null where too few are there, or were counted, to tell. Only of traces of which all were read. */
export function measuredKept(traces: number, calls: number | null): Kept | null {
  if (calls === null || traces < LEAST || calls < LEAST) return null;
  const basis = `measured here: ${formatCount(traces)} of about ${formatCount(Math.round(calls))} calls`;
  return { share: ratio(Math.min(1, traces / calls)), basis };
}

/**
 * As objects and the mesh's settings set it: the mesh's rate, for where a trace begins decides for all of it, and most begin at a gateway. Where
 * only parts of the mesh have one, nothing is known of the others. `clusters`: those in question; empty: all.
 */
export function configuredKept(rates: readonly SamplingRate[] | null, clusters: readonly string[] = []): Kept | null {
  const here = (rates ?? []).filter(({ cluster }) => clusters.length === 0 || clusters.includes(cluster));
  const whole = here.filter(({ where }) => where === "mesh");
  const [first] = whole;
  if (first === undefined || whole.some(({ percent }) => percent !== first.percent)) return null;
  const others = here.filter(({ where, percent }) => where !== "mesh" && percent !== first.percent).length;
  const aside =
    others === 0
      ? ""
      : `; ${formatCount(others)} ${others === 1 ? "other sets" : "others set"} another rate for a part of it`;
  return {
    share: ratio(first.percent / 100),
    basis: `${setBy(first)} for traces that begin anywhere in the mesh${aside}`,
  };
}

function setBy({ from, namespace, name, percent }: SamplingRate): string {
  const object = `ConfigMap ${namespace}/${name}`;
  switch (from) {
    case "settings":
      return percent === 0 ? `switched off by ${object}` : `set by defaultConfig of ${object}`;
    case "istiod":
      return "set by istiod’s PILOT_TRACE_SAMPLING";
    case "default":
      return `Istio’s default, as nothing else is set by Telemetry, ${object} or istiod,`;
    default:
      return `set by Telemetry ${namespace}/${name}`;
  }
}

/** Why nobody knows which share it is; null: nothing tells. `clusters` as above. */
export function whyUnknown(
  unknown: TraceBackendsAnswer["samplingUnknown"],
  clusters: readonly string[] = [],
): string | null {
  const here = unknown.filter(({ cluster }) => clusters.length === 0 || clusters.includes(cluster));
  const [first, ...others] = here;
  if (first === undefined) return null;
  const alike = others.every(({ why }) => why === first.why);
  return alike ? first.why : here.map(({ cluster, why }) => `${cluster}: ${why}`).join("; ");
}

/**
 * `at 1 % expect 0.4 (set by Telemetry …)`; null where nothing tells. `failed`: failed calls that were counted; `why`: why no
 * share is known, where that is told.
 */
export function expectWords(failed: number, kept: Kept | null, why: string | null = null): string | null {
  if (kept === null) return why === null ? null : `which share of calls leaves a trace isn’t known (${why})`;
  return `${expectedOf(failed, kept.share)} (${kept.basis})`;
}

/** `at 1 % expect 0.4`: of so many calls. */
export function expectedOf(calls: number, share: Ratio): string {
  const expected = calls * share;
  const number = expected < 100 ? formatNumber(expected) : `about ${formatCount(Math.round(expected))}`;
  return `at ${formatPercent(share)} expect ${number}`;
}

/** Calls of some edges that failed in their window; those of which nobody counts requests are none, and other meshes' aren't sampled by this one. */
export function failedOf(edges: readonly Pick<GraphEdge, "rate" | "errorRate" | "requests" | "observer">[]): number {
  return edges.reduce(
    (sum, { rate, errorRate, requests, observer }) =>
      observer === "extension" || rate === null || errorRate === null || requests === null || rate <= 0
        ? sum
        : sum + (errorRate / rate) * requests,
    0,
  );
}

/** `0 of about 40 failed calls were kept; at 1 % expect 0.4 (…)`, which isn't taken for "none failed"; null where none failed. */
export function failedKeptWords(
  found: number,
  failed: number,
  kept: Kept | null,
  why: string | null = null,
): string | null {
  if (failed < 0.5) return null;
  const of = `${formatCount(found)} of about ${formatCount(Math.round(failed))} failed calls were kept`;
  const expect = expectWords(failed, kept, why);
  return expect === null ? of : `${of}; ${expect}`;
}
