import { describe, expect, it } from "vitest";
import { end, inventory, l4, l7, view, workload } from "./graph.test-support.ts";
import { summarise } from "./summary.ts";

const A = "c/shop/workload/a";
const WAYPOINT = "c/shop/workload/waypoint";
const B = "c/shop/workload/b";
const http = (from: string, to: string) => `${from}>${to}>http`;

/** Through the waypoint of shop: to b's two versions; beside it a call between sidecars. */
const l7hops = [
  l7("waypoint", "shop/a", "shop/b@b", { 200: 9, 500: 1 }),
  l7("waypoint", "shop/a", "shop/b-v2@b", { 200: 2 }),
];
const direct = l7("source", "shop/s", "shop/b@b", { 200: 5 });
const tunnel = l4("ztunnel", "shop/a", "shop/waypoint@b", { opened: 2, sent: 100 }, { side: "client" });
const behind = l4("ztunnel", "shop/waypoint", "shop/b", { opened: 1, sent: 90 }, { side: "server" });
const observed = [...l7hops, direct, tunnel, behind];
const workloads = [
  workload("shop/a", { dataplane: "ambient" }),
  workload("shop/b", { dataplane: "ambient" }),
  workload("shop/b-v2", { dataplane: "ambient" }),
  workload("shop/s"),
  workload("shop/waypoint", { dataplane: "waypoint" }),
];
const known = inventory(workloads);

describe("waypoints shown", () => {
  const graph = view(observed, { waypoints: true }, { inventory: known });

  it("stand between who calls and who answers; calls that pass none stay as they are", () => {
    expect(graph.ids).toEqual([
      http(A, WAYPOINT),
      http("c/shop/workload/s", B),
      http(WAYPOINT, "c/shop/workload/b-v2"),
      http(WAYPOINT, B),
    ]);
    expect(graph.edge(http(A, WAYPOINT))).toMatchObject({ rate: 12, errorRate: 1, observer: "waypoint" });
    expect(graph.edge(http(A, WAYPOINT))).not.toHaveProperty("half");
    expect(graph.edge(http(WAYPOINT, B))).toMatchObject({ rate: 10, errorRate: 1, half: "waypoint" });
  });

  it("add nothing: what the tunnels counted stays evidence, and sums are those of the folded view", () => {
    expect(graph.edge(http(A, WAYPOINT))?.observers.ztunnel?.bytesPerSecond).toMatchObject({ sent: 100 });
    const [shown, folded] = [graph, view(observed, {}, { inventory: known })].map((each) => summarise(each, null));
    expect(shown?.within.http).toMatchObject({ rate: folded?.within.http?.rate, codes: folded?.within.http?.codes });
    expect(shown?.within).not.toHaveProperty("tcp");
  });

  it("are judged by the calls that pass them", () => {
    expect(graph.node(WAYPOINT)).toMatchObject({ dataplane: "waypoint", badges: ["waypoint"], health: "degraded" });
    const failing = [l7("waypoint", "shop/a", "shop/b@b", { 200: 1, 503: 9 }), tunnel];
    expect(view(failing, { waypoints: true }, { inventory: known }).node(WAYPOINT)?.health).toBe("failing");
  });

  it("come after the service where both are shown, and stand in lenses of apps too", () => {
    const both = view(observed, { waypoints: true, services: true }, { inventory: known });
    expect(both.ids).toEqual(
      expect.arrayContaining([
        http(A, "c/shop/service/b"),
        http("c/shop/service/b", WAYPOINT),
        http("c/shop/service/b", B),
        http(WAYPOINT, B),
      ]),
    );
    const apps = view(observed, { waypoints: true, lens: "app" }, { inventory: known });
    expect(apps.ids).toEqual([
      "c/shop/app/a>c/shop/app/waypoint>http",
      "c/shop/app/s>c/shop/app/b>http",
      "c/shop/app/waypoint>c/shop/app/b-v2>http",
      "c/shop/app/waypoint>c/shop/app/b>http",
    ]);
  });

  it("are known by the labels of the service or its namespace where no ztunnel reports", () => {
    const use = { "istio.io/use-waypoint": "waypoint" };
    const labelled = inventory(workloads, {
      namespaces: new Map([
        ["shop", { cluster: "c", name: "shop", dataplane: "ambient", revision: null, labels: use }],
      ]),
    });
    expect(view(l7hops, { waypoints: true }, { inventory: labelled }).ids).toContain(http(A, WAYPOINT));
    const services = new Map([
      [
        "shop/b",
        {
          ...{ cluster: "c", namespace: "shop", name: "b", selector: {}, ports: [], headless: false, workloads: [] },
          waypoint: { name: "none", namespace: null },
        },
      ],
    ]);
    const [only] = [...labelled.values()];
    const opted = inventory(workloads, { ...(only && { namespaces: only.namespaces }), services });
    const at = [
      l7("waypoint", "shop/a", "shop/b@b", { 200: 1 }, { destination: end("shop/b@b", { serviceNamespace: "shop" }) }),
    ];
    expect(view(at, { waypoints: true }, { inventory: opted }).ids).toEqual([http(A, B)]);
  });

  it("are not drawn where nobody knows which one it was, nor inside what is folded or may not be seen", () => {
    expect(view(l7hops, { waypoints: true }).ids).toContain(http(A, B));
    for (const look of [
      { fold: ["shop"] },
      { lens: "service" as const },
      { mayRead: (_: string, namespace: string) => namespace !== "shop" },
    ]) {
      const [shown, folded] = [{ ...look, waypoints: true }, look].map((each) =>
        view(observed, each, { inventory: known }),
      );
      expect(shown?.ids).toEqual(folded?.ids);
    }
  });
});

describe("waypoints folded", () => {
  it("are no stop of a call, and without an inventory no mark either", () => {
    const folded = view(observed);
    expect(folded.ids).toContain(http(A, B));
    expect(folded.ids.join()).not.toContain("waypoint");
    expect(folded.node(WAYPOINT)).toBeUndefined();
    const shown = view(observed, { waypoints: true });
    expect(shown.node(WAYPOINT)).toMatchObject({ dataplane: "waypoint" });
    expect(shown.ids).toContain(http(A, WAYPOINT));
  });
});
