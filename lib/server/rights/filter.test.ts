import { describe, expect, it } from "vitest";
import { problemOf } from "#lib/errors.ts";
import type { NodeKey } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode, SourceStatus } from "#lib/graph/model.ts";
import { checkScope, checkSubjects, hiddenNames, visibleElements, visibleSources } from "./filter.ts";
import type { Visibility } from "./model.ts";
import { EVERYTHING } from "./rights.ts";

/** Sees the shop of `c`, and nothing of `d`. */
const SHOP: Visibility = {
  ...{ key: "shop", all: false },
  namespace: (cluster, namespace) => cluster === "c" && namespace === "shop",
  cluster: (cluster) => cluster === "c",
};
const node = (id: string, kind: GraphNode["kind"], more: object = {}) =>
  ({ id, kind, cluster: id.split("/")[0] ?? "", namespace: id.split("/")[1] ?? "", ...more }) as GraphNode;
const edge = (source: string, target: string, hosts: Record<string, number> = {}) =>
  ({ id: `${source}>${target}>http`, source, target, hosts }) as unknown as GraphEdge;

const ORDERS = (cluster: string) => new Set(cluster === "c" ? ["shop", "orders"] : []);
const WEB = node("c/shop/workload/web", "workload");
const REST = node("c/restricted/restricted/restricted", "restricted");
const FAR = node("d/restricted/restricted/restricted", "restricted");
const OPEN = node("c/unknown/external/api.example", "external", { service: "api.example" });
const INNER = node("c/unknown/external/db.orders.svc", "external", { service: "db.orders.svc.cluster.local:5432" });
const ids = (elements: { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] }) => ({
  nodes: elements.nodes.map(({ id }) => id),
  edges: elements.edges.map(({ id }) => id),
});

describe("what is left of a view", () => {
  it("is all of it for who sees everything", () => {
    const all = { nodes: [WEB, INNER], edges: [edge(WEB.id, INNER.id)] };
    expect(visibleElements(all, EVERYTHING)).toEqual(all);
  });

  it("has no host that only hidden callers call, nor one inside a hidden namespace", () => {
    const left = visibleElements(
      {
        nodes: [WEB, REST, OPEN, INNER],
        edges: [edge(REST.id, OPEN.id), edge(WEB.id, INNER.id), edge(WEB.id, REST.id)],
      },
      SHOP,
    );
    expect(ids(left)).toEqual({ nodes: [WEB.id, REST.id], edges: [`${WEB.id}>${REST.id}>http`] });
  });

  it("keeps hosts that a visible workload calls, and what hidden callers ask of it", () => {
    const edges = [edge(WEB.id, OPEN.id), edge(FAR.id, WEB.id)];
    expect(ids(visibleElements({ nodes: [WEB, OPEN, FAR], edges }, SHOP)).edges).toEqual(edges.map(({ id }) => id));
  });

  it("says nothing of traffic between hidden parts, nor of a cluster of which nothing is seen", () => {
    const left = visibleElements({ nodes: [WEB, REST, FAR], edges: [edge(REST.id, FAR.id)] }, SHOP);
    expect(ids(left)).toEqual({ nodes: [WEB.id, REST.id], edges: [] });
  });

  it("sums asked hosts that name a hidden namespace", () => {
    const hosts = { "web.shop.svc.cluster.local": 1, "X.Orders.svc:80": 2, "y.orders": 4, "web.example": 3 };
    const left = visibleElements({ nodes: [WEB], edges: [edge(WEB.id, WEB.id, hosts)] }, SHOP, ORDERS);
    expect(left.edges[0]?.hosts).toEqual({ "web.shop.svc.cluster.local": 1, "web.example": 3, "(restricted)": 6 });
  });

  it("drops a host of a hidden namespace that is written short", () => {
    const short = node("c/unknown/external/db.orders", "external", { service: "db.orders" });
    const elements = { nodes: [WEB, short], edges: [edge(WEB.id, short.id)] };
    expect(ids(visibleElements(elements, SHOP, ORDERS))).toEqual({ nodes: [WEB.id], edges: [] });
    expect(ids(visibleElements(elements, SHOP))).toEqual(ids(elements));
  });

  it.each([
    ["spiffe://m/ns/shop/sa/web", "spiffe://m/ns/orders/sa/x", { source: "spiffe://m/ns/shop/sa/web" }],
    ["spiffe://m/ns/orders/sa/x", "spiffe://m/ns/orders/sa/x", undefined],
    ["somebody", "spiffe://m/ns/shop/sa/web", { source: "somebody", destination: "spiffe://m/ns/shop/sa/web" }],
  ])("of the identities %s and %s it tells %j", (source, destination, told) => {
    const known = { ...edge(WEB.id, WEB.id), principals: { source, destination } };
    expect(visibleElements({ nodes: [WEB], edges: [known] }, SHOP).edges[0]?.principals).toEqual(told);
  });
});

const codeOf = (run: () => void) => {
  try {
    run();
    return "passes";
  } catch (thrown) {
    return problemOf(thrown).code;
  }
};

it.each<[string[], string[], string]>([
  [[], [], "passes"],
  [["c"], ["shop"], "passes"],
  [[], ["shop"], "passes"],
  [[], ["orders"], "forbidden"],
  [[], ["not-there"], "forbidden"],
  [[], ["shop", "orders"], "forbidden"],
  [["d"], [], "forbidden"],
  [["d"], ["shop"], "forbidden"],
])("the scope %j %j %s", (clusters, namespaces, expected) => {
  expect(codeOf(() => checkScope({ clusters, namespaces }, ["c", "d"], SHOP))).toBe(expected);
  expect(codeOf(() => checkScope({ clusters, namespaces }, ["c", "d"], EVERYTHING))).toBe("passes");
});

const key = (kind: NodeKey["kind"], namespace: string, name = "x", cluster = "c"): NodeKey => ({
  kind,
  cluster,
  namespace,
  name,
});
it.each<[string, NodeKey[], string]>([
  ["a visible workload", [key("workload", "shop")], "passes"],
  ["a hidden one", [key("workload", "orders")], "forbidden"],
  ["one of another cluster", [key("workload", "shop", "x", "d")], "forbidden"],
  ["a hidden namespace", [key("namespace", "orders")], "forbidden"],
  ["an edge to a hidden end", [key("workload", "shop"), key("service", "orders")], "forbidden"],
  ["an edge to a host", [key("workload", "shop"), key("external", "unknown", "api.example")], "passes"],
  [
    "an edge to a host of a hidden namespace",
    [key("workload", "shop"), key("external", "unknown", "a.orders.svc")],
    "forbidden",
  ],
  ["a host, by whomever it is called", [key("external", "unknown", "api.example")], "forbidden"],
  ["a whole cluster", [key("cluster", "-", "c")], "forbidden"],
  ["all that is hidden", [key("restricted", "restricted")], "forbidden"],
])("numbers of %s", (_, keys, expected) => {
  expect(codeOf(() => checkSubjects(keys, SHOP))).toBe(expected);
  expect(codeOf(() => checkSubjects(keys, EVERYTHING))).toBe("passes");
});

it("states of sources keep what they say, unless it names what is hidden", () => {
  const source = {
    ...{ name: "main", kind: "prometheus", warnings: ["orders is odd", "reorders is fine"], infos: ["in orders/web"] },
    problem: { code: "bad_query", detail: 'namespace="orders"' },
    missing: [{ what: "pods of orders", consequence: "none", setting: "s" }],
  } as unknown as SourceStatus;
  const [told] = visibleSources([source], hiddenNames(["orders"]));
  expect(JSON.stringify(told).match(/\borders\b/g)).toBeNull();
  expect(told?.warnings[1]).toBe("reorders is fine");
  expect(told?.problem?.code).toBe("bad_query");
});
