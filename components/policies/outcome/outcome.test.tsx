import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { OutcomeAnswer } from "#lib/api/outcome.ts";
import { OutcomeView } from "./outcome-view.tsx";
import { sayShare } from "./words.ts";

type Judged = OutcomeAnswer["items"][number];

const PAIR = { source: "west/shop/workload/web", target: "west/shop/workload/reviews", protocol: "http" } as const;
const judged = (more: Partial<Judged> = {}): Judged => ({
  item: {
    ...PAIR,
    ...{ verdict: "denied", certainty: "certain", min: 12.4, max: 12.4, rate: 12.4, seen: "hour", rule: null },
    blindSpots: [],
  },
  ...{ judgement: "as-predicted", why: "100 % of 600 calls were refused.", measured: null },
  expected: { low: 1, high: 1 },
  ...more,
});
const outcome = (more: Partial<OutcomeAnswer> = {}): OutcomeAnswer => ({
  ...{ cluster: "west", planId: "p", objects: [], began: "2026-08-20T14:02:10Z", finished: "2026-08-20T14:02:11Z" },
  ...{ from: "2026-08-20T14:02:11Z", to: "2026-08-20T14:04:11Z", ended: null, state: "told", reason: null },
  before: { from: "2026-08-20T13:57:10Z", to: "2026-08-20T14:02:10Z" },
  prediction: {
    ...{ at: "2026-08-20T14:02:00Z", window: "1h", pairs: 1, left: 0, lost: 0, unseen: 0, gaps: [] },
    limited: false,
  },
  ...{ notPredicted: null, items: [judged()], pairs: [], morePairs: 0, shares: [], findings: [], adverse: false },
  ...{ others: [], moreOthers: 0, limits: [], ...more },
});
const said = (more: Partial<OutcomeAnswer> = {}): string =>
  renderToStaticMarkup(<OutcomeView outcome={outcome(more)} />)
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
const finding: OutcomeAnswer["findings"][number] = {
  ...{ kind: "unforeseen", ours: true, ...PAIR, text: "This wasn’t foreseen: refused: 0 req/s → 12 req/s." },
  firstSeen: null,
};

describe("predicted and measured", () => {
  it("puts what was predicted of a pair beside what happened", () => {
    const text = said();
    expect(text).toContain("shop/web");
    expect(text).toContain("✓ as predicted");
    expect(text).toContain("Predicted: 12.4 req/s refused, certain. 100 % of 600 calls were refused.");
  });

  it.each<[Judged["judgement"], string]>([
    ["more", "✕ more than predicted"],
    ["less", "◣ less than predicted"],
    ["not-seen", "… not seen yet"],
    ["open", "○ was unknown"],
    ["unknown", "? can’t be told"],
  ])("says %s by word and shape", (judgement, words) => {
    expect(said({ items: [judged({ judgement })] })).toContain(words);
  });

  it("puts what wasn't foreseen first, and says what else was changed since", () => {
    const object = {
      ...{ cluster: "west", group: "networking.istio.io", version: "v1", kind: "VirtualService" },
      ...{ namespace: "shop", name: "cart" },
    };
    const others = [{ object, who: "kubectl", when: "2026-08-20T14:03:00Z", source: "other" as const }];
    const text = said({ findings: [finding], adverse: true, others, moreOthers: 1 });
    expect(text).toContain("Not as predicted:");
    expect(text).toContain("refused: 0 req/s → 12 req/s.");
    expect(text).toContain("2 other changes since: it may be theirs");
    expect(text).toContain("VirtualService shop/cart");
    expect(text).toContain("by kubectl");
    expect(said({ findings: [{ ...finding, ours: false }], adverse: true })).toContain("Worse than before:");
  });

  it("what was predicted to get worse and did is said too", () => {
    expect(said({ adverse: true })).toContain("Calls are worse off than before, as was predicted.");
  });

  it("says why nothing is told, and that undo works without it", () => {
    const text = said({ state: "unknown", reason: "Prometheus ‘main’ can’t be reached.", before: null });
    expect(text).toContain("Prometheus ‘main’ can’t be reached. Undo works without it.");
    expect(said({ state: "not-yet", reason: "Numbers need 15 s." })).toContain("Not yet. Numbers need 15 s.");
    expect(said({ prediction: null, items: [], notPredicted: "It was an undo." })).toContain(
      "Nothing was predicted. It was an undo.",
    );
  });

  it("puts differences first, then what was to happen for sure", () => {
    const of = (name: string, more: Partial<Judged["item"]>, judgement: Judged["judgement"] = "as-predicted") =>
      judged({ judgement, item: { ...judged().item, source: `west/shop/workload/${name}`, ...more } });
    const items = [of("maybe", { min: 0, max: 90 }), of("sure", {}), of("wrong", { min: 0, max: 1 }, "less")];
    const text = said({ items });
    const places = ["shop/wrong", "shop/sure", "shop/maybe"].map((name) => text.indexOf(name));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("says once that it is too early, and of no pair that it can't be told", () => {
    const reason = "Numbers need 15 s of samples since the change, of which there are 5 s.";
    const text = said({ state: "not-yet", reason, items: [judged({ judgement: "unknown", why: reason })] });
    expect(text.split(reason)).toHaveLength(2);
    expect(text).toContain("… not yet");
    expect(text).not.toContain("can’t be told");
    const other = said({ state: "not-yet", reason, items: [judged({ judgement: "unknown", why: "It sums pairs." })] });
    expect(other).toContain("? can’t be told");
    expect(other).toContain("It sums pairs.");
  });

  it("never gives a number for what isn't measured", () => {
    const silent: OutcomeAnswer["pairs"][number] = {
      ...{ ...PAIR, before: 4, since: null, calls: 0, kind: "unmeasured", classes: [], codes: [], mtls: null },
      ...{ newborn: null, alarms: [] },
    };
    expect(said({ pairs: [silent] })).toContain("not measured: the proxies that would count it aren’t scraped");
    const loud = { ...silent, since: 4, kind: "as before" as const, mtls: { before: 1, since: 0 } };
    expect(said({ pairs: [loud] })).toContain("calls as before, 4 req/s → 4 req/s; mutual TLS: 100 % → 0 %");
  });

  it("says a share with how sure it is, and few calls as counts", () => {
    const share = { service: "s", target: "t", share: 0.104, low: 0.0955, high: 0.113, count: 510, total: 4904 };
    expect(sayShare(share)).toBe("10.4 % ± 0.9");
    expect(sayShare({ ...share, count: 2, total: 20 })).toBe("2 of 20");
  });
});
