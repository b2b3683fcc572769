import { expect, it } from "vitest";
import type { EffectAnswer } from "#lib/api/effect.ts";
import { sayEffect } from "./in-effect.tsx";

const effect = (more: Partial<EffectAnswer>): EffectAnswer => ({
  state: "in-effect",
  reason: null,
  proxies: 12,
  perhaps: 0,
  sent: 3,
  acknowledged: 3,
  rejected: [],
  rejectedCount: 0,
  ...more,
});

it.each<[Partial<EffectAnswer>, string, RegExp]>([
  [{}, "✓", /sent to 3 of 12 proxies since, all acknowledged/],
  // What else was sent since counts too, and who needs it isn't told.
  [
    {},
    "✓",
    /acknowledged\. Istiod doesn’t say what it sent, nor whether others need it: other changes since count, too\.$/,
  ],
  [{ sent: 1, acknowledged: 1 }, "✓", /sent to 1 of 12 proxies since, and acknowledged/],
  [{ state: "pending", acknowledged: 1 }, "…", /Sent to 3 proxies, acknowledged by 1 so far/],
  [{ state: "quiet", sent: 0, acknowledged: 0 }, "…", /none of the 12 proxies that it serves needs it yet/],
  // What comes with every pod is no proof.
  [
    { state: "perhaps", perhaps: 2, sent: 0, acknowledged: 0 },
    "?",
    /^Perhaps in effect: 2 proxies were sent nothing since but endpoints, or what a ztunnel knows.*isn’t told\.$/,
  ],
  [{ perhaps: 1 }, "✓", /all acknowledged\. 1 proxy was sent nothing since but .*isn’t told\. Istiod doesn’t say/],
  [{ state: "rejected", rejectedCount: 2 }, "✕", /2 proxies refused/],
  // What isn't known is said to be unknown, with the reason, and never gets a tick.
  [
    { state: "unknown", reason: "Istiod isn't asked.", proxies: null, sent: null, acknowledged: null },
    "?",
    /isn’t known\. Istiod isn't asked/,
  ],
])("%o", (given, mark, text) => {
  const said = sayEffect(effect(given));
  expect(said.mark).toBe(mark);
  expect(said.text).toMatch(text);
});
