import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { ImpactItem, ImpactView } from "#lib/policy/impact.ts";
import { ImpactSection } from "./impact-section.tsx";

const item = (more: Partial<ImpactItem> = {}): ImpactItem => ({
  ...{ verdict: "denied", certainty: "certain", min: 12.4, max: 12.4, rate: 12.4, seen: "hour", protocol: "http" },
  ...{ source: "west/shop/workload/web", target: "west/shop/workload/reviews", why: "Refused: it takes the call." },
  rule: {
    object: {
      ...{ cluster: "west", group: "security.istio.io", version: "v1", kind: "AuthorizationPolicy" },
      ...{ namespace: "shop", name: "deny" },
    },
    path: "spec.rules[2]",
  },
  ...{ blindSpots: [], closeWith: [], evidence: [] },
  ...more,
});
const view = (more: Partial<ImpactView> = {}): ImpactView => ({
  ...{ at: "2026-08-20T14:02:10Z", window: "1h", hourPairs: 34, weekPairs: 12, shown: 1, unseen: 0 },
  ...{ limits: [], gaps: [] },
  totals: [{ verdict: "denied", pairs: 1, certain: 1, requests: { min: 12.4, max: 12.4 }, connections: null }],
  ...more,
});
const said = (items: readonly ImpactItem[], more: Partial<ImpactView> | null = {}, reason?: string): string =>
  renderToStaticMarkup(<ImpactSection items={items} view={more === null ? null : view(more)} notEvaluated={reason} />)
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");

describe("impact on traffic seen", () => {
  it("says who calls whom, how much, how sure by word and shape, and which line decides", () => {
    const text = said([item()]);
    for (const part of [
      "✕ Calls that are refused 1 pair · 12.4 req/s",
      "shop/web",
      "shop/reviews",
      "12.4 req/s",
      "● certain",
      "AuthorizationPolicy shop/deny",
      "spec.rules[2]",
    ])
      expect(text).toContain(part);
    expect(text).toContain("Looked at 34 pairs of the last 1 h and 12 more of the last 7 days");
  });

  it.each([
    ["aborted", "✕ Calls that are answered by a fault"],
    ["times-out", "✕ Calls that are given up (timeout)"],
    ["delayed", "◣ Calls that are held back by a fault"],
    ["retried", "↻ Calls that are tried again"],
    ["mirrored", "⧉ Calls that are copied there"],
  ] as const)("says by word and shape what becomes of calls: %s", (verdict, words) => {
    const totals = [{ verdict, pairs: 1, certain: 0, requests: { min: 0, max: 3 }, connections: null }];
    const text = said([item({ verdict, certainty: "bounded", min: 0, max: 3 })], { totals });
    expect(text).toContain(words);
    expect(text).toContain("0–3 req/s ◐ bounded");
  });

  it("gives bounds and what would close them, and never a number for what wasn't seen in the window", () => {
    const open = item({
      ...{ certainty: "bounded", min: 0, max: 340, rate: 340, blindSpots: ["the path"] },
      closeWith: ["access logs of the server’s proxy"],
    });
    const rare = item({
      certainty: "unknown",
      min: 0,
      max: 0,
      rate: 0,
      seen: "week",
      source: "west/shop/workload/cron",
    });
    const text = said([open, rare]);
    expect(text).toContain("0–340 req/s ◐ bounded");
    expect(text).toContain("Not known: the path. What would tell: access logs of the server’s proxy.");
    expect(text).toContain("none in the last 1 h, seen within 7 days ○ unknown");
  });

  it("puts what is lost for sure first, whichever step does it", () => {
    const from = (name: string) => `west/shop/workload/${name}`;
    const maybe = { certainty: "bounded", min: 0, max: 340 } as const;
    const text = said([
      item({ ...maybe, max: 3, source: from("slow") }),
      item({ ...maybe, source: from("wide") }),
      item({ source: from("lost") }),
    ]);
    const places = ["shop/lost", "shop/wide", "shop/slow"].map((name) => text.indexOf(name));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("names the evidence that an item rests on", () => {
    const evidence = [{ kind: "labels", text: "The server’s metrics tell method." }] as const;
    expect(said([item({ evidence })])).toContain("Evidence: The server’s metrics tell method.");
    expect(said([item()])).not.toContain("Evidence");
  });

  it("keeps connections apart from requests, and counts what nobody may see", () => {
    const totals = [
      { verdict: "denied", pairs: 3, certain: 2, requests: { min: 1, max: 5 }, connections: { min: 2, max: 2 } },
    ] as const;
    const hidden = item({ source: "west/restricted/restricted/restricted", rule: null });
    const text = said([hidden], { totals, unseen: 1 });
    expect(text).toContain("3 pairs, 1 not certain · 1–5 req/s · 2 conn/s");
    expect(text).toContain("what you may not see");
    expect(text).toContain("1 touched pair you may not see");
    expect(text).toContain("Showing 1 of 3");
  });

  it("says what no window sees where nothing is touched, and what isn't worked out", () => {
    const text = said([], {
      totals: [],
      gaps: [{ what: "timeouts", closeWith: "traces" }],
      limits: ["It began at noon."],
    });
    expect(text).toContain("No call of the last 1 h or of the last 7 days is touched.");
    expect(text).toContain("monthly jobs");
    expect(text).toContain("Not worked out: timeouts (what would tell: traces)");
    expect(text).toContain("What these windows don’t know: It began at noon.");
    expect(said([], { totals: [], weekPairs: null })).toContain("No call of the last 1 h is touched.");
  });

  it("says why nothing was evaluated", () => {
    expect(said([], null, "Prometheus 'main' can't be reached.")).toContain("Not evaluated: Prometheus");
  });
});
