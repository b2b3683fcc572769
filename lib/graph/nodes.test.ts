import { describe, expect, it } from "vitest";
import { unixSeconds } from "#lib/units.ts";
import { inventory, l7, view, workload } from "./graph.test-support.ts";

const pod = (name: string, up = true) => ({ cluster: null, namespace: "shop", pod: name, up });
const pods = (...names: readonly string[]) =>
  names.map((name) => ({ name, ip: null, ready: true, phase: "Running", reports: true }));

describe("what the inventory adds", () => {
  it("a meshed workload without traffic is idle, an unmeshed one marked and unknown", () => {
    const graph = view(
      [],
      {},
      { inventory: inventory([workload("shop/a"), workload("shop/b", { mesh: null, dataplane: "none" })]) },
    );
    expect(graph.nodes).toMatchObject([
      { id: "c/shop/workload/a", health: "idle", badges: [], mesh: "istio", dataplane: "sidecar" },
      { id: "c/shop/workload/b", health: "unknown", badges: ["unmeshed"], dataplane: "none" },
    ]);
  });

  it("missing sidecars are marked: all of a workload, or some of its pods with how many; never ambient or a gateway", () => {
    const [one, two] = pods("p-1", "p-2");
    const out = (name: string) => ({
      name,
      ip: null,
      ready: true,
      phase: "Running",
      reports: false,
      unmeshed: true as const,
    });
    const known = inventory([
      workload("shop/all", { mesh: null, dataplane: "none", pods: [out("p-1"), out("p-2")] }),
      workload("shop/ambient", { dataplane: "ambient", pods: pods("p-1") }),
      workload("shop/gw", { dataplane: "gateway", pods: pods("p-1") }),
      workload("shop/most", { mesh: null, dataplane: "none", pods: [out("p-1"), out("p-2"), ...pods("p-3")] }),
      workload("shop/some", { pods: [...(one ? [one] : []), ...(two ? [two] : []), out("p-3")] }),
    ]);
    expect(view([], {}, { inventory: known }).nodes.map(({ badges, badgeCounts }) => [badges, badgeCounts])).toEqual([
      [["unmeshed"], undefined],
      [[], undefined],
      [["gateway"], undefined],
      [["partly-unmeshed"], { "partly-unmeshed": 2 }],
      [["partly-unmeshed"], { "partly-unmeshed": 1 }],
    ]);
  });

  it("a part of the mesh itself is neither unmeshed nor forgotten", () => {
    const parts = inventory([
      workload("istio-system/istiod", { mesh: "istio", dataplane: "none" }),
      workload("istio-system/ztunnel", { mesh: "istio", dataplane: "none", pods: pods("ztunnel-1") }),
    ]);
    const called = [l7("source", "shop/a", "istio-system/istiod@istiod", { 200: 1 })];
    expect(view(called, {}, { inventory: parts }).node("c/istio-system/workload/istiod")).toMatchObject({
      mesh: "istio",
      dataplane: "none",
      badges: [],
    });
  });

  it("where nothing was measured nobody is idle", () => {
    const known = { inventory: inventory([workload("shop/a")]), measured: (cluster: string) => cluster !== "c" };
    expect(view([], {}, known).nodes).toMatchObject([{ id: "c/shop/workload/a", health: "unknown", badges: [] }]);
  });

  it("leaves out what is outside the mesh, silent, in a namespace that isn't enrolled", () => {
    const known = inventory([workload("kube-system/dns", { mesh: null, dataplane: "none" })], {
      namespaces: new Map(),
    });
    expect(view([], {}, { inventory: known }).nodes).toEqual([]);
  });

  it("coverage is pods that report of pods that exist; none is no telemetry, never idle (docs/numbers.md 16)", () => {
    const known = inventory([
      workload("shop/all", { pods: pods("all-1", "all-2") }),
      workload("shop/none", { pods: pods("none-1") }),
      workload("shop/some", { pods: pods("some-1", "some-2") }),
    ]);
    const reports = [pod("all-1"), pod("all-2"), pod("some-1"), pod("some-2", false)];
    expect(view([], {}, { inventory: known, pods: reports }).nodes).toMatchObject([
      { coverage: { reporting: 2, pods: 2 }, health: "idle", badges: [] },
      { coverage: { reporting: 0, pods: 1 }, health: "unknown", badges: ["no-telemetry"] },
      { coverage: { reporting: 1, pods: 2 }, health: "idle", badges: ["partial-coverage"] },
    ]);
  });

  it("without any report of a cluster there is no coverage to speak of", () => {
    expect(view([], {}, { inventory: inventory([workload("shop/a")]) }).nodes[0]).not.toHaveProperty("coverage");
  });

  it("a workload that is gone fades with its traffic, and is marked (docs/numbers.md 14)", () => {
    const known = inventory([workload("shop/a", { goneAt: unixSeconds(1_800_000_000), pods: [] })]);
    const fading = view([l7("source", "shop/a", "shop/b@b", { 200: 1 })], {}, { inventory: known });
    expect(fading.node("c/shop/workload/a")).toMatchObject({ goneAt: "2027-01-15T08:00:00.000Z", badges: ["gone"] });
    expect(view([], {}, { inventory: known }).nodes).toEqual([]);
  });

  it("what went away later was still there at a past instant (docs/numbers.md 19)", () => {
    const known = inventory([workload("shop/a", { goneAt: unixSeconds(1_800_000_060), pods: [] })]);
    const graph = view([l7("source", "shop/a", "shop/b@b", { 200: 1 })], {}, { inventory: known });
    expect(graph.node("c/shop/workload/a")).toMatchObject({ badges: [] });
    expect(graph.node("c/shop/workload/a")).not.toHaveProperty("goneAt");
  });

  it("a waypoint isn't called idle: its calls are drawn between their real ends (docs/numbers.md 9)", () => {
    const known = inventory([workload("shop/waypoint", { dataplane: "waypoint" })]);
    expect(view([], {}, { inventory: known }).nodes).toMatchObject([{ health: "unknown", badges: ["waypoint"] }]);
  });

  it("what telemetry names and Kubernetes doesn't know says so", () => {
    const graph = view(
      [l7("source", "shop/a", "shop/b@b", { 200: 1 })],
      {},
      { inventory: inventory([workload("shop/a")]) },
    );
    expect(graph.node("c/shop/workload/b")?.badges).toEqual(["not-in-inventory"]);
  });

  it("an annotation sets a workload's own limits", () => {
    const lenient = workload("shop/b", { annotations: { "health.kiali.io/rate": "5XX,50,90,http,.*" } });
    const known = inventory([workload("shop/a"), lenient]);
    const graph = view([l7("destination", "shop/a", "shop/b@b", { 200: 8, 500: 2 })], {}, { inventory: known });
    expect(graph.node("c/shop/workload/b")?.health).toBe("healthy");
    expect(graph.node("c/shop/workload/a")?.health).toBe("failing");
  });
});

describe("without an inventory", () => {
  it("a workload is what its reports prove it to be", () => {
    const graph = view([
      l7("source", "shop/a", "shop/b@b", { 200: 1 }),
      l7("destination", "?", "shop/b@b", { 200: 1 }),
    ]);
    expect(graph.node("c/shop/workload/a")).toMatchObject({ mesh: "istio", dataplane: "sidecar", badges: [] });
    expect(graph.node("c/unknown/unknown/unknown")).toMatchObject({ mesh: null, dataplane: null, health: "unknown" });
  });
});
