import { expect, test } from "vitest";
import { edgeId, nodeId } from "#lib/graph/id.ts";
import { LENSES, OUTCOMES } from "#lib/graph/model.ts";
import { perSecond } from "#lib/units.ts";
import { behindService, lostFor } from "./behind.ts";
import { detailsOf } from "./details.ts";
import { edge, graph, node } from "./live.test-support.ts";

const id = (kind: "workload" | "service", name: string, namespace = "shop") =>
  nodeId({ kind, cluster: "w", namespace, name });
const WEB = id("workload", "web");
const CART = id("workload", "cart-v1");
const SERVICE = id("service", "cart");
const lost = Object.fromEntries(OUTCOMES.map((one) => [one, perSecond(one === "neverArrived" ? 2 : 0)])) as never;

const cart = node(CART, { service: "cart", coverage: { reporting: 1, pods: 2 } });
const other = node(id("workload", "cart-v2"), { service: "cart", coverage: { reporting: 1, pods: 1 } });
const service = node(SERVICE, { kind: "service", service: "cart" });
const GRAPH = graph(
  [
    node(WEB, { service: "web" }),
    cart,
    other,
    service,
    node(id("workload", "cart-v1", "pay"), { service: "cart", namespace: "pay" }),
  ],
  [
    edge(WEB, CART),
    edge(WEB, SERVICE, { id: edgeId(WEB, SERVICE, "http"), outcomes: lost }),
    edge(WEB, SERVICE, { id: `${edgeId(WEB, SERVICE, "http")}-half`, outcomes: lost, half: "service" }),
    edge(CART, SERVICE, { id: edgeId(CART, SERVICE, "grpc") }),
  ],
);

test("behind a service are the workloads of its namespace that it selects, with their pods", () => {
  expect(behindService(GRAPH, service)).toEqual({ workloads: 2, pods: 3, reporting: 2, known: true });
  expect(behindService(GRAPH, node(id("service", "empty"), { kind: "service", service: "empty" }))).toEqual({
    ...{ workloads: 0, pods: 0, reporting: 0, known: true },
  });
  expect(behindService(GRAPH, cart)).toBeNull();
  for (const lens of LENSES.filter((one) => one !== "workload"))
    expect(behindService({ ...GRAPH, lens }, service), lens).toBeNull();
});

test("of pods that nobody counted it isn't known how many report, as at an instant of the past", () => {
  const { coverage: _none, ...unknown } = other;
  const mixed = { ...GRAPH, nodes: [cart, unknown, service] };
  expect(behindService(mixed, service)).toEqual({ workloads: 2, pods: 2, reporting: 1, known: false });
});

test("a workload is told what never arrived for its service, and a call that arrives by its other half isn't counted", () => {
  for (const one of [cart, other])
    expect(lostFor(GRAPH, one).map((each) => each.id)).toEqual([edgeId(WEB, SERVICE, "http")]);
  expect(lostFor(GRAPH, service)).toEqual([]);
  expect(GRAPH.nodes.filter((one) => lostFor(GRAPH, one).length > 0)).toEqual([cart, other]);
});

test("details have both, and neither where there is nothing to say", () => {
  expect(detailsOf(GRAPH, CART)).toMatchObject({ kind: "node", lost: [{ id: edgeId(WEB, SERVICE, "http") }] });
  expect(detailsOf(GRAPH, SERVICE)).toMatchObject({ behind: { pods: 3 } });
  expect(detailsOf(GRAPH, edgeId(WEB, SERVICE, "http"))).toMatchObject({ kind: "edge", behind: { pods: 3 } });
  expect(detailsOf(GRAPH, WEB)).not.toHaveProperty("lost");
  expect(detailsOf(GRAPH, edgeId(WEB, CART, "http"))).not.toHaveProperty("behind");
});
