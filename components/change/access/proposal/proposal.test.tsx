import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { ProposalAnswer } from "#lib/api/proposal.ts";
import { ALL, type Choice, keysOf, ruleKey, turned, wishesOf } from "./choice.ts";
import { ProposalView } from "./proposal-view.tsx";

const WEB = "cluster.local/ns/shop/sa/web";
const CRON = "cluster.local/ns/shop/sa/cron";
type Known = NonNullable<ProposalAnswer["proposal"]>;
const policy: Known["policies"][number] = {
  ...{ of: { kind: "workload", name: "reviews" }, point: "sidecar", name: "reviews-callers" },
  target: { level: "workloads", labels: { app: "reviews" } },
  rules: [
    {
      principal: WEB,
      through: null,
      seen: "hour",
      requests: 90,
      connections: null,
      callers: ["west/shop/workload/web"],
    },
    {
      principal: CRON,
      through: null,
      seen: "week",
      requests: null,
      connections: null,
      callers: ["west/shop/workload/cron"],
    },
  ],
  uncovered: [
    { source: "west/outside/workload/till", why: "plaintext", seen: "hour", requests: 3, connections: 2 },
    { source: "west/restricted/restricted/restricted", why: "hidden", seen: "week", requests: null, connections: null },
  ],
  ...{ exists: null, beside: ["older"] },
};
const proposal: Known = {
  ...{ policies: [policy], quiet: [{ kind: "workload", name: "db" }] },
  leftOut: [{ of: { kind: "workload", name: "gate" }, why: "It is a gateway." }],
  rest: { name: "deny-by-default", why: null, waypoints: [] },
};
const answer: ProposalAnswer = {
  ...{ cluster: "west", namespace: "shop", at: "2026-08-20T14:02:10Z", window: "1h", week: true, proposal },
  limits: ["Prometheus 'main' knows nothing before 14:00."],
};
const said = (known: Known = proposal, choice: Choice = ALL, more: Partial<ProposalAnswer> = {}): string =>
  renderToStaticMarkup(
    <ProposalView
      {...{ answer: { ...answer, ...more }, proposal: known, choice, disabled: false, again: null, act: null }}
      onChange={() => undefined}
    />,
  )
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");

describe("a proposal", () => {
  it("shows each rule with its traffic, and who isn't covered with why", () => {
    const text = said();
    for (const part of [
      `${WEB} shop/web 90 req/s last hour`,
      `${CRON} shop/cron – within 7 d`,
      "Not covered: refused once it is enforced",
      "outside/till, in plaintext: it has no identity 3 req/s, 2 conn/s last hour",
      "Callers from namespaces that you may not see",
      "besides: older",
      "Nobody was seen calling db.",
      "gate It is a gateway.",
    ])
      expect(text).toContain(part);
  });

  it("says what no window could have seen, and that a dry run doesn't test the default", () => {
    expect(said()).toContain("knows nothing before 14:00. Callers that come less often than every 7 days");
    expect(said()).toContain("A dry run of ALLOW never tests that all else is refused");
    expect(said(proposal, { ...ALL, dryRun: false })).toContain("all calls that no rule takes are refused");
    expect(said(proposal, ALL, { week: false })).toContain("known of the last hour alone");
    expect(
      said({ ...proposal, rest: { name: "x", why: "It would refuse all calls to gate.", waypoints: [] } }),
    ).toContain("It would refuse all calls to gate.");
  });

  it("says so where nothing can be proposed", () => {
    expect(said(proposal, turned(ALL, keysOf(policy), false))).toContain("It would refuse all calls to reviews, whose");
    expect(said({ ...proposal, policies: [] })).toContain("Nobody was seen calling what");
    expect(said({ ...proposal, policies: [{ ...policy, rules: [] }] })).toContain("No caller of it can be named");
    expect(said({ ...proposal, policies: [{ ...policy, exists: "enforced" }] })).toContain("which is there: enforced");
  });
});

const DOOR = "cluster.local/ns/shop/sa/door";
const [rule] = policy.rules;
const ambient = (why: string | null): Known => ({
  policies: [
    {
      ...{ ...policy, point: "ztunnel", beside: [] },
      rules: [
        {
          ...{ principal: DOOR, through: "shop/door", seen: "hour", requests: 90, connections: null },
          callers: ["west/shop/workload/web", "west/restricted/restricted/restricted"],
        },
      ],
      uncovered: [{ source: "west/shop/workload/cron", why: "past", seen: "week", requests: null, connections: null }],
    },
    {
      ...{ of: { kind: "service", name: "reviews" }, point: "waypoint", name: "reviews-service-callers" },
      ...{ rules: rule === undefined ? [] : [rule], uncovered: [], exists: null, beside: [] },
      target: { level: "targets", refs: [{ kind: "Service", name: "reviews" }] },
    },
  ],
  ...{ quiet: [{ kind: "service", name: "silent" }], leftOut: [] },
  rest: {
    ...{ name: "deny-by-default", why: null },
    waypoints: [{ waypoint: "shop/door", name: "deny-by-default-door", why }],
  },
});

describe("a proposal behind a waypoint", () => {
  it("tells the Service’s policy from the pods’, says why the waypoint is let in, and what a dry run tells less", () => {
    const text = said(ambient(null));
    for (const part of [
      "reviews reviews-callers for app=reviews, at ztunnel",
      "Service reviews reviews-service-callers at its waypoint",
      `${DOOR} Waypoint shop/door: a ztunnel sees it in the place of who calls through it.`,
      "namespaces that you may not see",
      "shop/cron, seen past the waypoint",
      "Nobody was seen calling Service silent.",
      "deny-by-default-door with it, for waypoint shop/door",
      "A waypoint counts what it tries for all its Services together",
      "Ztunnels count nothing.",
    ])
      expect(text).toContain(part);
    expect(said()).not.toMatch(/Ztunnels|A waypoint counts/);
    expect(said(ambient(null), { ...ALL, dryRun: false })).not.toMatch(/Ztunnels|A waypoint counts/);
    expect(said(ambient("ServiceEntries use it."))).toContain("come through it. ServiceEntries use it.");
  });

  it("is chosen policy by policy, though the Service has the workload’s name, and refuses the rest at the waypoint, too", () => {
    const wished = (choice: Choice, why: string | null = null) =>
      wishesOf({ cluster: "west", namespace: "shop" }, ambient(why), choice, 0).map(
        ({ name, target }) =>
          `${name} ${target?.level === "targets" ? target.refs.map((each) => each.kind) : target?.level}`,
      );
    const all = { ...ALL, rest: true, dryRun: false };
    const both = ["reviews-callers workloads", "reviews-service-callers Service"];
    expect(wished(all)).toEqual([...both, "deny-by-default-door Gateway", "deny-by-default namespace"]);
    expect(wished(all, "No.")).toEqual([...both, "deny-by-default namespace"]);
    const [pods] = ambient(null).policies;
    expect(wished(turned(ALL, pods === undefined ? [] : keysOf(pods), false))).toEqual(both.slice(1));
  });
});

describe("what is chosen of it", () => {
  const place = { cluster: "west", namespace: "shop" };
  const wished = (choice: Choice, known: Known = proposal) =>
    wishesOf(place, known, choice, 0).map(({ name, rule, dryRun }) => `${name} ${rule?.principals ?? "–"} ${dryRun}`);

  it("is all of it as a dry run, without the rest", () => {
    expect(wished(ALL)).toEqual([`reviews-callers ${WEB} true`, `reviews-callers ${CRON} true`]);
  });

  it("ends after a week, unless that is chosen otherwise; what is enforced has no end", () => {
    const ends = (more: Partial<Choice>, known: Known = proposal) =>
      wishesOf(place, known, { ...ALL, rest: true, ...more }, 1_700_000_000).map(({ until = "–" }) => until);
    const week = "2023-11-21T22:13:20Z";
    expect(ends({})).toEqual([week, week, week]);
    expect(ends({ life: "1" })[2]).toBe("2023-11-15T22:13:20Z");
    // Of a trial that goes on it takes the end away.
    expect(ends({ life: "" })).toEqual([null, null, null]);
    expect(ends({ dryRun: false })).toEqual(["–", "–", "–"]);
    expect(ends({}, { ...proposal, policies: [{ ...policy, exists: "enforced" }] })).toEqual(["–", "–", week]);
    expect(said(proposal, ALL)).toContain("Reminds of the dry run after");
    expect(said(proposal, { ...ALL, dryRun: false })).not.toContain("Reminds of the dry run after");
  });

  it("is what wasn't taken out, the rest last and only where it may be had", () => {
    const some = turned({ ...ALL, rest: true, dryRun: false }, [ruleKey("reviews-callers", CRON)], false);
    expect(wished(some)).toEqual([`reviews-callers ${WEB} false`, "deny-by-default – false"]);
    expect(wished(some, { ...proposal, rest: { name: "x", why: "No.", waypoints: [] } })).toEqual([
      `reviews-callers ${WEB} false`,
    ]);
    const none = turned(some, keysOf(policy), false);
    expect(wished(none)).toEqual(["deny-by-default – false"]);
    expect(turned(none, keysOf(policy), true).without.size).toBe(0);
  });
});
