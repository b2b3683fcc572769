import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { aroundNode } from "#lib/live/around.ts";
import { perSecond } from "#lib/units.ts";
import { MiniView, topologyHref } from "./mini-graph.tsx";

const node = (id: string): GraphNode => {
  const [cluster = "", namespace = "", , name = ""] = id.split("/");
  return {
    ...{ id, kind: "workload", cluster, namespace, workload: name, mesh: "istio", dataplane: "sidecar" },
    ...{ health: "healthy", badges: [] },
  };
};
const call = (source: string, target: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  ...{ id: `${source}>${target}>http`, source, target, protocol: "http", mesh: "istio", layer: "l7" },
  ...{ observer: "source", observers: {}, rate: perSecond(10), requests: 600, errorRate: perSecond(0), outcomes: null },
  ...{ codes: {}, flags: {}, hosts: {}, latency: null, mtls: null, mtlsBasis: "unknown", health: "healthy" },
  ...more,
});
const [A, B, C] = ["west/shop/workload/a", "west/shop/workload/b<i>", "west/pay/workload/c"] as const;
const EDGES = [call(A, B), call(B, C, { health: "failing", errorRate: perSecond(5) })];
const GRAPH = {
  ...{ at: "2026-08-20T14:00:00Z", window: "1m", latencyAt: null, configurationAt: null, lens: "workload" as const },
  ...{ nodes: [node(A), node(B), node(C)], edges: EDGES, sources: [] },
};
const ABOUT = { kind: "workload", cluster: "west", namespace: "shop", name: "b<i>" } as const;
const html = (graph: typeof GRAPH, id: string = B) =>
  renderToStaticMarkup(<MiniView about={ABOUT} around={aroundNode(graph, id)} window="1 minute" />);

describe("a page's own graph", () => {
  it("is told as text too: who calls, whom it calls, how much and how well", () => {
    const text = html(GRAPH);
    expect(text).toMatch(/<table[^>]*aria-label="Called by".*healthy.*>a<.*10 req\/s.*<\/table>/s);
    expect(text).toMatch(/<table[^>]*aria-label="Calls".*failing.*>c<.*50.*<\/table>/s);
    expect(text).toContain('<canvas aria-hidden="true"');
  });

  it("leads to the topology around it, and each row to its call's panel", () => {
    const params = (href: string) => Object.fromEntries(new URL(href, "http://c").searchParams);
    expect(params(topologyHref(ABOUT, EDGES[1]?.id ?? null))).toEqual({
      ...{ clusters: "west", namespaces: "shop", selected: EDGES[1]?.id, steps: "1" },
      focus: "west/shop/workload/b%3Ci%3E",
    });
    expect(params(topologyHref({ ...ABOUT, kind: "service" }, null))).toMatchObject({ services: "on" });
    expect(html(GRAPH)).toContain("Open in the topology");
  });

  it("says that nobody calls where nobody does, and where the graph doesn't know it", () => {
    for (const text of [html({ ...GRAPH, edges: [] }), html(GRAPH, "west/shop/workload/gone")]) {
      expect(text).toContain("No call to or from it was seen in the last hour.");
      expect(text).not.toContain("<canvas");
    }
  });
});
