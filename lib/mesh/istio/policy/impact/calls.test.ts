/** What becomes of pairs that both windows have: existence is printed beside the rate, never lost to it (numbers.md, impact). */
import { describe, expect, test } from "vitest";
import { l7, merge } from "#lib/graph/graph.test-support.ts";
import type { EdgeObservation } from "#lib/graph/observation.ts";
import { ratio } from "#lib/units.ts";
import { observedCalls, pairsSeen } from "./calls.ts";
import { impact, lines, made, object } from "./impact.test-support.ts";

const spiffe = (account: string) => `spiffe://cluster.local/ns/shop/sa/${account}`;
const west = { cluster: "west" };

/** web → reviews, as the server has it. */
function seen(share: number | null, accounts: readonly string[], more: Partial<EdgeObservation> = {}): EdgeObservation {
  const plain = l7("destination", "shop/web", "shop/reviews-v1@reviews", { "200": 10 }, more);
  return {
    ...plain,
    source: { ...plain.source, ...west },
    destination: { ...plain.destination, ...west },
    mtls: share === null ? null : { share: ratio(share), basis: "server" },
    callers: new Map(accounts.map((account) => [spiffe(account), 1])),
  };
}

const client = (): EdgeObservation => ({ ...seen(null, []), observer: "source" });
const calls = (hour: readonly EdgeObservation[], week: readonly EdgeObservation[]) =>
  observedCalls(merge(hour), merge(week, { edges: "all" }));

test("what another mesh carries, none of this one's policies decides", () => {
  const told = { ...client(), mesh: "extension", observer: "extension", extension: "skupper" } as const;
  expect(calls([told], [])).toEqual([]);
  expect(calls([told, client()], [])).toHaveLength(1);
});

describe("a pair of the hour that the week has as well", () => {
  const table: readonly (readonly [
    string,
    readonly EdgeObservation[],
    readonly EdgeObservation[],
    { readonly share: number; readonly callers: readonly string[] } | null,
  ])[] = [
    ["has nothing new: it is told once", [seen(1, ["web"])], [seen(1, ["web"])], null],
    [
      "was called under another account",
      [seen(1, ["web"])],
      [seen(1, ["web", "night"])],
      { share: 1, callers: ["night"] },
    ],
    ["was called without mutual TLS", [seen(1, ["web"])], [seen(0.8, ["web"])], { share: 0, callers: [] }],
    ["was called both ways", [seen(1, ["web"])], [seen(0.8, ["web", "night"])], { share: 0.8, callers: ["night"] }],
    [
      "is called in plaintext now as well: that isn't news, the account is",
      [seen(0.5, ["web"])],
      [seen(0.4, ["web", "night"])],
      { share: 1, callers: ["night"] },
    ],
    ["is measured by nobody now, and was", [client()], [seen(0.9, ["web"])], { share: 0.9, callers: ["web"] }],
    ["wasn't measured by its server in all the week", [client()], [client()], null],
  ];
  for (const [title, hour, week, wanted] of table) {
    test(title, () => {
      const [now, more, ...rest] = calls(hour, week);
      expect(rest).toEqual([]);
      expect(now).toMatchObject({ seen: "hour", rate: 10 });
      expect(now?.beside).toBeUndefined();
      if (wanted === null) return expect(more).toBeUndefined();
      expect(more).toMatchObject({ seen: "week", rate: 0, beside: 10, mtls: { share: wanted.share, basis: "server" } });
      expect([...(more?.callers.keys() ?? [])]).toEqual(wanted.callers.map(spiffe));
    });
  }

  test("passed a waypoint that the hour's calls didn't", () => {
    const passed: EdgeObservation = { ...seen(1, ["web"]), observer: "waypoint" };
    const [now, more] = calls([seen(1, ["web"])], [passed, seen(1, ["web"])]);
    expect([now?.viaWaypoint, more?.viaWaypoint, more?.beside]).toEqual([false, true, 10]);
    expect(calls([passed], [passed])).toHaveLength(1);
  });

  test("is one pair, not two", () => {
    const found = calls([seen(1, ["web"])], [seen(0.8, ["web", "night"])]);
    expect(pairsSeen(found)).toEqual({ hour: 1, week: 0 });
    expect(pairsSeen(calls([], [seen(1, ["web"])]))).toEqual({ hour: 0, week: 1 });
    expect(pairsSeen([])).toEqual({ hour: 0, week: 0 });
  });

  test("what a policy does to the account of the night is told beside what it does to the hour's", () => {
    const found = calls([seen(1, ["web"])], [seen(0.8, ["web", "night"])]);
    const rule = "rules: [{from: [{source: {principals: ['cluster.local/ns/shop/sa/web']}}]}]";
    const policies = [made(object("AuthorizationPolicy", "shop/a", rule))];
    const answer = impact(policies, found);
    expect(lines(answer)).toEqual(["denied 0 (week) certain shop/web > shop/reviews-v1 by a spec"]);
    expect(answer.items[0]?.[0]).toMatchObject({ rate: 10, why: expect.stringContaining("within 7 days, and not in") });
    const strict = [made(object("PeerAuthentication", "shop/p", "mtls: {mode: STRICT}"))];
    expect(lines(impact(strict, found))).toEqual([
      "breaks 0 (week) certain shop/web > shop/reviews-v1 by p spec.mtls.mode",
    ]);
  });
});
