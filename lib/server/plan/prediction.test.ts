import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImpactItem } from "#lib/policy/impact.ts";
import type { PlanImpact } from "../impact/impact.ts";
import { keyRing, parseKeys } from "../session/keys.ts";
import { keep, openKept, predictionOf } from "./prediction.ts";

const ring = (byte: string) => {
  const keys = parseKeys(Buffer.from(`${byte}-0123456789-abcdef-\u0001-GHIJKLMNOPQRSTUV`).toString("base64"));
  return keyRing(() => keys);
};
const KEYS = ring("a");
const PLACE = { plan: "p".repeat(64), step: 0, namespace: "shop" };

const item = (more: Partial<ImpactItem> = {}): ImpactItem => ({
  ...{ verdict: "denied", certainty: "certain", min: 1, max: 1, rate: 1, seen: "hour", protocol: "http" },
  ...{ source: "c/shop/workload/web", target: "c/shop/workload/api", rule: null, why: "It is refused." },
  ...{ blindSpots: ["the path"], closeWith: ["logs"], evidence: [] },
  ...more,
});
const impact = (items: readonly ImpactItem[], left = 0): PlanImpact => ({
  ...{ items: [items], left: [left], reason: null },
  view: {
    ...{ at: "2026-08-20T14:00:00Z", window: "1h", hourPairs: 2, weekPairs: 3, totals: [], shown: 1, unseen: 4 },
    ...{ limits: [], gaps: [{ what: "timeouts", closeWith: "traces" }] },
  },
});
const kept = async (items: readonly ImpactItem[], keys = KEYS) =>
  JSON.parse(JSON.stringify(await keep(predictionOf(impact(items)), PLACE, keys))) as Record<string, unknown>;

describe("a prediction kept with its record", () => {
  const bank = item({ source: "c/bank/workload/teller" });
  const ruled = item({
    rule: {
      object: { ...{ cluster: "c", group: "g", version: "v1", kind: "K" }, namespace: "istio-system", name: "mesh" },
      path: "spec",
    },
  });
  const outside = item({ source: "c/unknown/external/ledger.bank.svc.cluster.local" });

  it("is read back as it was shown, without its sentences", async () => {
    const { why: _, closeWith: __, evidence: ___, ...own } = item();
    const found = await openKept(await kept([item(), bank]), PLACE, KEYS);
    expect(found).toMatchObject({ lost: 0, left: 0, reason: null });
    expect(found?.head).toEqual({
      at: "2026-08-20T14:00:00Z",
      window: "1h",
      unseen: 4,
      gaps: ["timeouts"],
      limited: false,
    });
    expect(found?.items).toEqual([own, { ...own, source: bank.source }]);
  });

  it("names nothing of other namespaces in clear", async () => {
    const text = JSON.stringify(await kept([item(), bank, ruled, outside]));
    expect(text).toContain("c/shop/workload/web");
    expect(text).not.toMatch(/bank|teller|istio-system|ledger/);
  });

  it("without the key it was sealed with, what is in clear is left, and the rest counted", async () => {
    const found = await openKept(await kept([item(), bank, ruled]), PLACE, ring("b"));
    expect(found).toMatchObject({ lost: 2, items: [{ source: "c/shop/workload/web" }] });
  });

  it("what was sealed for another record isn't taken for this one's", async () => {
    const found = await openKept(await kept([bank]), { ...PLACE, step: 1 }, KEYS);
    expect(found).toMatchObject({ items: [], lost: 1 });
  });

  it("says why there is none", async () => {
    const none = predictionOf({ items: [null], left: [0], view: null, reason: "Prometheus can't be reached." });
    const found = await openKept(await keep(none, PLACE, KEYS), PLACE, KEYS);
    expect(found).toMatchObject({ head: null, items: [], reason: "Prometheus can't be reached." });
    expect(await openKept(null, PLACE, KEYS)).toBeNull();
  });

  it("is bounded: the worst of very many, and few bytes whatever is in them", async () => {
    const long = item({ blindSpots: Array.from({ length: 50 }, () => "x".repeat(5000)) });
    const record = await kept(Array.from({ length: 300 }, (_, i) => ({ ...long, source: `c/shop/workload/w${i}` })));
    expect(JSON.stringify(record).length).toBeLessThan(100_000);
    const found = await openKept(record, PLACE, KEYS);
    expect(found?.items[0]?.source).toBe("c/shop/workload/w0");
    expect((found?.items.length ?? 0) + (found?.left ?? 0)).toBe(300);
  });

  it("counts what wasn't shown with what isn't kept", async () => {
    const of = async (count: number, left: number) => {
      const items = Array.from({ length: count }, (_, i) => item({ source: `c/shop/workload/w${i}` }));
      return openKept(await keep(predictionOf(impact(items, left)), PLACE, KEYS), PLACE, KEYS);
    };
    expect(await of(0, 40)).toMatchObject({ items: [], left: 40 });
    expect(await of(2, 40)).toMatchObject({ left: 40 });
    expect(await of(150, 40)).toMatchObject({ left: 90 });
  });

  it("takes whatever lies there, and lets nothing through that isn't a prediction", async () => {
    const near = fc.record({
      head: fc.anything(),
      items: fc.anything(),
      left: fc.anything(),
      others: fc.anything(),
      sealed: fc.anything(),
    });
    const spoilt = fc
      .record({ key: fc.constantFrom(...Object.keys(item())), value: fc.anything() })
      .map(({ key, value }) => ({ items: [{ ...item(), [key]: value }] }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.anything(), near, spoilt), async (value) => {
        const found = await openKept(value, PLACE, KEYS);
        for (const { min, max, rate, source, blindSpots } of found?.items ?? []) {
          expect(min >= 0 && min <= max && Number.isFinite(max) && Number.isFinite(rate)).toBe(true);
          expect(source.length).toBeLessThanOrEqual(1024);
          expect(blindSpots.length).toBeLessThanOrEqual(8);
        }
      }),
    );
  });
});
