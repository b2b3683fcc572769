import { describe, expect, it } from "vitest";
import type { GraphNode } from "#lib/graph/model.ts";
import { grafanaLinks } from "./grafana.ts";

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
const grafana = {
  url: "https://g.example/sub",
  workload: { uid: "w", variables: { namespace: "ns", workload: "wl" } },
  service: { uid: "s", variables: { service: "service" } },
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
    expect(grafanaLinks({ ...grafana, workload: null }, { ...node, kind: "external" }, null)).toEqual([]);
  });
});
