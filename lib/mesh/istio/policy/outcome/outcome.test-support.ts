/** Stretches of traffic and predictions in a few words; for tests. */
import { view } from "#lib/graph/graph.test-support.ts";
import type { EdgeObservation } from "#lib/graph/observation.ts";
import type { PredictedItem, Prediction } from "#lib/policy/outcome.ts";
import { type CompareInput, compareOutcome } from "./compare.ts";
import type { Traffic } from "./traffic.ts";

export const SECONDS = 60;

/** As a viewer who sees everything would have it, over a minute. */
export function traffic(observations: readonly EdgeObservation[], more: Parameters<typeof view>[2] = {}): Traffic {
  const plain = view(observations, {}, more);
  const nodes = new Map(plain.nodes.map((node) => [node.id, node]));
  return { seconds: SECONDS, edges: plain.edges, through: view(observations, { services: true }, more).edges, nodes };
}

export const id = (name: string): string => `c/shop/workload/${name}`;
export const service = (name: string): string => `c/shop/service/${name}`;

/** A certain refusal of all 10 req/s of web → api. */
export const item = (more: Partial<PredictedItem> = {}): PredictedItem => ({
  ...{ verdict: "denied", certainty: "certain", min: 10, max: 10, rate: 10, seen: "hour", protocol: "http" },
  ...{ source: id("web"), target: id("api"), rule: null, blindSpots: [] },
  ...more,
});

export const prediction = (items: readonly PredictedItem[], more: Partial<Prediction> = {}): Prediction => ({
  ...{ at: "2026-08-20T14:00:00Z", window: "1h", items, left: 0, lost: 0, unseen: 0, gaps: [], limited: false },
  ...more,
});

type Given = Partial<Omit<CompareInput, "before" | "since" | "lately">> & {
  /** What runs there, and whose proxies are scraped. */
  readonly world?: Parameters<typeof view>[2];
  /** null: nothing of then is known. */
  readonly before: readonly EdgeObservation[] | null;
  readonly since: readonly EdgeObservation[];
  /** Like `since` where it isn't given; null: too short. */
  readonly lately?: readonly EdgeObservation[] | null;
};

const NOTHING: Traffic = { seconds: 0, edges: [], through: [], nodes: new Map() };

export function compare({ before, since, lately = since, world = {}, ...more }: Given) {
  return compareOutcome({
    ...{ prediction: prediction([item()]), reaches: () => true, services: [], about: () => null, serving: () => null },
    before: before === null ? NOTHING : traffic(before, world),
    ...{ since: traffic(since, world), lately: lately && traffic(lately, world) },
    ...more,
  });
}
