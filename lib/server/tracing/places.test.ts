import { describe, expect, test } from "vitest";
import type { ClusterInventory, Inventory, Workload } from "#lib/inventory/model.ts";
import type { Visibility } from "../rights/model.ts";
import { EVERYTHING } from "../rights/rights.ts";
import { mayAskFor, mayBeSeen, Places } from "./places.ts";

const workload = (namespace: string, name: string, app: string, pod: string) =>
  ({ namespace, name, app, pods: [{ name: pod }] }) as unknown as Workload;
const cluster = (...workloads: Workload[]) =>
  ({
    workloads: new Map(workloads.map((each) => [`${each.namespace}/${each.name}`, each])),
  }) as unknown as ClusterInventory;
const inventory: Inventory = new Map([["west", cluster(workload("shop", "cart-v1", "cart", "odd-pod"))]]);
const places = new Places({ inventory: () => inventory, clusterOf: (name) => (name === "Kubernetes" ? "west" : name) });
const located = (more: object) => ({
  ...{
    cluster: null,
    namespace: "shop",
    workload: null,
    pod: null,
    app: "cart",
    version: null,
    proxy: null,
    basis: "name" as const,
  },
  clusters: ["west"],
  ...more,
});
/** Sees shop in the west alone. */
const viewer: Visibility = {
  key: "v",
  all: false,
  namespace: (name, namespace) => name === "west" && namespace === "shop",
  cluster: () => true,
};

describe("a span's node of the graph", () => {
  test.each<[object, string | null]>([
    [{ workload: "cart-v1" }, "west/shop/workload/cart-v1"],
    [{}, "west/shop/app/cart"],
    [{ app: null }, null],
    [{ namespace: null }, null],
    [{ clusters: ["west", "east"] }, null],
    [{ clusters: [] }, null],
  ])("%j: %s", (more, id) => {
    expect(places.node(located(more))).toBe(id);
  });
});

test("what was made in a cluster that isn't told may be seen by who sees it in all that come into question", () => {
  expect(mayBeSeen(located({}), viewer)).toBe(true);
  expect(mayBeSeen(located({ clusters: ["west", "east"] }), viewer)).toBe(false);
  expect(mayBeSeen(located({ clusters: [] }), viewer)).toBe(false);
  expect(mayBeSeen(located({ namespace: null }), viewer)).toBe(false);
  expect(mayBeSeen(located({ namespace: null }), EVERYTHING)).toBe(true);
});

test("a service is asked for where its namespace is visible in some cluster, and told where it is known to be there", () => {
  const clusters = ["west", "east"];
  expect(["cart.shop", "else.shop", "cart.bank", "plain"].map((name) => mayAskFor(name, clusters, viewer))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(
    ["cart.shop", "else.shop", "cart.bank", "plain"].map((name) => places.mayBeTold(name, clusters, viewer)),
  ).toEqual([true, false, false, false]);
  expect(places.mayBeTold("else.shop", ["west"], viewer)).toBe(true);
  expect(places.mayBeTold("plain", clusters, EVERYTHING)).toBe(true);
});
