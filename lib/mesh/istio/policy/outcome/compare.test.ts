import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { end, l7 } from "#lib/graph/graph.test-support.ts";
import type { AlarmKind } from "#lib/policy/outcome.ts";
import { unixSeconds } from "#lib/units.ts";
import { compare, id, item, prediction, service } from "./outcome.test-support.ts";
import { routedServices } from "./routed.ts";

const calls = (codes: Record<string, number>, from = "web", to = "api") =>
  l7("source", `shop/${from}`, `shop/${to}@${to}`, codes);

describe("what got worse", () => {
  it.each<[string, Record<string, number>, Record<string, number> | null, AlarmKind | null]>([
    ["refused", { "200": 10 }, { "200": 2, "403": 8 }, "refused"],
    ["never arrived", { "200": 10 }, { "503 UH": 10 }, "never-arrived"],
    ["failed at the server", { "200": 10 }, { "200": 5, "500": 5 }, "server"],
    ["not found", { "200": 10 }, { "404": 10 }, "client"],
    ["stopped", { "200": 10 }, null, "stopped"],
    ["as before", { "200": 9, "500": 1 }, { "200": 9, "500": 1 }, null],
    ["a little more, as chance makes", { "200": 9.9, "500": 0.1 }, { "200": 9.8, "500": 0.2 }, null],
    ["twice the traffic with its failures", { "200": 9, "500": 1 }, { "200": 18, "500": 2 }, null],
    ["half the traffic", { "200": 10 }, { "200": 5 }, null],
    ["too few calls for anything", { "200": 0.1 }, { "500": 0.05 }, null],
  ])("%s", (_, before, since, kind) => {
    const given = { before: [calls(before)], since: since === null ? [] : [calls(since)] };
    const { pairs, findings, adverse } = compare({ ...given, prediction: prediction([]) });
    expect(pairs.flatMap(({ alarms }) => alarms.map((alarm) => alarm.kind))).toEqual(kind === null ? [] : [kind]);
    expect(findings).toHaveLength(kind === null ? 0 : 1);
    expect(adverse).toBe(kind !== null);
  });

  const REFUSED = { before: [calls({ "200": 10 })], since: [calls({ "403": 10 })] };

  it("and wasn't foreseen is a finding about the prediction, with rates and since when", () => {
    const since = { ...calls({ "403": 12 }), newbornSince: unixSeconds(1_800_000_000), newbornRequests: 40 };
    const { findings } = compare({ before: [calls({ "200": 12 })], since: [since], prediction: prediction([]) });
    expect(findings).toEqual([
      expect.objectContaining({ kind: "unforeseen", ours: true, source: id("web"), target: id("api") }),
    ]);
    expect(findings[0]?.text).toBe("This wasn’t foreseen: refused (401, 403): 0 req/s → 12 req/s.");
    expect(Date.parse(findings[0]?.firstSeen ?? "")).toBe(1_800_000_000_000);
  });

  it("and was foreseen is none, and adverse all the same", () => {
    expect(compare(REFUSED)).toMatchObject({ findings: [], adverse: true, items: [{ judgement: "as-predicted" }] });
  });

  it("is no error of ours where it was unknown, not worked out, or not to be seen", () => {
    const ours = (given: Parameters<typeof prediction>) =>
      compare({ ...REFUSED, prediction: prediction(...given) }).findings.map((each) => each.ours);
    expect(ours([[item({ verdict: "breaks", certainty: "unknown" })]])).toEqual([false]);
    expect(ours([[], { gaps: ["timeouts"] }])).toEqual([false]);
    expect(ours([[], { unseen: 2 }])).toEqual([false]);
    expect(ours([[], { lost: 1 }])).toEqual([false]);
    expect(ours([[], { left: 9 }])).toEqual([false]);
    expect(ours([[]])).toEqual([true]);
    expect(compare({ ...REFUSED, prediction: null }).findings).toEqual([
      expect.objectContaining({ ours: false, text: expect.stringContaining("There was no prediction") }),
    ]);
  });

  it("calls that stopped were foretold only where all of them might be concerned", () => {
    const stopped = (...items: Parameters<typeof prediction>[0]) =>
      compare({ before: [calls({ "200": 10 })], since: [], prediction: prediction(items) });
    const part = (max: number) => item({ verdict: "breaks", certainty: "bounded", min: 0, max });
    expect(stopped(part(10)).findings).toEqual([]);
    expect(stopped(part(6), item({ certainty: "bounded", min: 0, max: 4 })).findings).toEqual([]);
    expect(stopped(item({ certainty: "unknown", min: 0, max: 1 })).findings).toEqual([]);
    expect(stopped(part(1))).toMatchObject({
      ...{ adverse: true, items: [{ judgement: "unknown" }] },
      findings: [{ kind: "unforeseen", ours: true, text: expect.stringContaining("calls stopped") }],
    });
  });

  it("of callers that were seen isn't foretold by what was said of rare ones", () => {
    const rare = item({ seen: "week", min: 0, max: 0 });
    const of = (...items: Parameters<typeof prediction>[0]) =>
      compare({ ...REFUSED, prediction: prediction(items) }).findings;
    expect(of(rare)).toEqual([
      expect.objectContaining({
        ...{ kind: "unforeseen", ours: false, source: id("web"), target: id("api") },
        text: expect.stringMatching(/^This got worse: .* It was foretold of callers that weren’t seen in the window/),
      }),
    ]);
    expect(of(rare, item())).toEqual([]);
    // Nothing of the kind was said of anybody.
    expect(of(item({ ...rare, verdict: "loses-mtls" }))).toMatchObject([{ ours: true }]);
    expect(of(item({ ...rare, rate: 0 }))).toEqual([]);
  });

  it("isn't looked for where the change doesn't reach, but for predicted pairs", () => {
    const given = { before: [], since: [calls({ "403": 10 }), calls({ "403": 10 }, "job", "other")] };
    const before = [calls({ "200": 10 }), calls({ "200": 10 }, "job", "other")];
    const { pairs } = compare({ ...given, before, reaches: () => false });
    expect(pairs.map(({ target }) => target)).toEqual([id("api")]);
  });

  it("a caller that hadn't called anything and is refused nearly everything is a finding, and not surely ours", () => {
    const job = (codes: Record<string, number>) =>
      compare({
        before: [calls({ "200": 9 })],
        since: [calls({ "200": 9 }), calls(codes, "job")],
        prediction: prediction([]),
      });
    expect(job({ "403": 10 })).toMatchObject({
      adverse: true,
      findings: [
        {
          kind: "unforeseen",
          ours: false,
          source: id("job"),
          text: expect.stringContaining("It hadn’t called before"),
        },
      ],
    });
    expect(job({ "200": 8, "403": 2 }).findings).toEqual([]);
    expect(job({ "500": 10 }).findings).toEqual([]);
    expect(job({ "403": 0.05 }).findings).toEqual([]);
  });

  it("what a gateway answers itself, counted for no service, was foretold where its pairs were to lose calls", () => {
    const gate = { source: end("shop/web", { dataplane: "gateway" }) };
    const sent = l7("source", "shop/web", "shop/api@api", { "200": 10 }, gate);
    const own = l7("source", "shop/web", "ext:shop.example", { "403": 10 }, gate);
    const given = { before: [sent], since: [own] };
    const { findings, items } = compare(given);
    expect(findings).toEqual([]);
    expect(items).toMatchObject([{ judgement: "as-predicted", why: expect.stringMatching(/^The calls stopped/) }]);
    const other = compare({ ...given, prediction: prediction([item({ verdict: "loses-mtls" })]) });
    expect(other.findings.map(({ target }) => target)).toContainEqual(expect.stringContaining("shop.example"));
    const sidecar = compare({
      before: [calls({ "200": 10 })],
      since: [l7("source", "shop/web", "ext:shop.example", { "403": 10 })],
    });
    expect(sidecar.findings).toHaveLength(1);
  });

  it("a pair that is new is held against all that its caller called before", () => {
    const lost = l7("source", "shop/web", "svc:shop/api", { "404 NR": 10 });
    const { findings } = compare({ before: [calls({ "200": 10 }, "web", "cart")], since: [lost], prediction: null });
    expect(findings.map(({ target, text }) => [target, text.includes("never arrived")])).toContainEqual([
      service("api"),
      true,
    ]);
    expect(compare({ before: [], since: [lost], prediction: null }).findings).toEqual([]);
  });
});

describe("properties of a comparison", () => {
  const rate = fc.integer({ min: 0, max: 40 });
  const codes = fc.record({ "200": rate, "403": rate, "503 UF": rate, "500": rate });
  const given = fc.record({ before: codes, since: codes, min: fc.integer({ min: 0, max: 10 }), more: rate });

  it("what stays as it was is no finding, whatever it was, and bounds of everything are never exceeded", () => {
    fc.assert(
      fc.property(given, ({ before, since }) => {
        expect(
          compare({ before: [calls(before)], since: [calls(before)], prediction: prediction([]) }).findings,
        ).toEqual([]);
        const all = item({ certainty: "bounded", min: 0, max: 10 });
        const { items } = compare({ before: [calls(before)], since: [calls(since)], prediction: prediction([all]) });
        expect(["more", "less"]).not.toContain(items[0]?.judgement);
      }),
      { numRuns: 60 },
    );
  });

  it("an unknown prediction is never a wrong one, and every judgement has a reason", () => {
    fc.assert(
      fc.property(given, ({ before, since, min }) => {
        const unknown = item({ certainty: "unknown", min: 0, max: 10 });
        const bounded = item({ certainty: "bounded", min, max: 10 });
        const { items, findings } = compare({
          ...{ before: [calls(before)], since: [calls(since)] },
          prediction: prediction([unknown, bounded]),
        });
        expect(["open", "not-seen", "unknown"]).toContain(items[0]?.judgement);
        for (const { why } of items) expect(why).toMatch(/\S+.*\.$/);
        // Every finding about an item has its item, and what is more is adverse.
        expect(findings.filter(({ kind }) => kind !== "unforeseen")).toHaveLength(
          items.filter(({ judgement }) => judgement === "more" || judgement === "less").length,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("services whose routes change", () => {
  it("are named by full and short hosts, wildcards and other kinds name none", () => {
    const object = (kind: string, spec: object) => ({
      ...{ apiVersion: "networking.istio.io/v1", kind, spec: spec as never },
      metadata: { namespace: "shop", name: "x" },
    });
    const changes = [
      { before: null, after: object("VirtualService", { hosts: ["api", "*.bank.svc.cluster.local"] }) },
      { before: object("DestinationRule", { host: "orders.bank.svc.cluster.local" }), after: null },
      { before: null, after: object("PeerAuthentication", {}) },
    ];
    expect(routedServices("c", changes)).toEqual(["c/bank/service/orders", service("api")]);
  });
});
