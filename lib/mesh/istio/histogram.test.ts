import { describe, expect, test } from "vitest";
import type { NodeKey } from "#lib/graph/id.ts";
import type { Capabilities } from "#lib/mesh/port.ts";
import { printQuery } from "#lib/promql/print.ts";
import type { Vector } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { bucketsOf, histogramQuery } from "./histogram.ts";

const capabilities: Capabilities = { mesh: "istio", present: true, scrapeInterval: seconds(5), facts: {} };
const options = {
  window: seconds(600),
  metricsNameOf: (cluster: string) => (cluster === "west-1" ? "Kubernetes" : cluster),
};
const query = (key: Partial<NodeKey>, caller: NodeKey | null = null) => {
  const expr = histogramQuery(
    { kind: "app", cluster: "west-1", namespace: "shop", name: "cart", ...key },
    capabilities,
    { ...options, caller },
  );
  return expr === null ? null : printQuery(expr);
};
const answer = (rows: readonly [reporter: string, le: string, value: number][]): Vector => ({
  at: unixSeconds(0),
  samples: rows.map(([reporter, le, value]) => ({ labels: { reporter, le }, value })),
  warnings: [],
  infos: [],
});

describe("the latencies of all calls to a node", () => {
  test("are asked of its own labels, over the whole window", () => {
    const text = query({});
    expect(text).toContain('destination_canonical_service="cart"');
    expect(text).toContain('destination_workload_namespace="shop"');
    expect(text).toContain("[600s]");
    expect(query({ kind: "workload" })).toContain('destination_workload="cart"');
    expect(query({ kind: "restricted" })).toBeNull();
  });

  test("are those that the server's side counted, if it did", () => {
    const rows: [string, string, number][] = [
      ["source", "+Inf", 9],
      ["destination", "+Inf", 2],
      ["destination", "10", 1],
      ["destination", "10.0", 0.5],
      ["destination", "odd", 7],
      ["destination", "5", Number.NaN],
    ];
    expect(bucketsOf(answer(rows), seconds(600), "server")).toEqual({
      bounds: [10, Number.POSITIVE_INFINITY],
      counts: [900, 1200],
      sum: null,
    });
    expect(bucketsOf(answer(rows.slice(0, 1)), seconds(10), "server")).toEqual({
      bounds: [Number.POSITIVE_INFINITY],
      counts: [90],
      sum: null,
    });
  });

  test("of one caller are asked by both ends, and are those that its side counted", () => {
    const web: NodeKey = { kind: "workload", cluster: "west-1", namespace: "shop", name: "web" };
    const text = query({}, web);
    expect(text).toContain('source_workload="web"');
    expect(text).toContain('destination_canonical_service="cart"');
    // No metric names a caller by its service.
    expect(query({}, { ...web, kind: "service" })).toBeNull();
    const both = answer([
      ["destination", "+Inf", 9],
      ["source", "+Inf", 7],
    ]);
    expect(bucketsOf(both, seconds(10), "client")?.counts).toEqual([70]);
    expect(bucketsOf(both, seconds(10), "server")?.counts).toEqual([90]);
  });

  test("are none where nothing was counted", () => {
    expect(bucketsOf(answer([]), seconds(10), "server")).toBeNull();
    expect(bucketsOf(answer([["destination", "+Inf", 0]]), seconds(10), "server")).toBeNull();
    expect(bucketsOf(answer([["destination", "10", 5]]), seconds(10), "server")).toBeNull();
  });
});
