/**
 * Which share of requests proxies begin a trace of, as Telemetry objects set it. What is set elsewhere (the mesh's own
 * settings, istiod's PILOT_TRACE_SAMPLING) isn't read, so that no object means unknown and never Istio's default. Pure.
 * https://istio.io/latest/docs/reference/config/telemetry/#Tracing
 */
import { listAt, numberAt, objectAt } from "./routing/json.ts";

interface SamplingRate {
  readonly namespace: string;
  readonly name: string;
  /** What it counts for: an object of the root namespace for the mesh, another for its namespace, one with a selector for some workloads. */
  readonly where: "mesh" | "namespace" | "workloads";
  /** 0 to 100; 0 also where spans aren't reported at all. */
  readonly percent: number;
}

interface Telemetry {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

/** Each rate that an object sets, those of the mesh first. `root`: the mesh's root namespace. */
export function samplingRates(telemetries: readonly Telemetry[], root: string): readonly SamplingRate[] {
  return telemetries.flatMap((each) => ratesOf(each, root)).sort((a, b) => rank(a) - rank(b) || compare(a, b));
}

function ratesOf({ spec, metadata: { name, namespace = "default" } }: Telemetry, root: string): SamplingRate[] {
  const some = Object.keys(objectAt(objectAt(spec, "selector"), "matchLabels")).length > 0;
  const where = some || listAt(spec, "targetRefs").length > 0 ? "workloads" : namespace === root ? "mesh" : "namespace";
  const percents = listAt(spec, "tracing").flatMap((tracing): number[] => {
    if (tracing["disableSpanReporting"] === true) return [0];
    const percent = numberAt(tracing, "randomSamplingPercentage");
    return percent === null || percent < 0 || percent > 100 ? [] : [percent];
  });
  return [...new Set(percents)].map((percent) => ({ namespace, name, where, percent }));
}

const RANKS: readonly SamplingRate["where"][] = ["mesh", "namespace", "workloads"];
const rank = ({ where }: SamplingRate): number => RANKS.indexOf(where);

function compare(a: SamplingRate, b: SamplingRate): number {
  const [x, y] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
  return x < y ? -1 : x > y ? 1 : a.percent - b.percent;
}
