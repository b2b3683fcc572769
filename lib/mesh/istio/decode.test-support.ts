/** One refresh's answers, written by hand. */
import type { Capabilities, DecodeContext, Decoded } from "#lib/mesh/port.ts";
import type { Labels, Sample, Vector } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { decodeAnswers } from "./decode.ts";
import type { Facts } from "./facts.ts";
import { NO_FACTS } from "./facts.ts";

export const AT = 1_800_000_000;

export interface Given {
  readonly requests?: readonly Sample[];
  readonly newborn?: readonly Sample[];
  readonly l4?: readonly Sample[];
  readonly latency?: readonly Sample[];
  readonly targets?: readonly Sample[];
  readonly history?: readonly Sample[];
  readonly facts?: Partial<Facts>;
  readonly context?: Partial<DecodeContext>;
}

export const sample = (labels: Labels, value: number): Sample => ({ labels, value });

/** Decodes; reads that are not given were answered empty, but for latency and history, which were not asked. */
export function decode({ facts = {}, context = {}, ...given }: Given): Decoded {
  const vector = (samples: readonly Sample[]): Vector => ({ at: unixSeconds(AT), samples, warnings: [], infos: [] });
  const all = { requests: [], newborn: [], l4: [], targets: [], ...given };
  const capabilities: Capabilities = {
    mesh: "istio",
    present: true,
    scrapeInterval: seconds(15),
    facts: { ...NO_FACTS, buckets: "classic", ...facts },
  };
  return decodeAnswers(new Map(Object.entries(all).map(([id, samples]) => [id, vector(samples)])), capabilities, {
    inventory: new Map(),
    clusterOf: (name) => name,
    defaultCluster: "c1",
    at: unixSeconds(AT),
    window: seconds(60),
    ...context,
  });
}
