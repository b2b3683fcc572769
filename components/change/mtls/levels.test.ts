import { expect, it } from "vitest";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { confirmation, encrypted, labelOf, labelsSeen, levelsOf, newLevel, plainEdges } from "./levels.ts";

const peer = (namespace: string, name: string, spec: object, creationTimestamp = "2026-01-01T00:00:00Z") =>
  ({
    ...{ apiVersion: "security.istio.io/v1", kind: "PeerAuthentication", spec },
    metadata: { name, namespace, creationTimestamp },
  }) as unknown as Manifest;

const cart = peer("shop", "cart", {
  ...{ selector: { matchLabels: { app: "cart" } }, mtls: { mode: "STRICT" } },
  portLevelMtls: { "9090": { mode: "DISABLE" } },
});

it("has a row a level, from the mesh to the port, with who says so", () => {
  const rows = levelsOf(
    "west-1",
    "istio-system",
    ["shop", "istio-system", "orders"],
    [peer("istio-system", "default", { mtls: { mode: "PERMISSIVE" } }), cart],
  );
  expect(rows.map(({ title, declared, object }) => [title, declared, object?.name ?? null])).toEqual([
    ["the whole mesh", "PERMISSIVE", "default"],
    ["orders", "UNSET", null],
    ["shop", "UNSET", null],
    ["app=cart", "STRICT", "cart"],
    ["port 9090", "DISABLE", "cart"],
  ]);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
});

it("claims nothing of a mesh whose root namespace isn't seen", () => {
  expect(levelsOf("west-1", null, ["shop"], [cart]).map(({ title }) => title)).not.toContain("the whole mesh");
});

it("takes the oldest of several that select the same", () => {
  const rows = levelsOf(
    "west-1",
    "istio-system",
    ["shop"],
    [
      peer("shop", "young", { mtls: { mode: "STRICT" } }, "2026-02-01T00:00:00Z"),
      peer("shop", "old", { mtls: { mode: "DISABLE" } }),
    ],
  );
  expect(rows.find(({ title }) => title === "shop")).toMatchObject({ declared: "DISABLE" });
});

it("what somebody else's text says isn't a mode is not set", () => {
  const rows = levelsOf(
    "west-1",
    "istio-system",
    ["shop"],
    [peer("shop", "x", { mtls: { mode: "<b>" }, selector: 3 })],
  );
  expect(rows.find(({ title }) => title === "shop")).toMatchObject({ declared: "UNSET" });
});

const edge = (target: string, rate: number | null, mtls: number | null, more: object = {}): GraphEdge =>
  ({
    id: `a>${target}`,
    source: "west-1/orders/workload/till",
    target,
    protocol: "http",
    rate,
    mtls,
    ...more,
  }) as GraphEdge;

it("counts as encrypted what is proven, and never what is unknown", () => {
  const edges = [
    edge("west-1/shop/workload/catalog", 3, 1),
    edge("west-1/shop/workload/catalog", 1, 0),
    edge("west-1/shop/workload/cart", 6, null),
    edge("west-1/orders/workload/mailer", 5, 0),
    edge("west-1/shop/service/coupons", 9, 0),
  ];
  expect(encrypted({ edges }, "west-1", "shop")).toEqual({ share: 0.75, unknown: 6, measured: 4 });
  expect(encrypted({ edges: [] }, "west-1", null)).toEqual({ share: null, unknown: 0, measured: 0 });
  expect(plainEdges({ edges }, "west-1", "shop").map(({ target, rate }) => [target, rate])).toEqual([
    ["west-1/shop/workload/catalog", 1],
  ]);
});

it("a level that nobody speaks for yet is named and keyed like the ones that are there", () => {
  const made = newLevel("shop", ["app", "cart"], "9090");
  const there = levelsOf("west-1", null, [], [cart]).find(({ port }) => port === "9090");
  expect(made).toEqual({ ...there, declared: "UNSET", object: null });
  expect(confirmation(made.scope, null)).toBe("shop");
  expect(confirmation({ level: "mesh" }, "istio-system")).toBe("istio-system");
});

it.each([
  ["app=cart", ["app", "cart"]],
  ["app.kubernetes.io/name=cart", ["app.kubernetes.io/name", "cart"]],
  ["app", null],
  ["app=", null],
  ["=cart", null],
  ["app=a b", null],
  ["app=<script>", null],
  [`app=${"a".repeat(64)}`, null],
])("%s is %j as a label", (text, label) => expect(labelOf(text)).toEqual(label));

it("offers the labels of apps that the namespace's traffic names, each once", () => {
  const node = (namespace: string, app?: string) =>
    ({ kind: "workload", cluster: "west-1", namespace, app }) as GraphNode;
  const nodes = [node("shop", "cart"), node("shop", "cart"), node("orders", "till"), node("shop")];
  expect(labelsSeen({ nodes }, "west-1", "shop")).toEqual(["app=cart"]);
});
