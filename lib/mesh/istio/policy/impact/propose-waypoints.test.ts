/** Deny by default where waypoints stand: who is let in by the waypoint, and whom the ztunnel behind it sees. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { intentsOf, type Proposal, restIntents } from "#lib/policy/proposal.ts";
import { changes } from "../changes.ts";
import { authorize } from "../meaning/authorization/decide.ts";
import { object, service, workload, worldOf } from "./impact.test-support.ts";
import { propose } from "./propose.ts";
import { at, given, inventory, SERVICES, to, via } from "./propose-waypoints.test-support.ts";
import type { ImpactWorld } from "./sides.ts";
import { DOOR, free } from "./waypoints.test-support.ts";
import { GATEWAY } from "./waypoints.ts";

const short = (principal: string) => principal.replace("cluster.local/ns/", "").replace("/sa/", "/");
const lines = ({ policies }: Proposal) =>
  policies.map(({ of, point, rules, uncovered }) =>
    [
      `${of.kind} ${of.name} at ${point}:`,
      ...rules.map(
        ({ principal, through, requests, connections }) =>
          `${short(principal)}${through === null ? "" : ` for what comes through ${through}`} ${requests ?? connections ?? "–"}`,
      ),
      ...uncovered.map(({ source, why }) => `not ${source.split("/").at(-1)} (${why})`),
    ].join(" "),
  );

describe("deny by default behind a waypoint", () => {
  it("lets clients in at the waypoint by the Service, and before the pods the waypoint and who comes past it", () => {
    const found = given([
      via("vault/reader", "keys", "vault/keys", 9),
      via("vault/reader", "all", "vault/locks", 2),
      to("shop/web", "keys", "vault/keys", 4, { protocol: "tcp" }),
      to("outside/till", "keys", "vault/keys", 1, { protocol: "tcp" }),
    ]);
    expect(lines(found)).toEqual([
      "workload keys at ztunnel: vault/door for what comes through vault/door 9 shop/web 4 not till (plaintext)",
      "workload locks at ztunnel: vault/door for what comes through vault/door 2",
      "service all at waypoint: vault/reader 2",
      "service keys at waypoint: vault/reader 9",
    ]);
    expect(found.policies.map(({ name, target }) => [name, target])).toEqual([
      ["keys-callers", { level: "workloads", labels: { app: "keys" } }],
      ["locks-callers", { level: "workloads", labels: { app: "locks" } }],
      ["all-service-callers", { level: "targets", refs: [{ kind: "Service", name: "all" }] }],
      ["keys-service-callers", { level: "targets", refs: [{ kind: "Service", name: "keys" }] }],
    ]);
    expect(found.policies[0]?.rules[0]?.callers).toEqual(["west/vault/workload/reader"]);
    expect(found.quiet).toEqual([
      { kind: "workload", name: "reader" },
      { kind: "service", name: "locks" },
    ]);
    expect(found.rest).toEqual({
      ...{ name: "deny-by-default", why: null },
      waypoints: [{ waypoint: "vault/door", name: "deny-by-default-door", why: null }],
    });
  });

  it("goes by what ztunnel reported: the waypoint's own name, and who came past it beside what came through", () => {
    const seen = {
      relayed: new Map([["spiffe://td/ns/vault/sa/porter", 3]]),
      direct: new Map([["spiffe://cluster.local/ns/vault/sa/reader", 1]]),
    };
    expect(lines(given([via("vault/reader", "keys", "vault/keys", 9, { atZtunnel: seen })]))).toEqual([
      "workload keys at ztunnel: td/ns/vault/porter for what comes through vault/door 9 vault/reader 1",
      "service keys at waypoint: vault/reader 9",
    ]);
  });

  it("makes no rule of what came past a waypoint that it would come through now", () => {
    expect(lines(given([to("vault/reader", "keys", "vault/keys", 5, { protocol: "tcp" })]))).toEqual([
      "workload keys at ztunnel: vault/reader 5 not reader (past)",
      "service keys at waypoint: not reader (past)",
    ]);
  });

  it("knows nobody at a waypoint that reports nothing, nor where the server's sidecar has seen the waypoint", () => {
    const silent = { target: { kind: "service", cluster: "west", namespace: "vault", name: "keys" } } as const;
    const found = given([to("vault/reader", "keys", "vault/keys", 5, { ...silent, protocol: "tcp" })]);
    expect(lines(found)).toEqual(["service keys at waypoint: not reader (unknown)"]);
    expect(found.rest.waypoints[0]?.why).toContain("refuse all calls to keys");
    const turned = inventory();
    const keys = { ...workload("vault/keys"), dataplane: "sidecar" } as const;
    const mixed = { ...turned, workloads: new Map([...turned.workloads, ["vault/keys", keys]]) };
    const doors = new Map([["spiffe://cluster.local/ns/vault/sa/door", 1]]);
    expect(
      lines(given([via("vault/reader", "keys", "vault/keys", 5, { callers: doors })], [DOOR], { inventory: mixed })),
    ).toEqual(["workload keys at sidecar: vault/door 5", "service keys at waypoint: not reader (unknown)"]);
  });

  it.each<[string, Parameters<typeof given>, string]>([
    [
      "its waypoint is out of sight",
      [[], [DOOR], { visible: (_, namespace) => namespace !== "vault" }],
      "behind a waypoint that you may not see",
    ],
    ["its Gateway is", [[], [DOOR], { sees: () => false }], "isn’t known: an object you may not see"],
    ["Gateways can't be read", [[], [], { unread: (kind) => (kind === GATEWAY ? "No right." : null) }], "No right."],
    [
      "calls came through a waypoint that no object puts there",
      [[via("vault/reader", "keys", "vault/keys")], []],
      "that no object puts before it",
    ],
  ])("proposes nothing where %s, and no policy of the namespace either", (_, asked, why) => {
    const { policies, leftOut, rest } = given(...asked);
    expect(policies.filter(({ of }) => of.kind === "workload")).toEqual([]);
    expect(leftOut.find(({ of }) => of.kind === "workload" && of.name === "keys")?.why).toContain(why);
    expect(rest.why).toContain("keys");
    expect(rest.waypoints).toEqual([]);
  });

  it("takes a Service of the same name elsewhere for another one", () => {
    const other = via("vault/reader", "keys", "vault/keys", 0, { service: { namespace: "shop", name: "keys" } });
    expect(lines(given([other]))).toEqual(["workload keys at ztunnel: not reader (unknown)"]);
  });

  it("leaves what the week alone knows of another waypoint without a rule", () => {
    expect(lines(given([via("vault/reader", "keys", "vault/keys", 0)], []))).toEqual([
      "workload keys at ztunnel: not reader (unknown)",
    ]);
  });

  it("takes a waypoint whose account isn't one for unknown", () => {
    const base = inventory();
    const door = base.workloads.get("vault/door");
    if (door === undefined) throw new Error("no waypoint");
    const two = { ...door, serviceAccounts: ["door", "other"] };
    const world = { inventory: { ...base, workloads: new Map([...base.workloads, ["vault/door", two]]) } };
    const { leftOut } = given([via("vault/reader", "keys", "vault/keys")], [DOOR], world);
    expect(leftOut.find(({ of }) => of.name === "keys")?.why).toContain("The identity of waypoint vault/door");
  });

  it("names nobody that the viewer may not see, and lets the waypoint in for them all the same", () => {
    const visible = (_: string, namespace: string) => namespace === "vault";
    const calls = [via("vault/reader", "keys", "vault/keys", 9), via("away/spy", "keys", "vault/keys", 3)];
    const found = given(calls, [DOOR], { visible });
    expect(JSON.stringify(found)).not.toMatch(/away|spy/);
    expect(lines(found)).toEqual([
      "workload keys at ztunnel: vault/door for what comes through vault/door 12",
      "service keys at waypoint: vault/reader 9 not restricted (hidden)",
    ]);
  });

  it("goes on with its own policies, and never gives one name twice", () => {
    const target = "targetRefs: [{kind: Service, group: '', name: keys}]";
    const own = object("AuthorizationPolicy", "vault/keys-service-callers", target);
    const calls = [via("vault/reader", "keys", "vault/keys")];
    expect(given(calls, [DOOR, own]).policies.at(-1)).toMatchObject({
      name: "keys-service-callers",
      exists: "enforced",
    });
    const other = object("AuthorizationPolicy", "vault/keys-service-callers", "");
    const beside = object(
      "AuthorizationPolicy",
      "vault/door",
      "targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: door}]",
    );
    expect(given(calls, [DOOR, other, beside]).policies.at(-1)).toMatchObject({
      ...{ name: "keys-service-callers-2", exists: null, beside: ["door"] },
    });
    const twins = inventory([...SERVICES, at(service("vault/x", ["keys-service"]))]);
    const named = {
      ...twins,
      workloads: new Map([...twins.workloads, ["vault/keys-service", free(workload("vault/keys-service", "ambient"))]]),
    };
    const both = given([...calls, via("vault/reader", "x", "vault/keys-service")], [DOOR], { inventory: named });
    expect(new Set(both.policies.map(({ name }) => name)).size).toBe(both.policies.length);
  });
});

/** The proposal's objects as they would be written, enforced. */
function enforced(proposal: Proposal, world: ImpactWorld): readonly Manifest[] {
  const place = { cluster: "west", namespace: "vault" };
  const intents = [
    ...proposal.policies.flatMap((each) => intentsOf(place, each, () => true, false)),
    ...restIntents(place, proposal, false),
  ];
  return intents.reduce<readonly Manifest[]>((objects, intent) => {
    const { manifests } = changes(intent, { ...worldOf(objects), inventory: world.inventory });
    const named = new Set(manifests.map(({ metadata }) => metadata.name));
    return [...objects.filter(({ metadata }) => !named.has(metadata.name)), ...manifests];
  }, []);
}

test("whatever was seen: every identity reported passes where it was seen, and nobody else anywhere a policy decides", () => {
  const clients = {
    "vault/reader": true,
    "vault/locks": true,
    "shop/web": false,
    "edge/gate": false,
    "outside/till": false,
  };
  const asked = [
    ["keys", "vault/keys"],
    ["locks", "vault/locks"],
    ["all", "vault/keys"],
    ["all", "vault/locks"],
  ] as const;
  const seen = fc.array(
    fc.record({
      from: fc.constantFrom(...(Object.keys(clients) as (keyof typeof clients)[])),
      to: fc.constantFrom(...asked),
      rate: fc.nat({ max: 20 }),
      past: fc.boolean(),
    }),
    { maxLength: 10 },
  );
  const identity = (place: string) => `cluster.local/ns/${place.replace("/", "/sa/")}`;
  fc.assert(
    fc.property(seen, (pairs) => {
      const calls = pairs.map(({ from, to: [name, target], rate, past }) =>
        clients[from]
          ? via(
              from,
              name,
              target,
              rate,
              past ? { atZtunnel: { relayed: new Map(), direct: new Map([[identity(from), 1]]) } } : {},
            )
          : to(from, name, target, rate, { protocol: "tcp" }),
      );
      const world = worldOf([DOOR], { inventory: inventory() });
      const authorization = enforced(propose({ namespace: "vault", calls, visible: () => true, world }), world);
      const configuration = { authorization, authentication: [], rootNamespace: "istio-system", trustDomains: null };
      const has = (name: string) => authorization.some(({ metadata }) => metadata.name === name);
      const everyone = [...Object.keys(clients), "vault/door", "bank/teller"];
      for (const name of ["keys", "locks", "all"]) {
        const point = {
          kind: "waypoint",
          namespace: "vault",
          gateway: "door",
          services: [{ namespace: "vault", name }],
          entries: [],
        } as const;
        const own = calls.filter(({ viaWaypoint, service: called }) => viaWaypoint && called?.name === name);
        const named = new Set(own.map(({ source }) => identity(`${source.namespace}/${source.name}`)));
        const decides = named.size > 0 || has("deny-by-default-door");
        for (const principal of everyone.map(identity)) {
          const { verdict } = authorize(configuration, point, { principal, protocol: "http" });
          expect(verdict, `${principal} > ${name}`).toBe(named.has(principal) || !decides ? "allow" : "deny");
        }
      }
      for (const name of ["keys", "locks"]) {
        const own = calls.filter(({ target }) => target.name === name);
        const named = new Set(
          own.flatMap(({ viaWaypoint, callers, atZtunnel }) =>
            viaWaypoint
              ? [identity("vault/door"), ...(atZtunnel?.direct.keys() ?? [])]
              : [...callers.keys()].map((one) => one.replace("spiffe://", "")),
          ),
        );
        const decides = named.size > 0 || has("deny-by-default");
        const point = { kind: "ztunnel", namespace: "vault", labels: { app: name } } as const;
        for (const principal of [...everyone.map(identity), null]) {
          const { verdict } = authorize(configuration, point, { principal });
          const passes = (principal !== null && named.has(principal)) || !decides;
          expect(verdict, `${principal} > pods of ${name}`).toBe(passes ? "allow" : "deny");
        }
      }
    }),
    { seed: 7, numRuns: 60 },
  );
});
