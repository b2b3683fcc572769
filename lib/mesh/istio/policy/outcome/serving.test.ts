import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { ClusterInventory, Inventory } from "#lib/inventory/model.ts";
import { id, service } from "./outcome.test-support.ts";
import { servingOf } from "./serving.ts";

const api = (workloads: readonly string[]) =>
  new Map([
    [
      "shop/api",
      {
        ...{ cluster: "c", namespace: "shop", name: "api", selector: { app: "api" }, ports: [], headless: false },
        workloads,
      },
    ],
  ]);
const world = (workloads: readonly string[], more: Partial<ClusterInventory> = {}): Inventory =>
  inventory([workload("shop/api-v1")], { services: api(workloads), ...more });
const unread = (kind: string) => [{ kind, detail: "forbidden" }];

describe("who stands behind a service", () => {
  it("are the workloads that its selector takes", () => {
    expect(servingOf(world(["api-v1", "api-v2"]))(service("api"))).toEqual([id("api-v1"), id("api-v2")]);
  });

  it.each<[string, string, Inventory]>([
    ["a host outside", "c/unknown/external/api.example.com", world(["api-v1"])],
    ["a workload", id("api-v1"), world(["api-v1"])],
    ["a service that isn't there", service("gone"), world(["api-v1"])],
    ["one that selects nobody", service("api"), world([])],
    ["another cluster's", "d/shop/service/api", world(["api-v1"])],
    ["where pods can't be read", service("api"), world(["api-v1"], { unread: unread("pods") })],
    [
      "where another cluster has one too",
      service("api"),
      new Map([...world(["api-v1"]), ["d", { ...world(["api-v1"]).get("c"), cluster: "d" } as ClusterInventory]]),
    ],
  ])("isn't known of %s", (_, of, inventory) => {
    expect(servingOf(inventory)(of)).toBeNull();
  });

  it("is known where something else can't be read", () => {
    const there = world(["api-v1"], { unread: unread("serviceentries.networking.istio.io") });
    expect(servingOf(there)(service("api"))).toEqual([id("api-v1")]);
  });
});
