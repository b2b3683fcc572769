import { describe, expect, it } from "vitest";
import type { TraceCall, TraceCallsAnswer } from "#lib/api/traces.ts";
import { ratio } from "#lib/units.ts";
import { callDots, failedWords, keptWords } from "./call-dots.ts";

const call = (change: Partial<TraceCall> = {}): TraceCall => ({
  ...{ trace: "ab", backend: "jaeger", span: "00000000000000a1", service: "cart.shop", operation: "GET /cart" },
  ...{ start: "2026-08-20T14:00:00.250Z", startNs: "1787234400250000000", durationMs: 38, failed: false },
  ...change,
});
const TIME = { start: "2026-08-20T13:00:00Z", end: "2026-08-20T14:00:00Z" };
const DOWN = { source: "attic", code: "upstream_unreachable", detail: "gone" };
const CUT = { source: "attic", reason: "bytes" as const, detail: "cut" };
const answer = (
  found: number,
  change: Partial<Pick<TraceCallsAnswer, "more" | "full" | "problems" | "partial">> = {},
) => ({
  ...{ items: Array.from({ length: found }, () => call()), more: 0, full: [], problems: [], partial: [], ...TIME },
  ...change,
});

describe("dots", () => {
  it("are calls and exemplars in the order of time, each the way to its trace", () => {
    const exemplar = { trace: "cd", at: "2026-08-20T13:59:00Z", durationMs: 12 };
    const dots = callDots({ items: [call({ failed: true })], exemplars: [exemplar] });
    expect(dots.map(({ kind, value, href }) => [kind, value, href])).toEqual([
      ["exemplar", 12, "/traces/cd"],
      ["failed", 38, "/traces/ab?backends=jaeger&span=00000000000000a1"],
    ]);
    expect(dots[1]?.t).toBe(Date.parse("2026-08-20T14:00:00.250Z"));
    expect(dots[1]?.words).toContain("cart.shop GET /cart, 38 ms, failed");
    expect(dots[0]?.words).toContain("Exemplar");
  });

  it("of hostile names are addresses and texts, nothing else", () => {
    const [dot] = callDots({ items: [call({ service: "<img onerror=x>", span: "row-1" })], exemplars: [] });
    expect(dot?.words).toContain("<img onerror=x>");
    expect(dot?.href).toBe("/traces/ab?backends=jaeger&span=row-1");
  });
});

describe("how many are kept", () => {
  it.each([
    [answer(37), 4_100.2, "37 of about 4,100 calls from"],
    [answer(0), 40, "0 of about 40 calls from"],
    [answer(1), 1, "1 of about 1 call from"],
    [answer(2), null, "2 calls kept from"],
    [answer(50, { full: ["jaeger"] }), 4_100, "50 calls in the newest traces from"],
    [answer(3, { more: 120 }), 900, "123 of about 900 calls from"],
  ])("%#", (of, counted, words) => {
    expect(keptWords(of, counted)).toMatch(new RegExp(`^${words}`));
  });

  it("says what is left out, and never a share of what was only partly read", () => {
    expect(keptWords(answer(50, { full: ["jaeger"] }), 4_100)).toContain(
      "of about 4,100 calls; more are kept than were read",
    );
    expect(keptWords(answer(3, { more: 120 }), 900)).toContain("The 3 newest are drawn.");
    expect(keptWords(answer(2), null)).toContain("nothing counted");
    for (const missing of [{ problems: [DOWN] }, { partial: [CUT] }])
      expect(keptWords(answer(3, missing), 900)).toMatch(/^3 calls in what was read .*, of about 900 calls\.$/);
  });
});

describe("failed calls among the kept ones", () => {
  const counted = { requests: 1_000, failed: 40 };
  const configured = { share: ratio(0.5), basis: "as set" };

  it("are held against the share that was measured, which goes before what is configured", () => {
    expect(failedWords(answer(10), counted, configured)).toBe(
      "0 of about 40 failed calls were kept; at 1 % expect 0.4 (measured here: 10 of about 1,000 calls)",
    );
    expect(failedWords(answer(2), counted, configured)).toBe(
      "0 of about 40 failed calls were kept; at 50 % expect 20 (as set)",
    );
    expect(failedWords({ ...answer(0), items: [call({ failed: true })] }, counted, null)).toBe(
      "1 of about 40 failed calls were kept",
    );
  });

  it("aren't told of where nothing was counted, none failed, or only some traces were read", () => {
    expect(failedWords(answer(10), null, configured)).toBeNull();
    expect(failedWords(answer(10), { requests: 9, failed: 0 }, configured)).toBeNull();
    expect(failedWords(answer(50, { full: ["jaeger"] }), counted, configured)).toBeNull();
    expect(failedWords(answer(50, { more: 3 }), counted, configured)).toBeNull();
    expect(failedWords(answer(0, { problems: [DOWN] }), counted, configured)).toBeNull();
    expect(failedWords(answer(0, { partial: [CUT] }), counted, configured)).toBeNull();
  });
});
