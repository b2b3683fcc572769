/** Which names of endpoints lead inside, for who sees all namespaces and for who doesn't. */
import { expect, test } from "vitest";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { EntryHost } from "./called.ts";
import { insideAt } from "./entry-inside.ts";
import { object, worldOf } from "./simulate.test-support.ts";

const { inventory } = worldOf({ service: { addresses: ["10.1.2.3"] } });
const api = inventory.services.get("shop/api");
if (api === undefined) throw new Error("no service");
const more = new Map([...inventory.services, ["shop/db", { ...api, name: "db", addresses: [], headless: true }]]);
const namespaces = new Map([["shop", { name: "shop", labels: {} }]]) as unknown as ClusterInventory["namespaces"];
const world = { inventory: { ...inventory, services: more, namespaces } };
const entry: EntryHost = {
  host: "x.example.com",
  resolution: "DNS",
  object: object("ServiceEntry", { hosts: ["x.example.com"], location: "MESH_EXTERNAL" }, "networking"),
  external: true,
};
const HIDDEN = "Services of namespaces you may not see";

test.each<[string, string | null, string | null]>([
  ["api.shop", "what stands behind api.shop", "what stands behind api.shop"],
  ["api.shop.svc", "what stands behind api.shop.svc", "what stands behind api.shop.svc"],
  ["db.payments", null, HIDDEN],
  ["db-0.db.payments", null, HIDDEN],
  ["DB.payments.", null, HIDDEN],
  ["db-0.db", "what stands behind db-0.db", "what stands behind db-0.db"],
  ["api-0.api", null, HIDDEN],
  ["10-0-0-7.shop.pod", "what stands behind 10-0-0-7.shop.pod", "what stands behind 10-0-0-7.shop.pod"],
  [
    "db.payments.svc.cluster.local",
    "what stands behind db.payments.svc.cluster.local",
    "what stands behind db.payments.svc.cluster.local",
  ],
  ["nobody.shop", null, null],
  ["x.example.com", null, HIDDEN],
  ["a.b.example.com", null, null],
  ["_x.example.com", null, null],
])("%s", (address, whole, part) => {
  const end = { kind: "address" as const, address, labels: {}, mutual: false, port: 80 };
  expect(insideAt(end, entry, world)).toBe(whole);
  expect(insideAt(end, entry, { ...world, partial: true })).toBe(part);
});
