import { describe, expect, it } from "vitest";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { perSecond } from "#lib/units.ts";
import { type End, edgePresets, edgeTime, endOf, mayHaveSpans, nodePresets, nodeTime, serviceOf } from "./presets.ts";

const tracing = { services: new Set(["cart.shop", "reviews.shop", "ingress.istio-ingress", "billing"]), tags: true };
const cart: End = { kind: "workload", namespace: "shop", workload: "cart", app: "cart", version: "v1" };
const reviews: End = { kind: "workload", namespace: "shop", workload: "reviews-v2", app: "reviews", version: "v2" };
const coupons: End = { kind: "service", namespace: "shop", service: "coupons" };
const rates = (record: Record<string, number>) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, perSecond(value)]));
const edge = (change: Partial<Pick<GraphEdge, "protocol" | "codes" | "flags" | "hosts">> = {}) => ({
  ...{ protocol: "http" as const, codes: rates({ "200": 9 }), flags: {} },
  hosts: rates({ "reviews.shop.svc.cluster.local": 9 }),
  ...change,
});
const operations = ["reviews.shop.svc.cluster.local.other:80/*", "reviews.shop.svc.cluster.local:80/*", "cart:8080/*"];

describe("the name of a node's spans is", () => {
  it.each([
    ["app and namespace, as Istio has it", reviews, { name: "reviews.shop", byMesh: true }],
    ["what a program calls itself", { ...reviews, app: "billing" }, { name: "billing", byMesh: false }],
    ["none where no backend has any", coupons, null],
    ["none for a namespace", { kind: "namespace", namespace: "shop", app: "cart" }, null],
    ["none where the end isn't known", null, null],
  ] satisfies [string, End | null, unknown][])("%s", (_, end, expected) => {
    expect(serviceOf(end, tracing)).toEqual(expected);
  });

  it.each([
    ["c/shop/workload/cart", { kind: "workload", namespace: "shop", workload: "cart" }],
    ["c/shop/app/reviews/v2", { kind: "app", namespace: "shop", app: "reviews", version: "v2" }],
    ["nonsense", null],
  ])("by the id %s alone where the node isn't at hand", (id, expected) => {
    expect(endOf(id, null)).toEqual(expected);
    expect(mayHaveSpans(id)).toBe(expected !== null);
  });
});

describe("an edge's traces", () => {
  const both = { source: cart, target: reviews };
  it.each([
    [
      "are the client's spans to that host, where the client has such",
      both,
      edge(),
      operations,
      [
        {
          service: "cart.shop",
          operation: "reviews.shop.svc.cluster.local:80/*",
          tags: "istio.canonical_revision=v1",
        },
      ],
    ],
    [
      "are the server's else, of that version",
      both,
      edge(),
      [],
      [{ service: "reviews.shop", tags: "istio.canonical_revision=v2" }],
    ],
    [
      "with UH are searched at the client, whatever the server has",
      both,
      edge({ codes: rates({ "200": 8, "503": 1 }), flags: rates({ UH: 1 }) }),
      [],
      [
        { service: "cart.shop", tags: "response_flags=UH istio.canonical_revision=v1" },
        { service: "cart.shop", tags: "http.status_code=503 istio.canonical_revision=v1", errors: true },
        { service: "cart.shop", tags: "istio.canonical_revision=v1" },
      ],
    ],
    [
      "with UF among other flags too",
      { ...both, source: { ...cart, version: "unknown" } },
      edge({ flags: rates({ "UF,URX": 1 }) }),
      [],
      [{ service: "cart.shop", tags: "response_flags=UF,URX" }, { service: "cart.shop" }],
    ],
    [
      "with DC too, without asking for errors",
      both,
      edge({ codes: rates({ "-": 1 }), flags: rates({ DC: 1 }) }),
      [],
      [
        { service: "cart.shop", tags: "response_flags=DC istio.canonical_revision=v1" },
        { service: "cart.shop", tags: "istio.canonical_revision=v1" },
      ],
    ],
    [
      "of a server that fails are the server's",
      both,
      edge({ codes: rates({ "500": 1, "404": 1 }), flags: rates({ "-": 2 }) }),
      [],
      [
        { service: "reviews.shop", tags: "http.status_code=500 istio.canonical_revision=v2", errors: true },
        { service: "reviews.shop", tags: "istio.canonical_revision=v2" },
      ],
    ],
    [
      "of gRPC have its own status",
      both,
      edge({ protocol: "grpc", codes: rates({ "14": 1 }) }),
      [],
      [
        { service: "reviews.shop", tags: "grpc.status_code=14 istio.canonical_revision=v2", errors: true },
        { service: "reviews.shop", tags: "istio.canonical_revision=v2" },
      ],
    ],
    [
      "of a host without proxy are the client's",
      { source: cart, target: { kind: "external", namespace: "unknown" } },
      edge(),
      [],
      [{ service: "cart.shop", tags: "istio.canonical_revision=v1" }],
    ],
    ["are none where neither end has spans", { source: null, target: coupons }, edge(), operations, []],
    ["are none of plain TCP", both, edge({ protocol: "tcp" }), operations, []],
  ] satisfies [string, { source: End | null; target: End | null }, ReturnType<typeof edge>, string[], unknown[]][])(
    "%s",
    (_, ends, of, names, expected) => {
      expect(edgePresets(of, ends, tracing, names).map(({ search }) => search)).toEqual(expected);
    },
  );

  it("have no tags where no backend can search by them", () => {
    const failing = edge({ codes: rates({ "503": 1 }), flags: rates({ UH: 1 }) });
    expect(edgePresets(failing, both, { ...tracing, tags: false }, [])).toEqual([
      { title: "Failed", search: { service: "cart.shop", errors: true } },
      { title: "All of this call", search: { service: "cart.shop" } },
    ]);
  });
});

describe("a node's traces", () => {
  const node: GraphNode = {
    ...{ id: "c/shop/workload/cart", cluster: "c", mesh: "istio", dataplane: "sidecar", health: "healthy", badges: [] },
    ...{ kind: "workload", namespace: "shop", workload: "cart", app: "cart" },
  };
  it.each([
    ["healthy", [{ service: "cart.shop" }]],
    ["failing", [{ service: "cart.shop" }, { service: "cart.shop", errors: true }]],
  ] as const)("%s", (health, expected) => {
    expect(nodePresets({ ...node, health }, tracing).map(({ search }) => search)).toEqual(expected);
  });

  it("are none where no backend has spans of it", () => {
    expect(nodePresets({ ...node, app: "x", workload: "x" }, tracing)).toEqual([]);
  });
});

describe("where the time goes", () => {
  it("of a node is that of its service, and of a call what its client waits for", () => {
    const node = (end: End) => nodeTime({ ...end, id: "x", health: "healthy" } as unknown as GraphNode, tracing);
    expect([node(reviews), node(coupons)]).toEqual([{ service: "reviews.shop" }, null]);
    expect(edgeTime(edge(), { source: cart, target: reviews }, tracing)).toEqual({
      service: "cart.shop",
      target: "reviews.shop",
    });
  });

  it("of a call to what has no spans is told by the host that is called most", () => {
    const hosts = rates({ "other.shop.svc.cluster.local": 1, "coupons.shop.svc.cluster.local": 5 });
    const of = (change: Parameters<typeof edge>[0], source: End | null = cart) =>
      edgeTime(edge(change), { source, target: coupons }, tracing);
    expect(of({ hosts })).toEqual({ service: "cart.shop", target: "coupons.shop.svc.cluster.local" });
    expect([of({ hosts: {} }), of({ hosts, protocol: "tcp" }), of({ hosts }, coupons)]).toEqual([null, null, null]);
  });
});
