import { describe, expect, it } from "vitest";
import { perSecond, ratio, unixSeconds } from "#lib/units.ts";
import { buckets, counts, end, inventory, l4, l7, merge, view, workload } from "./graph.test-support.ts";
import type { EdgeObservation } from "./observation.ts";

const A = "c/shop/workload/a";
const B = "c/shop/workload/b";
const AB = `${A}>${B}>http`;

describe("the headline is what the client got (docs/numbers.md 1)", () => {
  const source = l7("source", "shop/a", "shop/b@b", { 200: 9, "503 UF": 1 });
  const destination = l7("destination", "shop/a", "shop/b@b", { 200: 12 });
  const waypoint = l7("waypoint", "shop/a", "shop/b@b", { 200: 11 });

  it("source before waypoint before destination, never added", () => {
    expect(view([destination, waypoint, source]).edge(AB)).toMatchObject({
      observer: "source",
      rate: 10,
      errorRate: 1,
      requests: 600,
    });
    expect(view([destination, waypoint]).edge(AB)).toMatchObject({ observer: "waypoint", rate: 11 });
    expect(view([destination]).edge(AB)).toMatchObject({ observer: "destination", rate: 12 });
  });

  it("another mesh's word where no proxy saw the calls; beside a proxy's it is evidence, and proves no mutual TLS", () => {
    const told = l7("extension", "shop/a", "shop/b@b", { 200: 20 }, { mesh: "extension", extension: "skupper" });
    const secured = { ...told, secured: { part: 10, of: 20 } };
    expect(view([secured]).edge(AB)).toMatchObject({
      ...{ observer: "extension", mesh: "extension", extensions: ["skupper"], rate: 20, mtls: null },
      observers: { extension: { rate: 20, secured: 0.5 } },
    });
    expect(view([secured, destination]).edge(AB)).toMatchObject({
      ...{ observer: "destination", mesh: "istio", extensions: ["skupper"], rate: 12 },
      observers: { destination: { rate: 12 }, extension: { rate: 20 } },
    });
    // What one extension says nothing of isn't secured, and two of them carry calls of their own.
    const other = l7("extension", "shop/a", "shop/b@b", { 200: 5 }, { mesh: "extension", extension: "other" });
    expect(view([secured, other]).edge(AB)).toMatchObject({
      ...{ rate: 25, extensions: ["other", "skupper"] },
      observers: { extension: { rate: 25, secured: 0.4 } },
    });
  });

  it("two Prometheis that hold one extension's calls tell them once", () => {
    const told = (rate: number, extension: string) =>
      l7("extension", "shop/a", "shop/b@b", { 200: rate }, { mesh: "extension", extension });
    const decoded = [[told(20, "skupper"), told(3, "other")], [told(19, "skupper")]].map((observations) => ({
      observations,
      pods: [],
    }));
    expect(view([], {}, { decoded }).edge(AB)?.rate).toBe(23);
  });

  it("a ztunnel's connections aren't those below another mesh's calls", () => {
    const told = l7("extension", "shop/a", "shop/b@b", { 200: 20 }, { mesh: "extension", extension: "skupper" });
    const tunnel = l4("ztunnel", "shop/a", "shop/b@b", { opened: 1 }, { side: "client" });
    expect(view([told, tunnel]).ids).toEqual([AB, `${A}>${B}>tcp`]);
  });

  it("keeps every observer's own numbers as evidence", () => {
    expect(view([destination, source]).edge(AB)?.observers).toEqual({
      source: { rate: 10, codes: { 200: 9, 503: 1 }, flags: { UF: 1 } },
      destination: { rate: 12, codes: { 200: 12 }, flags: {} },
    });
  });

  it("a client that reports nothing of an edge leaves the word to the next", () => {
    expect(view([l7("source", "shop/a", "shop/b@b", {}), destination]).edge(AB)?.observer).toBe("destination");
  });

  it("sums a headline's own services, and only its own", () => {
    const other = l7("source", "shop/a", "shop/b@b-alias", { 200: 5 });
    const elsewhere = l7("destination", "shop/a", "shop/b@inbound-name", { 200: 14 });
    expect(view([source, other, elsewhere]).edge(AB)).toMatchObject({
      rate: 15,
      observers: { destination: { rate: 14 } },
    });
  });

  it("sums what one observer says in several records", () => {
    const v1 = l7("source", "shop/a", "shop/b@b", { 200: 1 }, { destination: end("shop/b@b", { version: "v1" }) });
    const v2 = l7("source", "shop/a", "shop/b@b", { 200: 2 }, { destination: end("shop/b@b", { version: "v2" }) });
    expect(view([v1, v2]).edge(AB)?.rate).toBe(3);
  });
});

describe("calls that reached no workload are drawn at the service (docs/numbers.md 2)", () => {
  it("and colour it", () => {
    const graph = view([l7("source", "shop/a", "svc:shop/b", { "503 UH": 1 })]);
    expect(graph.ids).toEqual([`${A}>c/shop/service/b>http`]);
    expect(graph.node("c/shop/service/b")).toMatchObject({ kind: "service", health: "failing", service: "b" });
  });
});

describe("two Prometheis that hold the same series count once (docs/numbers.md 15)", () => {
  it("takes the larger record, and adds different ones", () => {
    const one = l7("source", "shop/a", "shop/b@b", { 200: 9 });
    const same = l7("source", "shop/a", "shop/b@b", { 200: 10 });
    const other = l7("source", "shop/a", "shop/z@z", { 200: 1 });
    const graph = view(
      [],
      {},
      {
        decoded: [
          { observations: [one], pods: [] },
          { observations: [same, other], pods: [] },
        ],
      },
    );
    expect(graph.edges.map((edge) => edge.rate)).toEqual([10, 1]);
  });
});

describe("ambient: one hop for two (docs/numbers.md 9)", () => {
  const way = { waypoint: "shop/waypoint" };
  const known = inventory([
    workload("shop/a", { dataplane: "ambient" }),
    workload("shop/b", { dataplane: "ambient" }),
    workload(way.waypoint, { dataplane: "waypoint" }),
  ]);
  const l7hop = l7("waypoint", "shop/a", "shop/b@b", { 200: 10 });
  const toWaypoint = l4(
    "ztunnel",
    "shop/a",
    "shop/waypoint@b",
    { opened: 2, sent: 100, received: 900 },
    { side: "client" },
  );
  const fromWaypoint = l4(
    "ztunnel",
    "shop/waypoint",
    "shop/b",
    { opened: 1, sent: 90, received: 800 },
    { side: "server" },
  );

  it("draws client → backend alone, with the tunnels' counts as evidence", () => {
    const graph = view([l7hop, toWaypoint, fromWaypoint], {}, { inventory: known });
    expect(graph.ids).toEqual([AB]);
    expect(graph.edge(AB)).toMatchObject({
      observer: "waypoint",
      rate: 10,
      observers: { ztunnel: { bytesPerSecond: { sent: 100, received: 900 }, connections: { openedPerSecond: 2 } } },
    });
  });

  it("keeps whom the server's ztunnel saw apart: the waypoint, and the client that came past it, by its connections", () => {
    const named = (o: EdgeObservation, callers: Readonly<Record<string, number>>): EdgeObservation => ({
      ...o,
      callers: new Map(Object.entries(callers)),
    });
    const past = l4("ztunnel", "shop/a", "shop/b", { opened: 3, sent: 10 }, { side: "server" });
    const all = [
      named(l7hop, { a: 10 }),
      named(toWaypoint, { a: 1 }),
      named(fromWaypoint, { door: 5 }),
      named(past, { a: 400, old: 200 }),
    ];
    const [hop] = merge(all, { inventory: known }).hops;
    expect(hop?.callers).toEqual(new Map([["a", 10]]));
    expect(hop?.atZtunnel).toEqual({
      relayed: new Map([["door", 1]]),
      direct: new Map([
        ["a", 2],
        ["old", 1],
      ]),
    });
    expect(merge([named(past, { a: 1 })], { inventory: known }).hops[0]).not.toHaveProperty("atZtunnel");
    expect(merge([l7hop, toWaypoint], { inventory: known }).hops[0]).not.toHaveProperty("atZtunnel");
  });

  it("recognises a waypoint by its traffic where there is no inventory", () => {
    expect(view([l7hop, toWaypoint, fromWaypoint]).ids).toEqual([AB]);
  });

  it("lets L4 failures colour a healthy L7 edge, on every target behind", () => {
    const denied = l4(
      "ztunnel",
      "shop/a",
      "shop/waypoint@b",
      { opened: 5, failed: 5, flags: { DENY: 5 } },
      { side: "client" },
    );
    const canary = l7("waypoint", "shop/a", "shop/b-v2@b", { 200: 1 });
    const graph = view([l7hop, canary, denied], {}, { inventory: known });
    expect(graph.edges.map((edge) => edge.health)).toEqual(["failing", "failing"]);
    // The connections are one set: they are counted at the busiest target only.
    expect(graph.edges.map((edge) => edge.observers.ztunnel?.flags)).toEqual([undefined, { DENY: 5 }]);
  });

  it("draws a silent waypoint's failures at the service, as tcp", () => {
    const refused = l4(
      "ztunnel",
      "shop/a",
      "shop/waypoint@b",
      { opened: 5, failed: 5, flags: { CONNECT: 5 } },
      { side: "client" },
    );
    const graph = view([refused], {}, { inventory: known });
    expect(graph.ids).toEqual([`${A}>c/shop/service/b>tcp`]);
    expect(graph.edges[0]).toMatchObject({ observer: "ztunnel", health: "failing", rate: null, flags: { CONNECT: 5 } });
  });

  it("a ztunnel heads tcp only; the client's before the server's", () => {
    const client = l4("ztunnel", "shop/a", "shop/b@b", { opened: 2, sent: 10 }, { side: "client" });
    const server = l4("ztunnel", "shop/a", "shop/b@b", { opened: 2, sent: 11 }, { side: "server" });
    expect(view([server, client]).edge(`${A}>${B}>tcp`)).toMatchObject({
      observer: "ztunnel",
      bytesPerSecond: { sent: 10 },
    });
    const http = l7("destination", "shop/a", "shop/b@b", { 200: 1 });
    expect(view([server, client, http]).ids).toEqual([AB]);
  });
});

describe("mTLS has a basis (docs/numbers.md 7)", () => {
  it("the server's word before the peer's certificate; with neither there is no number", () => {
    const peer = l7("source", "shop/a", "shop/b@b", { 200: 1 }, { mtls: { share: ratio(1), basis: "peer" } });
    const server = l7(
      "destination",
      "shop/a",
      "shop/b@b",
      { 200: 1 },
      { mtls: { share: ratio(0.5), basis: "server" } },
    );
    expect(view([peer, server]).edge(AB)).toMatchObject({ mtls: 0.5, mtlsBasis: "server" });
    expect(view([peer]).edge(AB)).toMatchObject({ mtls: 1, mtlsBasis: "peer" });
    expect(view([l7("source", "shop/a", "shop/b@b", { 200: 1 })]).edge(AB)).toMatchObject({
      mtls: null,
      mtlsBasis: "unknown",
    });
  });

  it("passthrough is assumed to be without, and gives no number either", () => {
    const [edge] = view([l7("source", "shop/a", "ext:PassthroughCluster", { 200: 1 })]).edges;
    expect(edge).toMatchObject({ mtls: null, mtlsBasis: "inferred" });
  });

  it("a sum counts what nobody measured as not proven", () => {
    const proven = l7("destination", "shop/a", "other/x@x", { 200: 3 }, { mtls: { share: ratio(1), basis: "server" } });
    const unknown = l7("source", "shop/a", "other/y@y", { 200: 1 });
    expect(view([proven, unknown], { lens: "namespace" }).edges[0]).toMatchObject({ mtls: 0.75, mtlsBasis: "server" });
  });
});

describe("tcp and streams", () => {
  it("tcp has no requests and no error rate; its health is that of connections (docs/numbers.md 8)", () => {
    const [edge] = view([
      l4("source", "shop/a", "shop/b@b", { opened: 10, failed: 2, sent: 5, received: 7, flags: { "-": 8, UF: 2 } }),
    ]).edges;
    expect(edge).toMatchObject({
      protocol: "tcp",
      rate: null,
      requests: null,
      errorRate: null,
      outcomes: null,
      health: "failing",
    });
    expect(edge).toMatchObject({
      flags: { UF: 2 },
      connections: { openedPerSecond: 10, failedPerSecond: 2 },
      latencyMissing: "tcp",
    });
  });

  it("messages without requests are streaming, alive, and without latency (docs/numbers.md 6)", () => {
    const [edge] = view([
      l7(
        "source",
        "shop/a",
        "shop/b@b",
        {},
        { protocol: "grpc", messages: { sent: perSecond(1), received: perSecond(3) } },
      ),
    ]).edges;
    expect(edge).toMatchObject({
      streaming: true,
      rate: 0,
      health: "healthy",
      latency: null,
      latencyMissing: "streaming",
    });
  });
});

describe("newborn series (docs/numbers.md 13)", () => {
  it("are counted and said", () => {
    const requests = [{ ...counts({ "503 UH": 0.5 })[0], newborn: perSecond(0.5) }] as ReturnType<typeof counts>;
    const [edge] = view([
      l7(
        "source",
        "shop/a",
        "shop/b@b",
        {},
        { requests, newbornRequests: 30, newbornSince: unixSeconds(1_799_999_990) },
      ),
    ]).edges;
    expect(edge).toMatchObject({ rate: 0.5, newborn: { atLeast: 30, firstSeen: "2027-01-15T07:59:50.000Z" } });
  });
});

describe("latency (docs/numbers.md 17)", () => {
  const h = buckets([10, 20], [5, 10, 10], 120);

  it("is the headline's own", () => {
    const source = l7("source", "shop/a", "shop/b@b", { 200: 10 }, { latency: h });
    const slow = l7("destination", "shop/a", "shop/b@b", { 200: 10 }, { latency: buckets([10, 20], [0, 0, 10]) });
    expect(view([source, slow]).edge(AB)?.latency).toEqual({ mean: 12, p50: 10, p95: 19, p99: 19.8 });
  });

  it.each([
    ["off where the viewer doesn't want it", { latency: h }, { latency: false }, "off"],
    ["source-failed where it was wanted and not read", {}, {}, "source-failed"],
    ["no-samples where nothing ended", { latencyMissing: "no-samples" as const }, {}, "no-samples"],
    [
      "native-histograms where there are no buckets",
      { latencyMissing: "native-histograms" as const },
      {},
      "native-histograms",
    ],
  ])("is %s", (_, more, look, reason) => {
    expect(view([l7("source", "shop/a", "shop/b@b", { 200: 1 }, more)], look).edge(AB)).toMatchObject({
      latency: null,
      latencyMissing: reason,
    });
  });

  it("is merged by buckets across hops, and mixed-buckets where bounds differ", () => {
    const one = l7("source", "shop/a", "other/x@x", { 200: 10 }, { latency: h });
    const same = l7("source", "shop/a", "other/y@y", { 200: 10 }, { latency: h });
    const mixed = l7("source", "shop/a", "other/z@z", { 200: 10 }, { latency: buckets([15, 20], [5, 10, 10]) });
    expect(view([one, same], { lens: "namespace" }).edges[0]?.latency?.p95).toBe(19);
    expect(view([one, same, mixed], { lens: "namespace" }).edges[0]).toMatchObject({
      latency: null,
      latencyMissing: "mixed-buckets",
    });
  });
});

describe("edges=all", () => {
  const quiet = l7("source", "shop/a", "shop/b@b", {});
  it("keeps what carried nothing, as idle; live leaves it out", () => {
    expect(view([quiet], {}, { edges: "all" }).edge(AB)).toMatchObject({ health: "idle", rate: 0, requests: 0 });
    expect(view([quiet]).edges).toEqual([]);
  });
});
