import { describe, expect, it } from "vitest";
import { perSecond } from "#lib/units.ts";
import {
  connectionHealth,
  DEFAULT_HEALTH,
  DEFAULT_TOLERANCES,
  healthRules,
  RATE_ANNOTATION,
  requestHealth,
  requestVerdict,
  worse,
  worseVerdict,
} from "./health.ts";
import { parseRateAnnotation } from "./health-annotation.ts";
import type { RequestCount } from "./observation.ts";

const of = (counts: Record<string, number>, grpc = false): RequestCount[] =>
  Object.entries(counts).map(([key, rate]) => {
    const [code = "", flags = "-"] = key.split(" ");
    return { code, flags, grpc, rate: perSecond(rate), newborn: perSecond(0) };
  });

describe("health of requests, by shares of outcome classes (docs/numbers.md 20)", () => {
  it.each([
    ["nothing measured is unknown, not healthy", {}, "unknown"],
    ["no requests are unknown", { 200: 0 }, "unknown"],
    ["all ok is healthy", { 200: 5 }, "healthy"],
    ["one server failure in a million degrades", { 200: 999_999, 500: 1 }, "degraded"],
    ["10 % of server failures fail", { 200: 90, 500: 10 }, "failing"],
    ["never arrived and server count together", { 200: 90, 500: 5, "503 UH": 5 }, "failing"],
    ["5 % of client errors are healthy", { 200: 95, 404: 5 }, "healthy"],
    ["10 % of client errors degrade", { 200: 90, 404: 10 }, "degraded"],
    ["20 % of client errors and denials fail", { 200: 80, 404: 10, "403 UAEX": 10 }, "failing"],
    ["injected faults don't count", { 200: 1, "503 FI": 99 }, "healthy"],
    ["clients that leave don't count", { 200: 1, "- DC": 99 }, "healthy"],
    ["few requests keep their colour", { 200: 0.02, 500: 0.02 }, "failing"],
    ["a code that telemetry lacks leaves it unknown", { " -": 5 }, "unknown"],
    ["a failure among codes that telemetry lacks still shows", { " -": 5, "503 UH": 5 }, "failing"],
  ])("%s", (_, counts, expected) => {
    expect(requestHealth(of(counts), "http", "inbound", DEFAULT_TOLERANCES)).toBe(expected);
  });

  it("goes by the gRPC status", () => {
    expect(requestHealth(of({ 0: 90, 14: 10 }, true), "grpc", "outbound", DEFAULT_TOLERANCES)).toBe("failing");
    expect(requestHealth(of({ 0: 95, 5: 5 }, true), "grpc", "outbound", DEFAULT_TOLERANCES)).toBe("healthy");
  });
});

describe("health of TCP, by connections", () => {
  it.each([
    ["nothing is unknown", { opened: 0, failed: 0, open: null, bytes: 0 }, "unknown"],
    ["bytes alone are healthy", { opened: 0, failed: 0, open: null, bytes: 10 }, "healthy"],
    ["an open connection is healthy", { opened: 0, failed: 0, open: 1, bytes: 0 }, "healthy"],
    ["one failure in a hundred degrades", { opened: 100, failed: 1, open: 5, bytes: 1 }, "degraded"],
    ["one in ten fails", { opened: 10, failed: 1, open: 5, bytes: 1 }, "failing"],
    ["failures alone fail", { opened: 0, failed: 1, open: 0, bytes: 0 }, "failing"],
  ] as const)("%s", (_, counts, expected) => {
    expect(connectionHealth(counts)).toBe(expected);
  });
});

describe("whose limits", () => {
  const subject = { namespace: "shop", kind: "workload", name: "cart" };
  const strict = [{ outcomes: ["client"], degraded: 0, failing: 1 }] as const;

  it("the first entry that fits as a whole", () => {
    const rules = healthRules([
      { namespace: /sho/, tolerances: [] },
      { namespace: /sh.p/, kind: /workload/, tolerances: strict },
    ]);
    expect(rules.tolerances(subject)).toBe(strict);
    expect(rules.tolerances({ ...subject, kind: "app" })).toBe(DEFAULT_TOLERANCES);
  });

  it("an annotation before any entry, unless it can't be read", () => {
    const rules = healthRules([{ tolerances: strict }]);
    const annotated = (text: string) => rules.tolerances({ ...subject, annotations: { [RATE_ANNOTATION]: text } });
    expect(annotated("5XX,5,10,http,inbound")).toHaveLength(1);
    expect(annotated("nonsense")).toBe(strict);
    expect(DEFAULT_HEALTH.tolerances(subject)).toBe(DEFAULT_TOLERANCES);
  });
});

describe("health.kiali.io/rate", () => {
  const health = (annotation: string, counts: Record<string, number>, direction: "inbound" | "outbound" = "inbound") =>
    requestHealth(of(counts), "http", direction, parseRateAnnotation(annotation) ?? []);

  it("counts codes by wildcard, per direction", () => {
    expect(health("4XX,20,30,http,inbound;5XX,10,20", { 200: 75, 404: 25 })).toBe("degraded");
    expect(health("4XX,20,30,http,inbound;5XX,10,20", { 200: 75, 404: 25 }, "outbound")).toBe("healthy");
    expect(health("4xx,20,30,http|grpc,.*", { 200: 65, 404: 35 }, "outbound")).toBe("failing");
    expect(health("^[1-9]$|^1[0-6]$|404,0,1", { 200: 99, 404: 1 })).toBe("failing");
    expect(health("-,0,10", { 200: 99, "- DC": 1 })).toBe("degraded");
  });

  it("leaves other protocols alone", () => {
    expect(health("5XX,0,10,grpc,.*", { 200: 1, 500: 1 })).toBe("healthy");
  });

  it.each([
    "",
    ";",
    "5XX",
    "5XX,a,10",
    "5XX,0,101",
    "(a+)+$,0,10",
    "a{99999},0,10",
    "[,0,10",
    "5XX,0,10,http,inbound,more",
    "(?=x),1,2",
    "[z-a],1,2",
  ])("refuses %s as a whole", (annotation) => {
    expect(parseRateAnnotation(annotation)).toBeNull();
  });
});

it("worse prefers what was measured, then what hurts", () => {
  expect(worse("unknown", "idle")).toBe("idle");
  expect(worse("healthy", "unknown")).toBe("healthy");
  expect(worse("healthy", "degraded")).toBe("degraded");
  expect(worse("failing", "degraded")).toBe("failing");
});

describe("the limit that decided", () => {
  it("is named with the share that crossed it", () => {
    const verdict = requestVerdict(of({ 200: 9, 503: 1 }), "http", "inbound", DEFAULT_TOLERANCES);
    expect(verdict.state).toBe("failing");
    expect(verdict.limit).toMatchObject({ direction: "inbound", outcomes: ["neverArrived", "server"], failing: 10 });
    expect(verdict.limit?.share).toBeCloseTo(0.1);
  });

  it("is absent while all is well, and for what nobody counted", () => {
    expect(requestVerdict(of({ 200: 9 }), "http", "inbound", DEFAULT_TOLERANCES)).toEqual({ state: "healthy" });
    expect(requestVerdict([], "http", "inbound", DEFAULT_TOLERANCES)).toEqual({ state: "unknown" });
  });

  it("keeps the worse of two sides, and the first of equal ones", () => {
    const mild = requestVerdict(of({ 200: 99, 503: 1 }), "http", "outbound", DEFAULT_TOLERANCES);
    const bad = requestVerdict(of({ 503: 1 }), "http", "inbound", DEFAULT_TOLERANCES);
    expect(worseVerdict(mild, bad)).toBe(bad);
    expect(worseVerdict(bad, mild)).toBe(bad);
    expect(worseVerdict(mild, { ...mild })).toBe(mild);
  });
});
