import { describe, expect, it } from "vitest";
import { bytesPerSecond, perSecond } from "#lib/units.ts";
import { edge, graph, node } from "./live.test-support.ts";
import { DEFAULT_LOOK, type Look, placesOfLook } from "./look.ts";
import { showGraph } from "./shown.ts";

const id = (name: string) => `w/shop/workload/${name}`;
const of = graph(
  ["a", "b", "c", "d"].map((name) => node(id(name), { health: name === "d" ? "failing" : "healthy" })),
  [
    edge(id("a"), id("b")),
    edge(id("b"), id("c"), { protocol: "grpc", id: "grpc" }),
    edge(id("c"), id("d"), { protocol: "tcp", id: "tcp", rate: null }),
  ],
);
const look = (change: Partial<Look>) => ({ ...DEFAULT_LOOK, ...change });
const names = (list: readonly { readonly id: string }[]) => list.map((one) => one.id.split("/").at(-1));

it("by default everything is drawn as it came, nothing copied", () => {
  const shown = showGraph(of, DEFAULT_LOOK);
  expect(shown.graph).toBe(of);
  expect(shown.placed).toBe(of);
  expect(shown).toMatchObject({ dimmed: null, ranks: null, hubCallers: null, near: null });
});

it("protocols take edges away, not nodes, and not from what is laid out", () => {
  const shown = showGraph(of, look({ protocols: ["http", "tcp"] }));
  expect(shown.graph.edges.map(({ protocol }) => protocol)).toEqual(["http", "tcp"]);
  expect(shown.graph.nodes).toHaveLength(4);
  expect(shown.placed).toBe(of);
  expect(showGraph(of, look({ protocols: [] })).graph.edges).toEqual([]);
});

it("healthy edges can be hidden, or all of them: nodes and places stay", () => {
  const broken = graph(of.nodes, [
    ...of.edges,
    edge(id("a"), id("d"), { health: "failing", id: "failing" }),
    edge(id("b"), id("d"), { health: "degraded", id: "degraded" }),
    edge(id("c"), id("a"), { health: "unknown", id: "unknown" }),
  ]);
  const unhealthy = showGraph(broken, look({ lines: "unhealthy" }));
  expect(names(unhealthy.graph.edges)).toEqual(["failing", "degraded", "unknown"]);
  for (const lines of ["unhealthy", "none"] as const) {
    const shown = showGraph(broken, look({ lines }));
    expect(shown.graph.nodes).toEqual(broken.nodes);
    expect(shown.placed).toBe(broken);
  }
  expect(showGraph(broken, look({ lines: "none" })).graph.edges).toEqual([]);
});

describe("ambient traffic", () => {
  const ztunnel = {
    bytesPerSecond: { sent: bytesPerSecond(100), received: bytesPerSecond(900) },
    connections: {
      openedPerSecond: perSecond(2),
      closedPerSecond: perSecond(2),
      failedPerSecond: perSecond(1),
      open: 4,
    },
    flags: { DENY: perSecond(1) },
  };
  const ambient = graph(of.nodes, [
    edge(id("a"), id("b"), { id: "sidecars", observers: { source: {}, destination: {} } }),
    edge(id("b"), id("c"), { id: "both", observer: "waypoint", observers: { waypoint: {}, ztunnel } }),
    edge(id("b"), id("d"), { id: "waypoint", observer: "waypoint", observers: { waypoint: {} } }),
    edge(id("c"), id("d"), { id: "ztunnel", protocol: "tcp", rate: null, observer: "ztunnel", observers: { ztunnel } }),
  ]);
  const drawn = (choice: Partial<Look>) => showGraph(ambient, look(choice)).graph.edges;

  it.each([
    ["total", ["sidecars", "both", "waypoint", "ztunnel"]],
    ["waypoint", ["sidecars", "both", "waypoint"]],
    ["ztunnel", ["sidecars", "both", "ztunnel"]],
    ["none", ["sidecars"]],
  ] as const)("%s: %j", (choice, expected) => expect(names(drawn({ ambient: choice }))).toEqual(expected));

  it("in total, and of waypoints, a call has their numbers; of ztunnels alone the connections that carried it, never a sum", () => {
    const both = (choice: Look["ambient"]) => drawn({ ambient: choice }).find((one) => one.id === "both");
    expect(both("total")).toBe(ambient.edges[1]);
    expect(both("waypoint")).toBe(ambient.edges[1]);
    expect(both("ztunnel")).toMatchObject({
      ...{ protocol: "tcp", observer: "ztunnel", rate: null, outcomes: null, latency: null, flags: { DENY: 1 } },
      ...{ bytesPerSecond: { sent: 100, received: 900 }, connections: { openedPerSecond: 2 }, health: "failing" },
    });
    expect(names(drawn({ ambient: "ztunnel", protocols: ["tcp"] }))).toEqual(["both", "ztunnel"]);
  });
});

it("a focus dims all but the neighbourhood, in place", () => {
  const shown = showGraph(of, look({ focus: id("b"), steps: 1 }));
  expect(shown.placed).toBe(of);
  expect(["a", "b", "c", "d"].map((name) => shown.dimmed?.(id(name)))).toEqual([false, false, false, true]);
  expect(shown.near?.size).toBe(3);
});

it("drilled into, only the neighbourhood is there", () => {
  const shown = showGraph(of, look({ focus: id("b"), steps: 1, side: "down", rest: "hide" }));
  expect(names(shown.placed.nodes)).toEqual(["b", "c"]);
  expect(shown.graph.edges).toHaveLength(1);
  expect(shown.dimmed).toBeNull();
});

it("a focus that isn't there changes nothing", () => {
  expect(showGraph(of, look({ focus: "w/x/workload/gone", rest: "hide" }))).toMatchObject({ graph: of, near: null });
});

it("only trouble and its neighbours", () => {
  expect(names(showGraph(of, look({ show: "trouble" })).graph.nodes)).toEqual(["c", "d"]);
});

it("edges without an end are never drawn", () => {
  const torn = graph(of.nodes, [...of.edges, edge(id("a"), id("nobody"))]);
  expect(showGraph(torn, DEFAULT_LOOK).graph.edges).toHaveLength(3);
});

it.each([
  [{}, ""],
  [{ protocols: ["tcp"], rank: "in", focus: id("a") }, ""],
  [{ focus: id("a"), rest: "hide" }, `around 2 both ${id("a")}`],
  [{ boxes: ["app"], show: "trouble", hubs: "badges" }, "boxes app trouble hubs badges"],
] as const)("looks %j keep their places under '%s'", (change, key) => {
  expect(placesOfLook(look(change as Partial<Look>))).toBe(key);
});
