import { expect, test } from "vitest";
import { BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { entryOf, type Subject } from "./entry.ts";

const spans: Sketch[] = [
  { id: "a", service: "web.shop", kind: "server", at: 0, ms: 100 },
  { id: "b", parent: "a", service: "web.shop", kind: "client", name: "call", at: 5, ms: 90 },
  { id: "c", parent: "b", service: "cart.shop", kind: "server", name: "get", at: 10, ms: 40 },
  {
    id: "d",
    parent: "c",
    service: "cart.shop",
    kind: "client",
    at: 12,
    ms: 20,
    tags: { upstream_cluster: "outbound|5432||db.data.svc.cluster.local" },
  },
  { id: "e", parent: "a", service: "cart.shop", kind: "server", name: "list", at: 60, ms: 30 },
];

test.each<[Partial<Subject>, string | undefined]>([
  [{ service: "web.shop" }, "a"],
  [{ service: "cart.shop" }, "c"],
  [{ service: "cart.shop", operation: "list" }, "e"],
  [{ service: "cart.shop", operation: "nothing" }, undefined],
  [{ service: "web.shop", target: "cart.shop" }, "b"],
  [{ service: "cart.shop", target: "db.data" }, "d"],
  [{ service: "cart.shop", target: "db.data.svc.cluster.local" }, "d"],
  [{ service: "cart.shop", target: "web.shop" }, undefined],
  [{ service: "nobody" }, undefined],
])("%j is about %s", (subject, id) => {
  const tree = buildTree(traceOf(spans), { nowNs: BASE_NS + 10n ** 15n, skew: true });
  expect(spans[entryOf(tree, { service: "", operation: null, target: null, ...subject })]?.id).toBe(id);
});
