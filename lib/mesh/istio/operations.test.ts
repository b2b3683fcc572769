/** Operations on a real Prometheus: read where requests are classified, of each observer apart, and nowhere else. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { end, l7, view } from "#lib/graph/graph.test-support.ts";
import { type Bench, startBench } from "#lib/mesh/bench.test-support.ts";
import { every, exposition, target, type Written } from "#lib/mesh/exposition.test-support.ts";
import { perSecond } from "#lib/units.ts";
import { type Call, requestLabels } from "./exposition.test-support.ts";
import { istio } from "./index.ts";
import { refresh } from "./prometheus.test-support.ts";

const START = 1_750_003_200;
const END = START + 900;
const call: Call = { reporter: "source", from: "shop/a", to: "shop/b" };
const server: Call = { ...call, reporter: "destination" };

function steady(of: Call, more: Written["labels"], perSecondly: number): Written {
  const pod = of.reporter === "source" ? "shop/a-1" : "shop/b-1";
  return {
    name: "istio_requests_total",
    labels: { ...requestLabels(of, "200"), ...target(pod), ...more },
    points: every(15, START, END, (age) => 100 + age * perSecondly),
  };
}

const series: Written[] = [
  { name: "up", labels: target("shop/a-1"), points: every(15, START, END, () => 1) },
  { name: "up", labels: target("shop/b-1"), points: every(15, START, END, () => 1) },
  // The client's proxy classifies nothing.
  steady(call, { request_operation: "unknown" }, 10),
  steady(server, { request_operation: "ListReviews" }, 6),
  steady(server, { request_operation: "GetReview" }, 3),
  steady(server, { request_operation: "" }, 1),
  steady({ ...server, to: "shop/c" }, { kind_of_call: "Ping" }, 2),
];

let bench: Bench;
beforeAll(async () => {
  bench = await startBench(exposition(series));
}, 60_000);
afterAll(() => bench?.stop());

async function read(options: Parameters<typeof istio.probe>[0] = {}) {
  const answers = new Map<string, Awaited<ReturnType<Bench["ask"]>>>();
  for (const { id, query } of istio.probe(options)) answers.set(id, await bench.ask(query, END));
  const capabilities = istio.learn(answers, null, options);
  const { decoded, reads } = await refresh(bench, END, 60, capabilities, { edges: "all" });
  const of = (observer: string, to: string) =>
    decoded.observations.find((o) => o.observer === observer && o.destination.workload === to);
  return { capabilities, decoded, reads, of };
}

describe("operations", () => {
  it("are read by the documented label, of who classifies, without a query more", async () => {
    const { capabilities, decoded, reads, of } = await read();
    expect(capabilities.facts["operationLabel"]).toBe("request_operation");
    expect(reads).toBe(6);
    const found = of("destination", "b")?.operations ?? new Map<string, number>();
    expect([...found.keys()]).toHaveLength(2);
    expect(found.get("GetReview")).toBeCloseTo(3, 6);
    expect(found.get("ListReviews")).toBeCloseTo(6, 6);
    expect(of("source", "b")).not.toHaveProperty("operations");
    expect(decoded.ignored.series).toBe(0);
    // The rate is the requests', classified or not.
    expect(of("destination", "b")?.requests.reduce((sum, { rate }) => sum + rate, 0)).toBeCloseTo(10, 6);
  });

  it("are read by the label that the configuration names", async () => {
    const { of } = await read({ operationLabel: "kind_of_call" });
    expect([...(of("destination", "c")?.operations?.keys() ?? [])]).toEqual(["Ping"]);
    expect(of("destination", "b")).not.toHaveProperty("operations");
  });

  it("are unknown where no request is classified", async () => {
    const { capabilities, decoded } = await read({ operationLabel: "no_such_label" });
    expect(capabilities.facts["operationLabel"]).toBeNull();
    expect(decoded.observations.filter(({ operations }) => operations !== undefined)).toEqual([]);
  });
});

describe("operations on edges", () => {
  const named = (of: Readonly<Record<string, number>>) => ({
    operations: new Map(Object.entries(of).map(([name, rate]) => [name, perSecond(rate)])),
  });

  it("are the server's beside the client's headline, never both together", () => {
    const both = view([
      l7("source", "shop/a", "shop/b@b", { 200: 10 }, named({ Other: 10 })),
      l7("destination", "shop/a", "shop/b@b", { 200: 11 }, named({ List: 7, Get: 4 })),
    ]);
    expect(both.edges[0]).toMatchObject({ observer: "source", rate: 10, operations: { List: 7, Get: 4 } });
    expect(view([l7("source", "shop/a", "shop/b@b", { 200: 1 })]).edges[0]).not.toHaveProperty("operations");
  });

  it("are summed where a mark stands for several, capped, and left out for what may not be seen", () => {
    const calls = [
      l7("destination", "shop/a", "shop/b-v1@b", { 200: 5 }, named({ List: 5 })),
      l7(
        "destination",
        "shop/a",
        "shop/b-v2@b",
        { 200: 2 },
        { ...named({ List: 1, Get: 1 }), destination: end("shop/b-v2@b") },
      ),
    ];
    expect(view(calls, { lens: "app" }).edges[0]?.operations).toEqual({ List: 6, Get: 1 });
    const many = named(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`op-${i}`, i + 1])));
    const [edge] = view([l7("destination", "shop/a", "shop/b@b", { 200: 1 }, many)]).edges;
    expect(Object.keys(edge?.operations ?? {})).toHaveLength(21);
    const hidden = view(calls, { mayRead: (_, namespace) => namespace !== "shop" }, {});
    expect(JSON.stringify(hidden.edges)).not.toContain("List");
  });
});
