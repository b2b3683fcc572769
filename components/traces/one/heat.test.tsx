import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { Chart } from "#lib/api/series.ts";
import type { SpanCall } from "#lib/tracing/view/detail.ts";
import { placeWords, suchCalls, type WindowHeat, warmth, windowHeat } from "./heat.ts";
import { HeatTable } from "./span-heat.tsx";

const [WEB, CART] = ["west/shop/workload/web", "west/shop/workload/cart"];
const call = (change: Partial<SpanCall>): SpanCall => ({
  ...{ side: "server", source: WEB, target: CART, grpc: false },
  ...change,
});

describe("calls like a span's", () => {
  test.each<[string, SpanCall | null, object]>([
    ["between two known places", call({}), { kind: "edge", edge: `${WEB}>${CART}>http` }],
    ["of gRPC", call({ grpc: true }), { kind: "edge", edge: `${WEB}>${CART}>grpc` }],
    ["by an unknown caller", call({ source: null }), { kind: "node", node: CART }],
    ["whose other side left no span", call({ side: "client", target: null }), { kind: "none" }],
    ["no call at all", null, { kind: "none" }],
  ])("%s", (_, of, such) => {
    expect(suchCalls(of)).toMatchObject(such);
  });
});

const chart = (
  observer: Chart["observer"],
  metric: Chart["metric"],
  lines: Record<string, (number | null)[]>,
): Chart => ({
  ...{ metric, unit: metric === "latency" ? "ms" : "1/s", direction: "edge", observer },
  lines: Object.entries(lines).map(([name, values]) => ({ name, values })),
});
const latency = (observer: Chart["observer"], p50: number | null) =>
  chart(observer, "latency", {
    mean: [1, p50],
    p50: [1, p50],
    p95: [1, p50 === null ? null : p50 * 4],
    p99: [1, null],
  });

describe("one window", () => {
  const requests = chart("source", "requests", { ok: [9, 2], server: [9, 1] });

  test("is its last value, by the span's own side, with the calls that side counted", () => {
    const charts = [latency("source", 40), latency("destination", 30), requests];
    expect(windowHeat({ charts, step: 600 }, "client")).toEqual({
      values: { mean: 40, p50: 40, p95: 160, p99: null },
      ...{ calls: 1_800, observer: "source" },
    });
    expect(windowHeat({ charts, step: 600 }, "server")).toMatchObject({ calls: null, observer: "destination" });
  });

  test("is the other side's where the own one has no data, and never what the node asked of others", () => {
    expect(
      windowHeat({ charts: [latency("source", 40), latency("destination", null)], step: 600 }, "server").observer,
    ).toBe("source");
    const out: Chart = { ...latency("source", 40), direction: "outbound" };
    expect(windowHeat({ charts: [out], step: 600 }, "client").observer).toBeNull();
  });

  test("without data is no data, never zero", () => {
    const heat = windowHeat({ charts: [requests], step: 600 }, "client");
    expect(heat).toEqual({ values: { mean: null, p50: null, p95: null, p99: null }, calls: null, observer: null });
  });
});

const heat = (change: Partial<WindowHeat> = {}): WindowHeat => ({
  ...{ values: { mean: 50, p50: 40, p95: 160, p99: 400 }, calls: 4_100, observer: "source" },
  ...change,
});

describe("where a call lies among the others", () => {
  test.each([
    [12, "Not longer than half of about 4,100 such calls"],
    [41, "Longer than half of about 4,100 such calls"],
    [161, "Longer than 95 % of about 4,100 such calls"],
    [900, "Longer than 99 % of about 4,100 such calls"],
  ])("%d ms", (ms, words) => {
    expect(placeWords(ms, heat(), "such calls")).toBe(words);
  });

  test("is told of 30 calls and more alone", () => {
    expect(placeWords(900, heat({ calls: 29 }), "such calls")).toBeNull();
    expect(placeWords(900, heat({ calls: null }), "such calls")).toBe("Longer than 99 % of such calls");
    expect(placeWords(900, heat({ values: { mean: 1, p50: null, p95: null, p99: null } }), "such calls")).toBeNull();
  });

  test("warms from a tenth more on", () => {
    expect([40, 44, 45, 79, 80].map((ms) => warmth(ms, 40))).toEqual(["cold", "cold", "warm", "warm", "hot"]);
  });
});

describe("the heat map", () => {
  const drawn = (heats: readonly (WindowHeat | null)[]) =>
    renderToStaticMarkup(<HeatTable ms={100} heats={heats} such="calls from there to here" />);
  const words = (markup: string) => markup.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");

  test("a span is held against mean and percentiles of the same call in the metrics, over several windows", () => {
    const few = heat({ calls: 12 });
    const none = heat({ values: { mean: null, p50: null, p95: null, p99: null }, calls: null, observer: null });
    const markup = drawn([heat(), heat(), few, none]);
    expect(words(markup)).toContain(
      "Longer than half of about 4,100 calls from there to here in the hour before its end.",
    );
    expect(words(markup)).toContain("mean +50 ms +50 ms too few no data");
    expect(words(markup)).toContain("p99 −300 ms −300 ms too few no data");
    expect(markup).toContain(
      "p95 of calls from there to here in the 1 h before its end: 160 ms, of about 4,100, as source measured",
    );
    expect(markup).toContain("bg-failing-bg");
  });

  test("where the metrics have nothing, that is said", () => {
    const none = heat({ values: { mean: null, p50: null, p95: null, p99: null }, calls: null, observer: null });
    expect(words(drawn([none, none, none, none]))).toContain("The metrics have no latency of calls from there to here");
    expect(words(drawn([none, null, none, none]))).not.toContain("have no latency");
  });
});
