import { describe, expect, it } from "vitest";
import { inventory, l4, l7, workload } from "#lib/graph/graph.test-support.ts";
import type { JudgedItem, PredictedItem } from "#lib/policy/outcome.ts";
import { ratio } from "#lib/units.ts";
import { compareOutcome } from "./compare.ts";
import { compare, id, item, prediction, service, traffic } from "./outcome.test-support.ts";

const calls = (codes: Record<string, number>, to = "api@api", from = "web") =>
  l7("source", `shop/${from}`, `shop/${to}`, codes);
const FINE = [calls({ "200": 10 })];

const judged = (predicted: PredictedItem, given: Omit<Parameters<typeof compare>[0], "prediction">): JudgedItem => {
  const [found] = compare({ ...given, prediction: prediction([predicted]) }).items;
  if (found === undefined) throw new Error("nothing was judged");
  return found;
};

describe("a predicted pair beside what was measured", () => {
  it.each<[string, Partial<PredictedItem>, Record<string, number>, JudgedItem["judgement"]]>([
    ["all refused, as was certain", {}, { "403": 10 }, "as-predicted"],
    ["refused by the token", {}, { "401": 10 }, "as-predicted"],
    ["none refused", {}, { "200": 10 }, "less"],
    ["half refused, where all were certain", {}, { "200": 5, "403": 5 }, "less"],
    ["a few of them in flight when it was written", {}, { "200": 0.2, "403": 9.8 }, "as-predicted"],
    ["within the bounds", { certainty: "bounded", min: 0, max: 4 }, { "200": 8, "403": 2 }, "as-predicted"],
    ["none, within bounds from 0 on", { certainty: "bounded", min: 0, max: 4 }, { "200": 10 }, "as-predicted"],
    ["above the upper bound", { certainty: "bounded", min: 0, max: 2 }, { "200": 2, "403": 8 }, "more"],
    ["twice the traffic and the same share", { min: 5, max: 5 }, { "200": 10, "403": 10 }, "as-predicted"],
    ["unknown before", { certainty: "unknown", min: 0, max: 10 }, { "200": 5, "403": 5 }, "open"],
    ["too few calls", {}, { "403": 0.3 }, "unknown"],
    ["which policy looked", { verdict: "not-enforced" }, { "200": 10 }, "unknown"],
    ["broken", { verdict: "breaks" }, { "503 UC": 10 }, "as-predicted"],
    ["nowhere", { verdict: "unreachable" }, { "404 NR": 10 }, "as-predicted"],
    ["answered by a fault", { verdict: "aborted" }, { "503 FI": 10 }, "as-predicted"],
    ["a part of them", { verdict: "aborted", min: 2, max: 2 }, { "200": 8, "503 FI": 2 }, "as-predicted"],
    ["fewer than the fault says", { verdict: "aborted", min: 2, max: 2 }, { "200": 10 }, "less"],
    ["of them that fail by themselves", { verdict: "aborted", min: 2, max: 2 }, { "200": 8, "503": 2 }, "less"],
    ["held back", { verdict: "delayed", min: 2, max: 2 }, { "200": 8, "200 DI": 2 }, "as-predicted"],
    ["held back, then answered", { verdict: "delayed", min: 2, max: 2 }, { "200": 8, "503 DI,FI": 2 }, "as-predicted"],
    ["held back more than foretold", { verdict: "delayed", min: 2, max: 2 }, { "200": 2, "200 DI": 8 }, "more"],
    [
      "given up",
      { verdict: "times-out", certainty: "bounded", min: 1, max: 4 },
      { "200": 8, "504 UT": 2 },
      "as-predicted",
    ],
    [
      "given up far more",
      { verdict: "times-out", certainty: "bounded", min: 1, max: 4 },
      { "200": 2, "504 UT": 8 },
      "more",
    ],
    [
      "tried again, where it isn’t known who answers",
      { verdict: "retried", certainty: "bounded", min: 0, max: 20 },
      { "200": 10 },
      "unknown",
    ],
    ["a pair of the week, refused", { seen: "week", min: 0, max: 0, rate: 0 }, { "403": 10 }, "as-predicted"],
    ["callers that the hour didn’t have", { seen: "week", min: 0, max: 0, rate: 10 }, { "200": 10 }, "unknown"],
    ["a pair of the week, let in", { seen: "week", min: 0, max: 0, rate: 0 }, { "200": 10 }, "less"],
    ["whom nobody may see", { source: "c/restricted/restricted/restricted" }, { "403": 10 }, "unknown"],
  ])("%s", (_, predicted, since, judgement) => {
    expect(judged(item(predicted), { before: FINE, since: [calls(since)] }).judgement).toBe(judgement);
  });

  it("says how much it was of how many calls, and what was to be expected", () => {
    const found = judged(item(), { before: FINE, since: [calls({ "200": 5, "403": 5 })] });
    expect(found.why).toBe("50 % of 600 calls were refused; at least 100 % were to be expected.");
    expect(found.measured).toMatchObject({ share: 0.5, calls: 600 });
    expect(found.measured?.low).toBeLessThan(0.5);
    expect(found.expected).toEqual({ low: 1, high: 1 });
  });

  it("what was refused before counts as no more than was foretold", () => {
    const old = [calls({ "200": 7, "403": 3 })];
    const bounded = item({ certainty: "bounded", min: 0, max: 1 });
    expect(judged(bounded, { before: old, since: old }).judgement).toBe("as-predicted");
    expect(judged(bounded, { before: FINE, since: old }).judgement).toBe("more");
  });

  it("what the proxies take time for isn't less: the newer half decides, and both say more", () => {
    const slow = { before: FINE, since: [calls({ "200": 4, "403": 6 })] };
    expect(judged(item(), { ...slow, lately: [calls({ "403": 10 })] }).judgement).toBe("as-predicted");
    const bounded = item({ certainty: "bounded", min: 0, max: 1 });
    expect(judged(bounded, { ...slow, lately: FINE }).judgement).toBe("more");
    expect(judged(item(), { ...slow, lately: null })).toMatchObject({
      judgement: "unknown",
      why: "Too little time has passed to judge by.",
    });
  });

  it("says where calls are too few: since the change, or in the newer half alone", () => {
    expect(judged(item(), { before: FINE, since: [calls({ "403": 0.3 })] }).why).toBe(
      "Too few calls: 18 since, 30 are needed.",
    );
    const ended = { before: FINE, since: [calls({ "403": 10 })], lately: [calls({ "403": 0.1 })] };
    expect(judged(item(), ended)).toMatchObject({
      judgement: "unknown",
      why: expect.stringMatching(/^Too few calls lately: \d+ in the newer half of that time, 30 are needed\.$/),
    });
  });

  it("behind a waypoint that came since: what was counted as connections is requests", () => {
    const tcp = item({ protocol: "tcp", rate: 0.1, min: 0.1, max: 0.1 });
    const before = [l4("source", "shop/web", "shop/api", { opened: 1 })];
    const of = (codes: Record<string, number>) => judged(tcp, { before, since: [calls(codes)] }).judgement;
    expect(of({ "503 UF": 10 })).toBe("as-predicted");
    expect(of({ "403": 10 })).toBe("as-predicted");
    expect(of({ "200": 10 })).toBe("less");
    // It had called by requests before: those aren't what was foretold of its connections.
    expect(judged(tcp, { before: [...before, ...FINE], since: FINE }).judgement).toBe("not-seen");
    const since = [calls({ "503 UF": 10 })];
    expect(compare({ prediction: prediction([tcp]), before, since }).findings.filter(({ ours }) => ours)).toEqual([]);
  });

  it("a silent pair: not seen yet, or stopped as was foretold", () => {
    expect(judged(item({ rate: 0.01, min: 0.01, max: 0.01 }), { before: [], since: [] }).judgement).toBe("not-seen");
    expect(judged(item(), { before: FINE, since: [] })).toMatchObject({
      judgement: "as-predicted",
      why: expect.stringContaining("The calls stopped"),
    });
    expect(judged(item({ certainty: "unknown" }), { before: FINE, since: [] }).judgement).toBe("open");
    expect(judged(item({ verdict: "loses-mtls" }), { before: FINE, since: [] }).judgement).toBe("unknown");
  });

  it.each<[string, Partial<PredictedItem>, JudgedItem["judgement"]]>([
    ["all of them were to break", { verdict: "breaks" }, "as-predicted"],
    ["all of them might break", { verdict: "breaks", certainty: "bounded", min: 0, max: 10 }, "as-predicted"],
    ["all but what drifts", { verdict: "breaks", certainty: "bounded", min: 0, max: 9.6 }, "as-predicted"],
    ["one of ten might break", { verdict: "breaks", certainty: "bounded", min: 0, max: 1 }, "unknown"],
    ["one of ten might lead nowhere", { verdict: "unreachable", certainty: "bounded", min: 0, max: 1 }, "unknown"],
    ["one of ten was to be refused", { min: 1, max: 1 }, "unknown"],
    ["a pair of the week", { seen: "week", min: 0, max: 0, rate: 0 }, "not-seen"],
  ])("a pair that carries nothing any more, where %s", (_, predicted, judgement) => {
    const found = judged(item(predicted), { before: FINE, since: [] });
    expect(found.judgement).toBe(judgement);
    if (judgement === "unknown") expect(found.why).toMatch(/none came; at most 10 % were to be expected to /);
  });

  it("silence of proxies that nobody scrapes is no answer", () => {
    const here = inventory([workload("shop/web"), workload("shop/api")]);
    const pods = ["web-1", "api-1"].map((pod) => ({ cluster: "c", namespace: "shop", pod, up: false }));
    const since = traffic([], { inventory: here, pods });
    const input = {
      prediction: prediction([item()]),
      reaches: () => true,
      services: [],
      about: () => null,
      serving: () => null,
    };
    const { items, pairs, findings } = compareOutcome({ ...input, before: traffic(FINE), since, lately: since });
    expect(items[0]).toMatchObject({ judgement: "unknown", why: expect.stringContaining("aren’t scraped") });
    expect(pairs[0]).toMatchObject({ kind: "unmeasured", since: null, alarms: [] });
    expect(findings).toEqual([]);
  });

  it("mutual TLS: by the part that was measured, and unknown where nobody measures", () => {
    const server = (share: number | null) => {
      const mtls = share === null ? null : { share: ratio(share), basis: "server" as const };
      return [calls({ "200": 10 }), l7("destination", "shop/web", "shop/api@api", { "200": 10 }, { mtls })];
    };
    const loses = item({ verdict: "loses-mtls" });
    expect(judged(loses, { before: server(1), since: server(0) }).judgement).toBe("as-predicted");
    expect(judged(loses, { before: server(1), since: server(1) }).judgement).toBe("less");
    expect(judged(loses, { before: server(null), since: server(null) })).toMatchObject({
      judgement: "unknown",
      why: expect.stringContaining("mutual TLS"),
    });
  });

  it("connections: ztunnel tells of refused ones, a sidecar doesn't", () => {
    const tcp = (failed: number) => [l4("source", "shop/web", "shop/api", { opened: 10, failed })];
    const denied = item({ protocol: "tcp" });
    expect(judged(denied, { before: tcp(0), since: tcp(10) }).judgement).toBe("as-predicted");
    expect(judged(denied, { before: tcp(0), since: tcp(0) })).toMatchObject({
      judgement: "unknown",
      why: expect.stringContaining("counts it as opened"),
    });
  });

  it("calls that a fault answers haven’t stopped", () => {
    const aborted = item({ verdict: "aborted", target: service("api") });
    expect(judged(aborted, { before: FINE, since: [] }).judgement).toBe("unknown");
    const since = [l7("source", "shop/web", "svc:shop/api", { "503 FI": 10 })];
    const { items, findings } = compare({ before: FINE, since, prediction: prediction([aborted]) });
    expect(items[0]).toMatchObject({ judgement: "as-predicted", why: "100 % of 600 calls were answered by a fault." });
    expect(findings).toEqual([]);
  });

  it("a fault that ends lets through what it answered", () => {
    const allowed = item({ verdict: "allowed", min: 2, max: 2 });
    const old = [calls({ "200": 8, "403 FI": 2 })];
    expect(judged(allowed, { before: old, since: FINE }).judgement).toBe("as-predicted");
    expect(judged(allowed, { before: old, since: old }).judgement).toBe("less");
  });

  it("what passes again is the share that failed before and doesn't now", () => {
    const allowed = item({ verdict: "allowed" });
    const refused = [calls({ "403": 10 })];
    expect(judged(allowed, { before: refused, since: FINE }).judgement).toBe("as-predicted");
    expect(judged(allowed, { before: refused, since: refused }).judgement).toBe("less");
    expect(judged(allowed, { before: [], since: FINE }).judgement).toBe("unknown");
  });

  it("calls that never arrive are counted at the service: they are the pair's, if nobody else answers there", () => {
    const lost = l7("source", "shop/web", "svc:shop/api", { "503 UF": 10 });
    const breaks = item({ verdict: "breaks", target: id("api") });
    const { items, findings } = compare({ before: FINE, since: [lost], prediction: prediction([breaks]) });
    expect(items[0]).toMatchObject({ judgement: "as-predicted", why: "100 % of 600 calls failed to arrive." });
    expect(findings).toEqual([]);
    const two = [calls({ "200": 10 }), calls({ "200": 10 }, "api-v2@api")];
    expect(judged(breaks, { before: two, since: [lost, ...two] }).judgement).toBe("unknown");
  });
});

describe("what goes elsewhere", () => {
  const split = (v1: number, v2: number) => [
    calls({ "200": v1 }, "api-v1@api"),
    ...(v2 > 0 ? [calls({ "200": v2 }, "api-v2@api")] : []),
  ];
  const ten = item({ verdict: "rerouted", target: service("api"), min: 1, max: 1 });

  it.each<[string, number, JudgedItem["judgement"]]>([
    ["as the weights say", 1, "as-predicted"],
    ["nothing of it", 0, "less"],
    ["far more", 5, "more"],
  ])("%s", (_, v2, judgement) => {
    expect(judged(ten, { before: split(10, 0), since: split(10 - v2, v2) }).judgement).toBe(judgement);
  });

  it("a share per version, with how sure it is", () => {
    const services = [service("api")];
    const { shares } = compare({ before: split(10, 0), since: split(9, 1), services, prediction: prediction([ten]) });
    expect(shares.map(({ target, share, total }) => [target, share, total])).toEqual([
      [id("api-v1"), 0.9, 600],
      [id("api-v2"), 0.1, 600],
    ]);
    expect(shares[1]?.low).toBeGreaterThan(0.07);
    expect(shares[1]?.high).toBeLessThan(0.13);
  });

  it("mirrored copies are nobody's share", () => {
    const mirrored = [...split(10, 0), l7("destination", "shop/web", "shop/api-v2@api", { "200": 5 })];
    const services = [service("api")];
    const { shares, items } = compare({
      before: split(10, 0),
      since: mirrored,
      services,
      prediction: prediction([ten]),
    });
    expect(shares.map(({ target }) => target)).toEqual([id("api-v1")]);
    expect(items[0]?.judgement).toBe("less");
  });

  it("whoever gets nothing any more hasn't stopped: the calls go on elsewhere", () => {
    const whole = item({ verdict: "rerouted", target: service("api"), min: 10, max: 10 });
    const since = [calls({ "200": 10 }, "api-v2@api")];
    const { items, findings, adverse } = compare({ before: split(10, 0), since, prediction: prediction([whole]) });
    expect(items[0]?.judgement).toBe("as-predicted");
    expect(findings).toEqual([]);
    expect(adverse).toBe(false);
  });

  it("is a tenth: that all is gone to another host isn't what was foretold", () => {
    const { items, findings } = compare({
      ...{ before: split(10, 0), since: [calls({ "200": 10 }, "other@other")] },
      prediction: prediction([ten]),
    });
    expect(items[0]?.judgement).not.toBe("as-predicted");
    expect(findings.filter(({ ours }) => ours)).not.toEqual([]);
  });
});
