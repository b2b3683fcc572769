/**
 * Recording rules that hold the answers of a refresh's reads, so that a large mesh is scanned once for everybody. A rule's
 * expression IS the read's query, so both ways give the same numbers. deploy/prometheus/meshscope.rules.yaml is printed
 * from here. Sums come after rate(): a sum of raw counters would look like a reset at every restart.
 * https://prometheus.io/docs/practices/rules/
 */
import type { Expr } from "#lib/promql/ast.ts";
import { type Seconds, seconds } from "#lib/units.ts";
import { type Facts, NO_FACTS } from "./facts.ts";
import { l4Read, latencyRead, newbornRead, requestsRead } from "./reads.ts";

/** Reads that may be recorded. */
export type Recorded = "requests" | "newborn" | "l4" | "latency";
/** Windows that rules are shipped for. */
export const RECORDED_WINDOWS: readonly { readonly name: string; readonly window: Seconds; readonly every: Seconds }[] =
  [
    { name: "1m", window: seconds(60), every: seconds(15) },
    { name: "5m", window: seconds(300), every: seconds(30) },
  ];
/** A recording older than this is not used: its rules may have been unloaded. */
export const FRESH = seconds(60);

/** Rules can't know what probes find: they take ztunnels by the pod label `app`, as Istio's own chart sets it. */
const ASSUMED: Facts = { ...NO_FACTS, ztunnelLabel: "app" };

const READS: Readonly<Record<Recorded, (window: Seconds, facts: Facts) => Expr>> = {
  requests: requestsRead,
  newborn: newbornRead,
  l4: l4Read,
  latency: latencyRead,
};

/** The metric that holds a read's answer, for example `meshscope:istio_requests:rate1m`. */
export function recordingName(read: Recorded, window: Seconds): string | null {
  const known = RECORDED_WINDOWS.find((entry) => entry.window === window);
  return known === undefined ? null : `meshscope:istio_${read}:rate${known.name}`;
}

/** All rules, by window. */
export function recordingRules(): readonly {
  readonly name: string;
  readonly every: Seconds;
  readonly rules: readonly { readonly record: string; readonly expr: Expr }[];
}[] {
  return RECORDED_WINDOWS.map(({ name, window, every }) => ({
    name: `meshscope-istio-${name}`,
    every,
    rules: (Object.keys(READS) as Recorded[]).map((read) => ({
      record: `meshscope:istio_${read}:rate${name}`,
      expr: READS[read](window, ASSUMED),
    })),
  }));
}

/** The recording to read instead of `read`, if it is there, fresh, and would say the same; else null. */
export function recordingFor(read: Recorded, window: Seconds, facts: Facts): string | null {
  if (!facts.recorded.includes(window) || facts.doubles !== null) return null;
  const layer4 = read === "l4" || read === "newborn";
  if (layer4 && facts.ztunnelLabel !== null && facts.ztunnelLabel !== ASSUMED.ztunnelLabel) return null;
  return recordingName(read, window);
}

/** How old recorded numbers may be although they are read now; null where the window's are not recorded. */
export function recordedEvery(window: Seconds, facts: Facts): Seconds | null {
  if (recordingFor("requests", window, facts) === null) return null;
  return RECORDED_WINDOWS.find((entry) => entry.window === window)?.every ?? null;
}
