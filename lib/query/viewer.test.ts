import { expect, it } from "vitest";
import type { SessionAnswer } from "#lib/api/session.ts";
import { endOf, follow, viewerKey } from "./viewer.ts";

const BASE = { strategy: "token" as const, clusters: ["west-1", "east-1"] };
const NOBODY: SessionAnswer = { ...BASE, user: null, role: null, identities: [], expiresAt: null };
const GUEST: SessionAnswer = { ...NOBODY, role: "guest" };
const END = "2026-08-20T14:32:00Z";
const user = (identities: Record<string, string>, expiresAt = END): SessionAnswer => ({
  ...{ ...BASE, role: "user" as const, expiresAt },
  user: Object.values(identities)[0] ?? null,
  identities: Object.entries(identities).map(([cluster, name]) => ({ cluster, user: name })),
});
const ANA = user({ "west-1": "ana" });
const BOTH = user({ "west-1": "ana", "east-1": "ana-east" });

it.each<[string, SessionAnswer, SessionAnswer, string]>([
  ["the same session", ANA, { ...ANA }, "same"],
  ["a guest who stays one", GUEST, GUEST, "same"],
  ["a guest who signs in", GUEST, ANA, "in"],
  ["nobody who signs in", NOBODY, ANA, "in"],
  ["guests who may look no more", GUEST, NOBODY, "in"],
  ["a later end", ANA, user({ "west-1": "ana" }, "2026-08-20T20:00:00Z"), "again"],
  ["a second cluster", ANA, BOTH, "again"],
  ["a cluster less", BOTH, ANA, "rights"],
  ["the other cluster alone", BOTH, user({ "east-1": "ana-east" }), "rights"],
  ["another user of the cluster", ANA, user({ "west-1": "ben" }), "other"],
  ["another user of one of the clusters", BOTH, user({ "west-1": "ana", "east-1": "ben" }), "other"],
  ["a session of other clusters", ANA, user({ "east-1": "ana" }), "other"],
  ["the end, with guests", ANA, GUEST, "over"],
  ["the end, without", ANA, NOBODY, "over"],
])("%s", (_, session, next, turn) => expect(follow({ session, ended: null }, next, false).turn).toBe(turn));

it.each<[string, SessionAnswer, string]>([
  ["the same person goes on", user({ "west-1": "ana" }, "2026-08-20T20:00:00Z"), "again"],
  ["the very same session, taken up again", ANA, "again"],
  ["somebody else begins anew", user({ "west-1": "ben" }), "other"],
])("after the end of a session, %s", (_, next, turn) => {
  const over = follow({ session: ANA, ended: null }, GUEST, false);
  const still = follow(over.shown, GUEST, false);
  expect([over.turn, still.turn]).toEqual(["over", "same"]);
  const back = follow(still.shown, next, false);
  expect(back).toEqual({ turn, shown: { session: next, ended: null } });
});

it("who signed out is forgotten: coming back is beginning anew", () => {
  const out = follow({ session: ANA, ended: null }, GUEST, true);
  expect(out).toEqual({ turn: "out", shown: { session: GUEST, ended: null } });
  expect(follow(out.shown, ANA, false).turn).toBe("in");
});

it("signing out is heard once, by those who showed somebody", () => {
  const out = follow({ session: ANA, ended: null }, GUEST, true);
  expect(follow(out.shown, GUEST, true).turn).toBe("same");
  const over = follow({ session: ANA, ended: null }, GUEST, false);
  expect(follow(over.shown, GUEST, true)).toEqual({ turn: "out", shown: { session: GUEST, ended: null } });
});

it("tabs share what they are sent with those of one session alone", () => {
  const others = [GUEST, NOBODY, BOTH, user({ "west-1": "ben" }), user({ "west-1": "ana" }, "2026-08-20T20:00:00Z")];
  expect(viewerKey({ ...ANA })).toBe(viewerKey(ANA));
  expect(new Set([ANA, ...others].map(viewerKey)).size).toBe(6);
});

it.each([
  [-3_600_000, { soon: false, due: false, lookInMs: 3_480_000 }],
  [-120_001, { soon: false, due: false, lookInMs: 1 }],
  [-120_000, { soon: true, due: false, lookInMs: 120_000 }],
  [-1, { soon: true, due: false, lookInMs: 1 }],
  [0, { soon: true, due: true, lookInMs: 15_000 }],
  [60_000, { soon: true, due: true, lookInMs: 15_000 }],
  [-(2 ** 40), { soon: false, due: false, lookInMs: 2 ** 31 - 1 }],
])("%i ms from its end", (ms, expected) => expect(endOf(END, Date.parse(END) + ms)).toEqual(expected));
