/** The lenses that Kiali has too, each as a whole: which marks there are, what falls back to what, and what a mark sums up. */
import { describe, expect, it } from "vitest";
import type { Workload } from "#lib/inventory/model.ts";
import { unixSeconds } from "#lib/units.ts";
import { end, inventory, l4, l7, view, workload } from "./graph.test-support.ts";

const service = (namespace: string, name: string) => ({
  ...{ cluster: "c", namespace, name, selector: {}, ports: [], headless: false, workloads: [] },
});
const called = (name: string, version: string | null) => ({ destination: end(name, { version }) });
const calling = (name: string, version: string) => ({ source: end(name, { version }) });

/** A gateway calls the front, that two versions of reviews; one of those a database by TCP and a host; something is unlabelled. */
const observations = [
  l7("source", "edge/gw", "shop/front@front", { 200: 20 }, called("shop/front@front", "v1")),
  l7(
    "source",
    "shop/front",
    "shop/reviews-v1@reviews",
    { 200: 6 },
    { ...called("shop/reviews-v1@reviews", "v1"), ...calling("shop/front", "v1") },
  ),
  l7(
    "source",
    "shop/front",
    "shop/reviews-v2@reviews",
    { 200: 3, 500: 1 },
    { ...called("shop/reviews-v2@reviews", "v2"), ...calling("shop/front", "v1") },
  ),
  // Reached nobody: known by its service alone.
  l7("source", "shop/front", "svc:shop/reviews", { "503 UH": 2 }, calling("shop/front", "v1")),
  l7(
    "source",
    "shop/reviews-v1",
    "shop/reviews-v2@reviews",
    { 200: 1 },
    {
      ...called("shop/reviews-v2@reviews", "v2"),
      ...calling("shop/reviews-v1", "v1"),
    },
  ),
  l4(
    "source",
    "shop/reviews-v2",
    "data/db@db",
    { opened: 1, sent: 10, received: 90 },
    calling("shop/reviews-v2", "v2"),
  ),
  l7("source", "shop/reviews-v2", "ext:api.example.com", { 200: 1 }, calling("shop/reviews-v2", "v2")),
  l7("destination", "?", "shop/front@front", { 200: 4 }, called("shop/front@front", "v1")),
  // No app label: it stays a workload in every lens of apps.
  l7(
    "source",
    "shop/front",
    "shop/job",
    { 200: 1 },
    {
      destination: end("shop/job", { app: null }),
      ...calling("shop/front", "v1"),
    },
  ),
];
const meshed = (name: string, more: Partial<Workload> = {}) => workload(name, more);
const known = inventory(
  [
    meshed("edge/gw", { app: "gw", dataplane: "gateway" }),
    meshed("shop/front", { app: "front", version: "v1", services: ["front"] }),
    meshed("shop/reviews-v1", { app: "reviews", version: "v1", services: ["reviews"] }),
    meshed("shop/reviews-v2", { app: "reviews", version: "v2", services: ["reviews"], mesh: null, dataplane: "none" }),
    meshed("shop/job", { app: null }),
    meshed("shop/spare", { app: "spare", version: "v1", services: ["spare"] }),
    meshed("data/db", { app: "db", services: ["db"], goneAt: unixSeconds(1_799_999_990), pods: [] }),
  ],
  {
    services: new Map(
      [
        service("shop", "front"),
        service("shop", "reviews"),
        service("shop", "reviews-old"),
        { ...service("shop", "elsewhere"), externalName: "x.example.com" },
      ].map((each) => [`${each.namespace}/${each.name}`, each]),
    ),
  },
);
const seen = (look: Parameters<typeof view>[1]) => view(observations, look, { inventory: known });
const marks = ({ nodes }: ReturnType<typeof view>) => nodes.map(({ id }) => id.replace("c/", ""));
const calls = ({ edges }: ReturnType<typeof view>) =>
  edges.map(({ id, rate, bytesPerSecond }) => `${id.replaceAll("c/", "")} ${rate ?? bytesPerSecond?.received}`);

describe("lens app", () => {
  const graph = seen({ lens: "app" });

  it("has one mark an app; what has none stays what it is, idle apps too", () => {
    expect(marks(graph)).toEqual([
      "data/app/db",
      "edge/app/gw",
      "shop/app/front",
      "shop/app/reviews",
      "shop/app/spare",
      "shop/service/reviews",
      "shop/workload/job",
      "unknown/external/api.example.com",
      "unknown/unknown/unknown",
    ]);
    expect(graph.node("c/shop/app/spare")).toMatchObject({ health: "idle", app: "spare" });
  });

  it("adds up the versions, keeps calls among them as a loop, and failures that reached nobody at the service", () => {
    expect(calls(graph)).toEqual([
      "edge/app/gw>shop/app/front>http 20",
      "shop/app/front>shop/app/reviews>http 10",
      "shop/app/front>shop/service/reviews>http 2",
      "shop/app/front>shop/workload/job>http 1",
      "shop/app/reviews>data/app/db>tcp 90",
      "shop/app/reviews>shop/app/reviews>http 1",
      "shop/app/reviews>unknown/external/api.example.com>http 1",
      "unknown/unknown/unknown>shop/app/front>http 4",
    ]);
    expect(graph.edge("c/shop/app/front>c/shop/app/reviews>http")).toMatchObject({
      errorRate: 1,
      codes: { 200: 9, 500: 1 },
    });
  });

  it("is marked as its workloads are: a gateway, gone, or partly outside the mesh, with how many", () => {
    expect(graph.node("c/edge/app/gw")).toMatchObject({ badges: ["gateway"], dataplane: "gateway" });
    expect(graph.node("c/data/app/db")).toMatchObject({ badges: ["gone"], goneAt: "2027-01-15T07:59:50.000Z" });
    expect(graph.node("c/shop/app/reviews")).toMatchObject({
      badges: ["partly-unmeshed"],
      badgeCounts: { "partly-unmeshed": 1 },
    });
  });
});

describe("lens versioned app", () => {
  const graph = seen({ lens: "versionedApp" });

  it("has one mark a version, told apart by it, and apps without a version as apps", () => {
    expect(marks(graph)).toEqual([
      "data/app/db",
      "edge/app/gw",
      "shop/app/front/v1",
      "shop/app/reviews/v1",
      "shop/app/reviews/v2",
      "shop/app/spare/v1",
      "shop/service/reviews",
      "shop/workload/job",
      "unknown/external/api.example.com",
      "unknown/unknown/unknown",
    ]);
    expect(graph.node("c/shop/app/reviews/v2")).toMatchObject({ app: "reviews", version: "v2", badges: ["unmeshed"] });
  });

  it("gives each version its own numbers", () => {
    expect(calls(graph)).toEqual(
      expect.arrayContaining([
        "shop/app/front/v1>shop/app/reviews/v1>http 6",
        "shop/app/front/v1>shop/app/reviews/v2>http 4",
        "shop/app/reviews/v1>shop/app/reviews/v2>http 1",
        "shop/app/reviews/v2>data/app/db>tcp 90",
      ]),
    );
    expect(graph.node("c/shop/app/reviews/v1")?.health).toBe("healthy");
    expect(graph.node("c/shop/app/reviews/v2")?.health).toBe("failing");
  });

  it("stands behind services where they are drawn between", () => {
    const through = seen({ lens: "versionedApp", services: true });
    expect(calls(through)).toEqual(
      expect.arrayContaining([
        "shop/app/front/v1>shop/service/reviews>http 12",
        "shop/service/reviews>shop/app/reviews/v1>http 6",
        "shop/service/reviews>shop/app/reviews/v2>http 5",
      ]),
    );
  });
});

describe("lens service", () => {
  const graph = seen({ lens: "service" });

  it("has services alone: what calls by none stays what it is, and one that nobody calls is idle", () => {
    expect(marks(graph)).toEqual([
      "data/service/db",
      "edge/workload/gw",
      "shop/service/front",
      "shop/service/reviews",
      "shop/service/reviews-old",
      "shop/service/spare",
      "shop/workload/job",
      "unknown/external/api.example.com",
      "unknown/unknown/unknown",
    ]);
    expect(graph.node("c/shop/service/reviews-old")).toMatchObject({ kind: "service", health: "idle", badges: [] });
    expect(
      view(observations, { lens: "service" }, { inventory: known, measured: () => false }).node(
        "c/shop/service/reviews-old",
      ),
    ).toBeUndefined();
    expect(
      view(observations, { lens: "service" }, { inventory: known, past: true }).node("c/shop/service/reviews-old"),
    ).toBeUndefined();
    const elsewhere = (_: string, namespace: string) => namespace !== "shop";
    expect(marks(seen({ lens: "service", mayRead: elsewhere }))).not.toContain("shop/service/reviews-old");
  });

  it("calls go from service to service, those that reached nobody among them", () => {
    expect(calls(graph)).toEqual([
      "edge/workload/gw>shop/service/front>http 20",
      "shop/service/front>shop/service/reviews>http 12",
      "shop/service/front>shop/workload/job>http 1",
      "shop/service/reviews>data/service/db>tcp 90",
      "shop/service/reviews>shop/service/reviews>http 1",
      "shop/service/reviews>unknown/external/api.example.com>http 1",
      "unknown/unknown/unknown>shop/service/front>http 4",
    ]);
    expect(graph.edge("c/shop/service/front>c/shop/service/reviews>http")).toMatchObject({
      errorRate: 3,
      flags: { UH: 2 },
      health: "failing",
    });
  });
});
