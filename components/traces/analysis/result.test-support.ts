/** Analyses as the server answers them, for tests of their pages. */
import type { AnalysisResult, Coincidence } from "#lib/api/trace-analysis.ts";
import type { Contributor, Estimate } from "./words.ts";

export const estimate = (value: number, low: number | null = value, high: number | null = value): Estimate => ({
  ...{ value, low, high },
});

export const coincidence = (more: Partial<Coincidence> = {}): Coincidence => ({
  ...{ at: "2026-08-20T14:03:10Z", kind: "deployment", text: "ReplicaSet inventory-5d4f", concerns: "workload" },
  object: { cluster: "c", group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "inventory" },
  ...more,
});

/** `now` and `before`: p95 in milliseconds; the mean is half of it. */
export const contributor = (now: number, before: number | null, more: Partial<Contributor> = {}): Contributor => {
  const side = (p95: number) => ({
    ...{ mean: estimate(p95 / 2), p95: estimate(p95, p95 * 0.9, p95 * 1.1), traces: 180, versions: ["v7"] },
    spread: { p50: p95 / 2, p95 },
  });
  const by = before === null ? null : now - before;
  return {
    ...{ kind: "waiting", service: "inventory.shop", operation: "query", target: "postgres", calls: [] },
    now: side(now),
    before: before === null ? null : side(before),
    change: by === null ? null : { mean: estimate(by / 2, by / 2 - 1, by / 2 + 1), p95: estimate(by, by - 9, by + 9) },
    ...{ since: null, newVersions: [], coincidences: [], examples: [] },
    ...more,
  };
};

const sample: AnalysisResult["sample"] = {
  ...{ start: "2026-08-20T13:30:00Z", end: "2026-08-20T14:30:00Z", traces: 200, tail: 9, each: 10, effective: 150 },
  ...{ mean: estimate(160, 150, 170), p50: 150, p95: estimate(310, 280, 350), kept: 200, complete: false },
  slices: Array.from({ length: 20 }, () => ({ traces: 10, more: true, failed: false, read: true })),
  ...{ weighted: true, requests: 20_000, uncovered: 0.01 },
  sampling: { rate: 0.01, low: 0.008, high: 0.012, basis: "estimated", why: "counted in 5 short stretches" },
};

export const analysis = (more: Partial<AnalysisResult> = {}): AnalysisResult => ({
  ...{ service: "checkout.shop", operation: null, target: null, sample },
  baseline: { ...sample, start: "2026-08-20T12:30:00Z", end: "2026-08-20T13:30:00Z", p95: estimate(130, 120, 140) },
  change: { mean: estimate(90, 80, 100), p95: estimate(180, 150, 210) },
  since: "2026-08-20T14:05:00Z",
  contributors: [
    contributor(170, 20),
    contributor(30, 30, { kind: "self", service: "checkout.shop", operation: "POST /", target: null }),
  ],
  ...{ more: null, changes: { knownSince: [], problem: null }, advice: [], warnings: [], problems: [] },
  ...more,
});
