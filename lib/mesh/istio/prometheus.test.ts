/** The adapter's queries on a real Prometheus: known increments in, exact numbers out. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EdgeObservation } from "#lib/graph/observation.ts";
import { type Bench, startBench } from "#lib/mesh/bench.test-support.ts";
import { every, exposition, target, type Written } from "#lib/mesh/exposition.test-support.ts";
import type { Capabilities } from "#lib/mesh/port.ts";
import { type Call, callLabels, requestLabels } from "./exposition.test-support.ts";
import { learn, refresh } from "./prometheus.test-support.ts";

/** A multiple of two hours, so that everything is one block. */
const START = 1_750_003_200;
const END = START + 900;
const WINDOW = 60;
/** A second time, in which every pod is scraped by two jobs. */
const DOUBLED = START + 14_400;
const STEP = 15;

const a: Call = { reporter: "source", from: "shop/a", to: "shop/b" };
const steady = (name: string, labels: Written["labels"], perScrape: number): Written => ({
  name,
  labels,
  points: every(STEP, START, END, (age) => 100 + (age / STEP) * perScrape),
});
const since = (from: number, name: string, labels: Written["labels"], value: (age: number) => number): Written => ({
  name,
  labels,
  points: every(STEP, from, END, value),
});
const BOUNDS = ["10", "20", "+Inf"];

const tcp = (reporter: "source" | "destination", more: Written["labels"] = {}) => ({
  ...callLabels({ reporter, from: "shop/a", to: "shop/db" }),
  request_protocol: "tcp",
  response_flags: "-",
  ...more,
});
const ztunnel = { ...target("istio-system/ztunnel-1"), app: "ztunnel" };

const pods = ["shop/a-1", "shop/b-1", "shop/g-1", "shop/s-1", "istio-system/ztunnel-1"];
const first: Written[] = [
  ...pods
    .map((pod) => steady("up", target(pod), 0))
    .map((each) => ({ ...each, points: each.points.map(([at]) => [at, 1] as const) })),
  // Two per second as the client sees it, 2.2 at the server: retries.
  steady("istio_requests_total", { ...requestLabels(a, "200"), ...target("shop/a-1") }, 30),
  steady(
    "istio_requests_total",
    { ...requestLabels({ ...a, reporter: "destination" }, "200"), ...target("shop/b-1") },
    33,
  ),
  // A burst of seven between two scrapes, 40 s ago.
  since(
    END - 30,
    "istio_requests_total",
    { ...requestLabels({ ...a, to: "?", host: "b.shop.svc.cluster.local" }, "503", "UF,URX"), ...target("shop/a-1") },
    () => 7,
  ),
  // Born 45 s ago and growing: 3, 6, 9, 12.
  since(
    END - 45,
    "istio_requests_total",
    { ...requestLabels({ ...a, to: "shop/new" }, "200"), ...target("shop/a-1") },
    (age) => 3 + (age / STEP) * 3,
  ),
  // A single sample.
  since(
    END,
    "istio_requests_total",
    { ...requestLabels({ ...a, to: "shop/single" }, "500"), ...target("shop/a-1") },
    () => 4,
  ),
  // A pod that Prometheus has just found, with counters of days: its past is not ours.
  { name: "up", labels: target("shop/late-1"), points: every(STEP, END - 30, END, () => 1) },
  since(
    END - 30,
    "istio_requests_total",
    { ...requestLabels({ ...a, from: "shop/late" }, "200"), ...target("shop/late-1") },
    (age) => 1_000_000 + age,
  ),
  // A counter that falls: its pod's proxy restarted.
  steady("istio_requests_total", { ...requestLabels({ ...a, to: "shop/reset" }, "200"), ...target("shop/a-1") }, 0),
  // gRPC, with a stream that hasn't ended.
  steady(
    "istio_requests_total",
    {
      ...requestLabels(
        { ...a, from: "shop/g", to: "shop/s", labels: { request_protocol: "grpc", grpc_response_status: "14" } },
        "200",
      ),
      ...target("shop/g-1"),
    },
    15,
  ),
  steady(
    "istio_request_messages_total",
    { ...callLabels({ ...a, from: "shop/s", to: "shop/g" }), request_protocol: "grpc", ...target("shop/s-1") },
    15,
  ),
  steady(
    "istio_response_messages_total",
    { ...callLabels({ ...a, from: "shop/s", to: "shop/g" }), request_protocol: "grpc", ...target("shop/s-1") },
    450,
  ),
  // Bodies: 600 B/s asked, 9 kB/s answered as the client sees it.
  steady("istio_request_bytes_sum", { ...requestLabels(a, "200"), ...target("shop/a-1") }, 9000),
  steady("istio_response_bytes_sum", { ...requestLabels(a, "200"), ...target("shop/a-1") }, 135_000),
  steady(
    "istio_response_bytes_sum",
    { ...requestLabels({ ...a, reporter: "destination" }, "200"), ...target("shop/b-1") },
    140_000,
  ),
  // An unmeshed caller: only the server knows.
  steady(
    "istio_requests_total",
    {
      ...requestLabels(
        { reporter: "destination", from: "?", to: "shop/b", labels: { connection_security_policy: "none" } },
        "200",
      ),
      ...target("shop/b-1"),
    },
    15,
  ),
  // TCP: 300 B/s sent by the client, 1500 answered.
  steady("istio_tcp_received_bytes_total", { ...tcp("source"), ...target("shop/a-1") }, 4500),
  steady("istio_tcp_sent_bytes_total", { ...tcp("source"), ...target("shop/a-1") }, 22_500),
  steady("istio_tcp_connections_opened_total", { ...tcp("source"), ...target("shop/a-1") }, 15),
  steady(
    "istio_tcp_connections_opened_total",
    { ...tcp("source", { connection_security_policy: "mutual_tls" }), ...ztunnel },
    30,
  ),
  steady("istio_tcp_connections_failed_total", { ...tcp("source", { response_flags: "DENY" }), ...ztunnel }, 3),
  steady("istio_tcp_sockets_open", { ...tcp("source"), ...ztunnel }, 0),
  // Latency: 10 of 20 under 10 ms, all under 20; 12 ms on average.
  ...BOUNDS.map((le, i) =>
    steady(
      "istio_request_duration_milliseconds_bucket",
      { ...requestLabels(a, "200"), ...target("shop/a-1"), le },
      i === 0 ? 15 : 30,
    ),
  ),
  steady("istio_request_duration_milliseconds_sum", { ...requestLabels(a, "200"), ...target("shop/a-1") }, 360),
  ...BOUNDS.map((le) =>
    steady(
      "istio_request_duration_milliseconds_bucket",
      { ...requestLabels({ reporter: "destination", from: "?", to: "shop/b" }, "200"), ...target("shop/b-1"), le },
      15,
    ),
  ),
];
const reset = first.findIndex(({ labels }) => labels["destination_workload"] === "reset");
const dataset = first.map((each, i) =>
  i === reset
    ? { ...each, points: every(STEP, START, END, (age) => (age < 870 ? 1000 + age * 2 : (age - 855) * 2)) }
    : each,
);
const doubled = ["first", "second"].flatMap((job): Written[] => [
  { name: "up", labels: target("shop/a-1", job, job), points: every(STEP, DOUBLED, DOUBLED + 900, () => 1) },
  {
    name: "istio_requests_total",
    labels: { ...requestLabels(a, "200"), ...target("shop/a-1", job, job) },
    points: every(STEP, DOUBLED, DOUBLED + 900, (age) => age * 2),
  },
  {
    name: "istio_requests_total",
    labels: { ...requestLabels(a, "200"), ...target("shop/a-2", job, job) },
    points: every(STEP, DOUBLED, DOUBLED + 900, (age) => age),
  },
]);

let bench: Bench;
let capabilities: Capabilities;
let observations: readonly EdgeObservation[];

const find = (from: string, to: string, observer = "source", list = observations) =>
  list.find(
    ({ source, destination, ...o }) =>
      (source.workload ?? "?") === from &&
      (destination.workload ?? destination.service) === to &&
      o.observer === observer,
  );
const rateOf = (o: EdgeObservation | undefined) => o?.requests.reduce((sum, { rate }) => sum + rate, 0);

beforeAll(async () => {
  bench = await startBench(exposition([...dataset, ...doubled]));
  capabilities = await learn(bench, END);
  ({ observations } = (await refresh(bench, END, WINDOW, capabilities)).decoded);
}, 60_000);
afterAll(() => bench?.stop());

describe("probes", () => {
  it("measure the scrape interval and find what is there", () => {
    expect(capabilities).toMatchObject({
      present: true,
      scrapeInterval: STEP,
      facts: {
        podLabel: "pod",
        namespaceLabel: "namespace",
        ztunnel: true,
        ztunnelLabel: "app",
        doubles: null,
        silent: [],
        recorded: [],
        operationLabel: null,
        buckets: "classic",
        jobs: ["istio"],
      },
    });
  });

  it("a Prometheus without a mesh is absent, not broken", async () => {
    expect(await learn(bench, START - 86_400)).toMatchObject({ present: false, scrapeInterval: null });
  });

  it("a failed probe keeps what was known", async () => {
    const { istio } = await import("./index.ts");
    expect(istio.learn(new Map(), capabilities)).toEqual(capabilities);
  });
});

describe("one refresh", () => {
  it("asks at most six queries, with latency and silent edges", async () => {
    expect((await refresh(bench, END, WINDOW, capabilities, { edges: "all" })).reads).toBe(6);
  });

  it("gives known increments as exact rates, one record an observer", () => {
    expect(rateOf(find("a", "b"))).toBeCloseTo(2, 9);
    expect(rateOf(find("a", "b", "destination"))).toBeCloseTo(2.2, 9);
  });

  it("goes on counting over a reset, within what rate() extrapolates", () => {
    expect(rateOf(find("a", "reset"))).toBeGreaterThan(1);
    expect(rateOf(find("a", "reset"))).toBeLessThanOrEqual(2.001);
    expect(find("a", "reset")?.newbornRequests).toBe(0);
  });

  it("counts a burst between two scrapes in full, at the service that it didn't reach (docs/numbers.md 2, 13)", () => {
    const burst = observations.find((o) => o.destination.workload === null && o.destination.service === "b");
    expect(burst).toMatchObject({
      destination: { namespace: "shop", version: null },
      requests: [{ code: "503", flags: "UF,URX", newborn: 7 / WINDOW, rate: 7 / WINDOW }],
      newbornRequests: 7,
      newbornSince: END - 30,
    });
  });

  it("counts a growing newborn series once: no less than it counted, no more than one interval's growth on top", () => {
    const total = (rateOf(find("a", "new")) ?? 0) * WINDOW;
    expect(total).toBeGreaterThanOrEqual(12 - 1e-9);
    expect(total).toBeLessThanOrEqual(15 + 1e-9);
    expect(find("a", "new")).toMatchObject({ newbornRequests: 12, newbornSince: END - 45 });
  });

  it("counts a single sample, which has no rate at all", () => {
    expect((rateOf(find("a", "single")) ?? 0) * WINDOW).toBeCloseTo(4, 9);
  });

  it("doesn't take the past of a pod that Prometheus has just found for news", () => {
    expect((rateOf(find("late", "b")) ?? 0) * WINDOW).toBeLessThan(61);
    expect(find("late", "b")?.newbornRequests).toBe(0);
  });

  it("reads gRPC by status and streams by messages (docs/numbers.md 5, 6)", () => {
    expect(find("g", "s")).toMatchObject({ protocol: "grpc", requests: [{ code: "14", grpc: true }] });
    expect(find("s", "g")).toMatchObject({ protocol: "grpc", requests: [], messages: { sent: 1, received: 30 } });
  });

  it("reads the bodies of http from whoever heads the edge, and never both ends", () => {
    expect(find("a", "b")?.bytes).toEqual({ sent: 600, received: 9000 });
    expect(find("a", "b", "destination")?.bytes).toBeNull();
    expect(find("g", "s")?.bytes).toBeNull();
  });

  it("swaps bytes to the client's view, and reads ztunnel apart (docs/numbers.md 8)", () => {
    expect(find("a", "db")).toMatchObject({
      layer: "l4",
      bytes: { sent: 300, received: 1500 },
      connections: { opened: 1 },
    });
    const tunnel = find("a", "db", "ztunnel");
    expect(tunnel).toMatchObject({
      side: "client",
      connections: { opened: 2, open: 100 },
      mtls: { share: 1, basis: "peer" },
    });
    expect(tunnel?.connections?.failed).toBeCloseTo(0.2, 9);
    expect(tunnel?.connections?.flags.get("DENY")).toBeCloseTo(0.2, 9);
  });

  it("reads buckets and sums of the client, and of the server for callers that don't report (docs/numbers.md 17)", () => {
    const latency = find("a", "b")?.latency;
    expect(latency?.bounds).toEqual([10, 20, Number.POSITIVE_INFINITY]);
    expect(latency?.counts.map((count) => count.toFixed(6))).toEqual(["1.000000", "2.000000", "2.000000"]);
    expect(latency?.sum).toBeCloseTo(24, 6);
    expect(find("?", "b", "destination")?.latency?.counts[0]).toBeCloseTo(1, 6);
    expect(find("a", "b", "destination")).toMatchObject({ latency: null, latencyMissing: "no-samples" });
  });

  it("agrees with Prometheus's own quantile", async () => {
    const { histogramQuantile } = await import("#lib/graph/quantile.ts");
    const theirs = await bench.ask(
      `histogram_quantile(0.95, sum by (le) (rate(istio_request_duration_milliseconds_bucket{reporter="source"}[1m])))`,
      END,
    );
    const latency = find("a", "b")?.latency;
    expect(latency == null ? null : histogramQuantile(0.95, latency)).toBeCloseTo(theirs.samples[0]?.value ?? 0, 9);
  });

  it("says which pods answer", async () => {
    const { decoded } = await refresh(bench, END, WINDOW, capabilities);
    expect(decoded.pods).toContainEqual({ cluster: "c1", namespace: "shop", pod: "a-1", up: true });
    expect(decoded.ignored).toEqual({ series: 0, example: null });
    expect(decoded.missing).toEqual([]);
  });

  it("with edges=all also names edges of the last hour that are silent now", async () => {
    const later = END + 240;
    const { decoded } = await refresh(bench, later, WINDOW, capabilities, { edges: "all" });
    const edge = find("a", "b", "source", decoded.observations);
    expect(edge).toMatchObject({ requests: [] });
    const live = await refresh(bench, later, WINDOW, capabilities);
    expect(find("a", "b", "source", live.decoded.observations)).toBeUndefined();
  });
});

describe("a pod that two jobs scrape", () => {
  it("is found, counted once, and said (docs/numbers.md 15)", async () => {
    const at = DOUBLED + 900;
    const twice = await learn(bench, at);
    expect(twice.facts["doubles"]).toEqual({ pods: 2, example: "shop/a-1" });
    const { decoded } = await refresh(bench, at, WINDOW, twice);
    expect(rateOf(find("a", "b", "source", decoded.observations))).toBeCloseTo(3, 9);
    expect(decoded.warnings[0]).toMatch(/shop\/a-1 and 1 more/);
  });
});
