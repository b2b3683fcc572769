import { describe, expect, it } from "vitest";
import type { GrafanaLinks } from "#lib/api/links.ts";
import type { GraphNode } from "#lib/graph/model.ts";
import { grafanaLinks, grafanaOfScope } from "./grafana.ts";

const node: GraphNode = {
  id: "c/shop/workload/cart",
  kind: "workload",
  cluster: "c",
  namespace: "shop",
  workload: "cart",
  service: "cart",
  mesh: "istio",
  dataplane: "sidecar",
  health: "healthy",
  badges: [],
};
const grafana: GrafanaLinks = {
  url: "https://g.example/sub",
  workload: { uid: "w", variables: { namespace: "ns", workload: "wl" } },
  service: { uid: "s", variables: { service: "service" } },
  namespace: { uid: "n", variables: { namespace: "ns", cluster: "c" } },
  mesh: { uid: "m", variables: {} },
};

describe("links to Grafana", () => {
  it("carry the names under the dashboard's own variables, and follow time", () => {
    expect(grafanaLinks(grafana, node, null).map(({ href }) => href)).toEqual([
      "https://g.example/sub/d/w?var-ns=shop&var-wl=cart&from=now-1h&to=now",
      "https://g.example/sub/d/s?var-service=cart.shop.svc.cluster.local&from=now-1h&to=now",
    ]);
  });

  it("show the hour before a frozen instant", () => {
    const at = "2026-08-20T14:00:00Z";
    expect(grafanaLinks(grafana, node, at)[0]?.href).toContain(`to=${Date.parse(at)}`);
  });

  it("encode hostile names, and are absent where nothing is configured or known", () => {
    expect(grafanaLinks(grafana, { ...node, workload: "a&var-ns=x" }, null)[0]?.href).toContain(
      "var-wl=a%26var-ns%3Dx",
    );
    expect(grafanaLinks(null, node, null)).toEqual([]);
    expect(grafanaOfScope(null, null, null)).toEqual([]);
    expect(grafanaLinks({ ...grafana, workload: null }, { ...node, kind: "external" }, null)).toEqual([]);
  });

  it("lead from a box to its namespace's dashboard, and from the whole view to the mesh's", () => {
    const of = (kind: "namespace" | "app" | "cluster" | null, from = grafana) =>
      grafanaOfScope(from, kind === null ? null : { kind, cluster: "w 1", namespace: "shop" }, null).map(
        ({ href }) => href,
      );
    const namespace = "https://g.example/sub/d/n?var-ns=shop&var-c=w+1&from=now-1h&to=now";
    expect(of("namespace")).toEqual([namespace]);
    expect(of("app")).toEqual([namespace]);
    expect(of(null)).toEqual(["https://g.example/sub/d/m?from=now-1h&to=now"]);
    expect(of("cluster")).toEqual([]);
    expect(of("cluster", { ...grafana, mesh: { uid: "m", variables: { cluster: "c" } } })).toEqual([
      "https://g.example/sub/d/m?var-c=w+1&from=now-1h&to=now",
    ]);
    expect(of("namespace", { ...grafana, namespace: null })).toEqual([]);
  });
});
