import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inventory, l7, workload } from "#lib/graph/graph.test-support.ts";
import type { EdgeObservation } from "#lib/graph/observation.ts";
import type { JudgedItem, PredictedItem } from "#lib/policy/outcome.ts";
import { extraOf } from "./extra.ts";
import { compare, id, item, prediction, service, traffic } from "./outcome.test-support.ts";
import { servingOf } from "./serving.ts";

const service0 = (name: string, workloads: readonly string[]) => ({
  ...{ cluster: "c", namespace: "shop", name, selector: { app: name }, ports: [], headless: false, workloads },
});
const names = ["web", "api-v1", "api-v2", "spare"];
const runs = (more: Parameters<typeof workload>[1] = {}) =>
  inventory(
    names.map((name) => workload(`shop/${name}`, name === "spare" ? more : {})),
    {
      services: new Map([
        ["shop/api", service0("api", ["api-v1", "api-v2"])],
        ["shop/spare", service0("spare", ["spare"])],
      ]),
    },
  );
const scraped = (up: (name: string) => boolean = () => true) =>
  names.map((name) => ({ cluster: "c", namespace: "shop", pod: `${name}-1`, up: up(name) }));
const WORLD = { inventory: runs(), pods: scraped() };

const client = (codes: Record<string, number>, to: string) => l7("source", "shop/web", `shop/${to}`, codes);
const server = (codes: Record<string, number>, to: string) => l7("destination", "shop/web", `shop/${to}`, codes);
const both = (codes: Record<string, number>, to = "api-v1@api") => [client(codes, to), server(codes, to)];
const CALLS = both({ "200": 10 });

const RULE = {
  object: {
    cluster: "c",
    group: "networking.istio.io",
    version: "v1",
    kind: "VirtualService",
    namespace: "shop",
    name: "api",
  },
  path: "spec.http[0]",
};
type Given = Omit<Parameters<typeof compare>[0], "prediction"> & { readonly others?: readonly PredictedItem[] };
function judged(predicted: PredictedItem, { others = [], ...given }: Given): JudgedItem {
  const [found] = compare({
    ...{ world: WORLD, about: () => service("api"), serving: servingOf(runs()) },
    ...given,
    prediction: prediction([predicted, ...others]),
  }).items;
  if (found === undefined) throw new Error("nothing was judged");
  return found;
}

const half = (more: Partial<PredictedItem> = {}) =>
  item({ verdict: "mirrored", min: 5, max: 5, target: service("spare"), rule: RULE, ...more });
const copied = (rate: number, to = "spare@spare") => server({ "200": rate }, to);

/** The same workload answers for two hosts. */
const TWIN: Partial<Given> = {
  serving: (each) => (each === service("twin") ? [id("spare")] : servingOf(runs())(each)),
};

describe("copies", () => {
  it.each<[string, number, JudgedItem["judgement"]]>([
    ["as many as foretold", 5, "as-predicted"],
    ["a few less, for they are chosen by chance", 4.8, "as-predicted"],
    ["none", 0, "less"],
    ["of all calls", 10, "more"],
  ])("%s", (_, rate, judgement) => {
    const since = [...CALLS, ...(rate > 0 ? [copied(rate)] : [])];
    expect(judged(half(), { before: CALLS, since }).judgement).toBe(judgement);
  });

  it("says of how many calls, and what was to be expected", () => {
    const found = judged(half(), { before: CALLS, since: [...CALLS, copied(10)] });
    expect(found.why).toBe(
      "Copies of 100 % of 600 calls came there, beyond those of before; at most 50 % were to be expected.",
    );
    expect(found.measured).toMatchObject({ share: 1, calls: 600 });
    expect(found.expected).toEqual({ low: 0.5, high: 0.5 });
  });

  it("two of each call are twice as many, and no more than all of them", () => {
    const twice = half({ min: 20, max: 20 });
    expect(judged(twice, { before: CALLS, since: [...CALLS, copied(20)] })).toMatchObject({
      judgement: "as-predicted",
      measured: { share: 2 },
    });
    expect(judged(twice, { before: CALLS, since: [...CALLS, copied(10)] }).judgement).toBe("less");
  });

  it("twice the traffic and the same share", () => {
    const since = [...both({ "200": 20 }), copied(10)];
    expect(judged(half(), { before: CALLS, since }).judgement).toBe("as-predicted");
  });

  it("those of before aren't new; where they were many, they may be of other calls: it can't be told", () => {
    const few = [...CALLS, copied(0.3)];
    expect(judged(half(), { before: few, since: [...CALLS, copied(5.3)] }).judgement).toBe("as-predicted");
    expect(judged(half(), { before: few, since: few }).judgement).toBe("less");
    const many = judged(half(), { before: [...CALLS, copied(3)], since: [...CALLS, copied(8)] });
    expect(many).toMatchObject({ judgement: "unknown", why: expect.stringContaining("before the change too") });
  });

  it("to another version of the same service: what the client asks for there aren't copies", () => {
    const inside = half({ target: service("api") });
    const since = [...CALLS, copied(5, "api-v2@api")];
    expect(judged(inside, { before: CALLS, since }).judgement).toBe("as-predicted");
    expect(judged(inside, { before: CALLS, since: [...CALLS, ...both({ "200": 5 }, "api-v2@api")] }).judgement).toBe(
      "less",
    );
  });

  it("where attempts fail too, they may be either: it can't be told", () => {
    const inside = half({ target: service("api") });
    // Each of five calls was tried again, after it had failed at the server.
    const retried = [client({ "200": 10 }, "api-v1@api"), server({ "200": 10, "503": 5 }, "api-v1@api")];
    const found = judged(inside, { before: CALLS, since: retried });
    expect(found).toMatchObject({ judgement: "unknown", measured: null });
    expect(found.why).toMatch(/^Servers counted 5 req\/s .* isn’t told apart\.$/);
  });

  it("an unknown prediction is told, and stays open", () => {
    const found = judged(half({ certainty: "unknown", min: 0 }), { before: CALLS, since: [...CALLS, copied(5)] });
    expect(found).toMatchObject({
      judgement: "open",
      why: "It was unknown before. Since then: Copies of 50 % of 600 calls came there, beyond those of before.",
    });
  });

  it.each<[string, RegExp, Partial<Given>]>([
    ["the rule is about several hosts", /isn’t about the calls to one Service/, { about: () => null }],
    ["nobody knows who stands there", /Not all who answer there are known/, { serving: () => null }],
    ["the caller isn't scraped", /of the caller/, { world: { ...WORLD, pods: scraped((name) => name !== "web") } }],
    [
      "nobody there is scraped",
      /that answers there/,
      { world: { ...WORLD, pods: scraped((name) => name !== "spare") } },
    ],
    [
      "nobody there has a sidecar",
      /that answers there/,
      { world: { ...WORLD, inventory: runs({ dataplane: "ambient" }) } },
    ],
    ["nothing of before is known", /What there was before isn’t known\.$/, { before: null }],
    ["the change is too young", /Too little time has passed to judge by\.$/, { lately: null }],
    ["there are few calls", /^.*Too few calls: 6 since/, { since: both({ "200": 0.1 }) }],
  ])("can't be told where %s", (_, why, more) => {
    const found = judged(half(), { before: CALLS, since: [...CALLS, copied(5)], ...more });
    expect(found).toMatchObject({ judgement: "unknown", measured: null });
    expect(found.why).toMatch(why);
    expect(found.why).toMatch(/^Servers counted /);
  });

  it.each<[string, Partial<PredictedItem>, Partial<Given>]>([
    ["to the same service", {}, {}],
    ["to another host by the same rule", { rule: RULE, target: service("twin") }, TWIN],
    ["to a service of another name that the same workloads answer for", { target: service("twin") }, TWIN],
  ])("the same change sends other copies there, %s: it can't be told whose they are", (_, more, given) => {
    const other = half({ rule: { ...RULE, object: { ...RULE.object, name: "cart" } }, ...more });
    // All that was foretold of both.
    const since = [...CALLS, copied(10)];
    const found = judged(half(), { before: CALLS, since, others: [other], ...given });
    expect(found).toMatchObject({ judgement: "unknown", measured: null });
    expect(found.why).toMatch(
      /^Servers counted 10 req\/s .* The same change sends other copies there, too: which of them are whose isn’t told\.$/,
    );
  });

  it.each<[string, Partial<PredictedItem>]>([
    ["of another caller", { source: id("api-v1") }],
    ["elsewhere", { target: service("api") }],
    ["by the same rule, which the week alone knows,", { seen: "week", rate: 0, min: 0, max: 0 }],
  ])("copies %s are no part of them", (_, more) => {
    const since = [...CALLS, copied(5)];
    expect(judged(half(), { before: CALLS, since, others: [half(more)] }).judgement).toBe("as-predicted");
  });

  it("behind a waypoint, which counts them once more, it can't be told", () => {
    const way = [l7("waypoint", "shop/web", "shop/spare@spare", { "200": 5 }), copied(5)];
    expect(judged(half(), { before: CALLS, since: [...CALLS, ...way] }).judgement).toBe("unknown");
  });

  it("a caller that is silent hasn't called", () => {
    expect(judged(half(), { before: CALLS, since: [] }).judgement).toBe("not-seen");
  });
});

describe("attempts", () => {
  const retried = (max: number, more: Partial<PredictedItem> = {}) =>
    item({ verdict: "retried", certainty: "bounded", min: 0, max, target: service("api"), ...more });
  /** So many of ten calls a second failed at the server and were made again. */
  const tried = (again: number, left = 0): readonly EdgeObservation[] => [
    client({ "200": 10 - left, ...(left > 0 ? { "503": left } : {}) }, "api-v1@api"),
    server({ "200": 10 - left, "503": again + left }, "api-v1@api"),
  ];

  it.each<[string, number, number, JudgedItem["judgement"]]>([
    ["as many as were to be expected at most", 4, 4, "as-predicted"],
    ["fewer, for it was a bound", 4, 0, "as-predicted"],
    ["more", 2, 8, "more"],
    ["more than one a call, as was foretold", 20, 15, "as-predicted"],
    ["more than one a call, which wasn't", 5, 15, "more"],
  ])("%s", (_, max, again, judgement) => {
    expect(judged(retried(max), { before: tried(0, 1), since: tried(again, 1) }).judgement).toBe(judgement);
  });

  it("says what it rests on", () => {
    expect(judged(retried(4), { before: CALLS, since: tried(3) }).why).toBe(
      "Of 600 calls servers counted 30 % more attempts than before. Attempts that don’t arrive aren’t counted.",
    );
  });

  it("those of before are none more", () => {
    expect(judged(retried(0.1), { before: tried(5), since: tried(5) }).judgement).toBe("as-predicted");
  });

  it("where calls never arrive, attempts don't either: it can't be told whether they are few", () => {
    const lost = l7("source", "shop/web", "svc:shop/api", { "503 UF": 2 });
    const found = judged(retried(4), { before: CALLS, since: [...CALLS, lost] });
    expect(found).toMatchObject({ judgement: "unknown", why: expect.stringContaining("counted nowhere") });
    expect(judged(retried(4), { before: CALLS, since: [...tried(20), lost] }).judgement).toBe("more");
  });

  it("copies of the same change come there too: it can't be told", () => {
    const mirrored = item({ verdict: "mirrored", target: service("api"), rule: RULE });
    expect(judged(retried(4), { before: CALLS, since: tried(3), others: [mirrored] })).toMatchObject({
      judgement: "unknown",
      why: expect.stringContaining("The same change sends copies there"),
    });
  });

  it("copies of other calls came there before: it can't be told", () => {
    const copies = copied(5, "api-v2@api");
    expect(judged(retried(4), { before: [...CALLS, copies], since: [...tried(3), copies] })).toMatchObject({
      judgement: "unknown",
      why: expect.stringContaining("before the change too"),
    });
  });

  it("called by two hosts: it can't be told whose attempts they are", () => {
    const other = both({ "200": 5 }, "api-v1@alias");
    expect(judged(retried(4), { before: [...CALLS, ...other], since: [...tried(3), ...other] })).toMatchObject({
      judgement: "unknown",
      why: expect.stringContaining("by another host too"),
    });
  });

  it("of a pair without a rate it was said that it happens, and not how often", () => {
    expect(judged(retried(0, { seen: "week", rate: 0 }), { before: CALLS, since: CALLS }).judgement).toBe("open");
  });
});

describe("what servers counted beyond the calls", () => {
  /** Any mix of calls, attempts and copies, as client and server count them. */
  const mix = fc.record({
    fine: fc.integer({ min: 0, max: 50 }),
    /** Failed at the server once, then fine. */
    again: fc.integer({ min: 0, max: 50 }),
    /** Failed at the server twice, and for good. */
    failed: fc.integer({ min: 0, max: 50 }),
    /** Never arrived; the second: after an attempt that did, and failed. */
    lost: fc.integer({ min: 0, max: 50 }),
    lostLater: fc.integer({ min: 0, max: 50 }),
    copies: fc.integer({ min: 0, max: 50 }),
    badCopies: fc.integer({ min: 0, max: 50 }),
  });

  it("copies and attempts lie within what is said, whatever the mix", () => {
    fc.assert(
      fc.property(mix, ({ fine, again, failed, lost, lostLater, copies, badCopies }) => {
        const seen = traffic([
          client({ "200": fine + again, "503": failed }, "api-v1@api"),
          l7("source", "shop/web", "svc:shop/api", { "503 UF": lost + lostLater }),
          server({ "200": fine + again + copies, "503": again + 2 * failed + lostLater + badCopies }, "api-v1@api"),
        ]);
        const asked = { source: id("web"), of: service("api"), to: service("api"), targets: new Set([id("api-v1")]) };
        const [all, some] = [extraOf({ ...asked, copies: true }, seen), extraOf({ ...asked, copies: false }, seen)];
        expect(all.least).toBeLessThanOrEqual(copies + badCopies + 1e-9);
        expect(all.most).toBeGreaterThanOrEqual(copies + badCopies - 1e-9);
        if (copies + badCopies > 0) return;
        const attempts = again + failed;
        expect(some.least).toBeLessThanOrEqual(attempts + 1e-9);
        expect(some.most).toBeGreaterThanOrEqual(attempts - 1e-9);
      }),
    );
  });
});
