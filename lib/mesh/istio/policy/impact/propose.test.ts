import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { nodeId } from "#lib/graph/id.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type Guarded, intentsOf, type ProposedPolicy, restIntents } from "#lib/policy/proposal.ts";
import { changes } from "../changes.ts";
import { authorize } from "../meaning/authorization/decide.ts";
import type { ObservedCall } from "./calls.ts";
import { CALLS, call, object, worldOf } from "./impact.test-support.ts";
import { propose } from "./propose.ts";
import type { ImpactWorld } from "./sides.ts";

const given = (
  namespace: string,
  calls: readonly ObservedCall[] = CALLS,
  objects: readonly Manifest[] = [],
  more: Partial<ImpactWorld> & { readonly visible?: (cluster: string, namespace: string) => boolean } = {},
) => {
  const { visible = () => true, ...world } = more;
  return propose({ namespace, calls, visible, world: worldOf(objects, world) });
};
const names = (list: readonly Guarded[]) => list.map(({ name }) => name);
const line = ({ of, rules, uncovered }: ProposedPolicy) =>
  [
    `${of.name}:`,
    ...rules.map(
      ({ principal, requests, connections, seen }) => `${principal} ${requests ?? connections ?? "–"} ${seen}`,
    ),
    ...uncovered.map(({ source, why, requests }) => `not ${source.split("/").at(-1)} (${why}) ${requests ?? "–"}`),
  ].join(" ");
const WEB = "cluster.local/ns/shop/sa/web";

describe("deny by default", () => {
  it("lets in exactly who was seen, with the traffic that justifies it, and lists who can't be named", () => {
    const { policies, quiet, leftOut, rest } = given("shop", [...CALLS, call("?", "shop/reviews-v1", 2)]);
    expect(policies.map(line)).toEqual([
      `reviews-v1: ${WEB} 90 hour cluster.local/ns/shop/sa/cron – week not till (plaintext) 3 not unknown (plaintext) 2`,
      `reviews-v2: ${WEB} 10 hour`,
    ]);
    expect(policies[0]).toMatchObject({
      ...{ name: "reviews-v1-callers", point: "sidecar", exists: null, beside: [] },
      target: { level: "workloads", labels: { app: "reviews", version: "v1" } },
    });
    expect(policies[0]?.rules[0]?.callers).toEqual(["west/shop/workload/web"]);
    expect(names(quiet)).toEqual(["cart", "cron", "db", "web"]);
    expect(leftOut.map(({ of, why }) => `${of.name}: ${why.split(":")[0]}`)).toEqual(["door: It is a waypoint"]);
    expect(rest).toEqual({ name: "deny-by-default", why: null, waypoints: [] });
  });

  it("leaves out what it can't do right: gateways, workloads without a proxy or without labels of their own", () => {
    expect(given("edge").leftOut[0]?.why).toContain("isn’t measured");
    expect(given("edge").rest.why).toContain("gate");
    expect(given("outside").leftOut[0]?.why).toContain("no proxy");
    expect(given("outside").rest.why).toBeNull();
    expect(given("istio-system", [], [], { rootNamespace: "istio-system" }).rest.why).toContain("every namespace");
    const { inventory } = worldOf([]);
    const twins = new Map(
      [...inventory.workloads].map(([key, one]) => [key, { ...one, labels: { app: "same" } }] as const),
    );
    expect(given("bank", CALLS, [], { inventory: { ...inventory, workloads: twins } }).leftOut).toEqual(
      ["ledger", "teller"].map((name) => ({
        of: { kind: "workload", name },
        why: expect.stringContaining("No labels"),
      })),
    );
  });

  it("takes tcp for connections, shares by identity, and no wildcard for an identity", () => {
    const two = new Map([
      [`spiffe://${WEB}`, 3],
      ["spiffe://cluster.local/ns/shop/sa/*", 1],
    ]);
    const { policies } = given("shop", [
      call("shop/web", "shop/db", 8, { protocol: "tcp", callers: two, mtls: { share: 0.5, basis: "server" } }),
    ]);
    expect(policies[0]).toMatchObject({
      rules: [{ principal: WEB, connections: 3, requests: null }],
      uncovered: [
        { why: "plaintext", connections: 4 },
        { why: "unknown", connections: 1 },
      ],
    });
  });

  it("takes nobody's own word: what only the client or nobody measured is no identity", () => {
    const own = call("shop/web", "bank/ledger", 5, { mtls: { share: 1, basis: "peer" } });
    const { policies, rest } = given("bank", [own]);
    expect(policies.map(line)).toEqual(["ledger: not web (unknown) 5"]);
    expect(rest.why).toContain("refuse all calls to ledger");
  });

  it("names nobody that the viewer may not see: neither as caller nor as identity", () => {
    const visible = (_: string, namespace: string) => namespace === "bank";
    const gate = new Map([["spiffe://cluster.local/ns/edge/sa/gate", 1]]);
    const found = given("bank", [...CALLS, call("bank/teller", "bank/ledger", 1, { callers: gate })], [], { visible });
    expect(JSON.stringify(found)).not.toMatch(/shop|ns.edge|web/);
    expect(found.policies[0]?.uncovered).toMatchObject([{ why: "hidden", requests: 6 }]);
  });

  it("goes on with its own policies, and takes over nobody else's", () => {
    const selector = "selector: {matchLabels: {app: ledger}}";
    const own = object("AuthorizationPolicy", "bank/ledger-callers", selector);
    expect(given("bank", CALLS, [own]).policies[0]).toMatchObject({ name: "ledger-callers", exists: "enforced" });
    const [first] = given("bank", CALLS, [own]).policies;
    if (first === undefined) throw new Error("The ledger is called.");
    expect(intentsOf({ cluster: "west", namespace: "bank" }, first, () => true, true)[0]).not.toHaveProperty("dryRun");
    const deny = object("AuthorizationPolicy", "bank/ledger-callers", `action: DENY, ${selector}`);
    const other = object("AuthorizationPolicy", "bank/ledger-callers-2", "");
    expect(given("bank", CALLS, [deny, other]).policies[0]).toMatchObject({
      ...{ name: "ledger-callers-3", exists: null, beside: ["ledger-callers-2"] },
    });
  });
});

/** The proposal's objects as they would be written, enforced. */
function enforced(world: ImpactWorld, calls: readonly ObservedCall[], namespace: string): readonly Manifest[] {
  const proposal = propose({ namespace, calls, world, visible: () => true });
  const place = { cluster: "west", namespace };
  const intents = [
    ...proposal.policies.flatMap((each) => intentsOf(place, each, () => true, false)),
    ...restIntents(place, proposal, false),
  ];
  return intents.reduce<readonly Manifest[]>((objects, intent) => {
    const { manifests } = changes(intent, { ...worldOf(objects), inventory: null });
    const names = new Set(manifests.map(({ metadata }) => metadata.name));
    return [...objects.filter(({ metadata }) => !names.has(metadata.name)), ...manifests];
  }, []);
}

test("whatever was seen: every identity reported passes where it was seen, and nobody else anywhere it decides", () => {
  const servers = ["shop/reviews-v1", "shop/reviews-v2", "shop/db", "shop/web", "bank/ledger", "bank/teller"];
  const clients = ["shop/web", "shop/cron", "bank/teller", "bank/ledger", "outside/till", "?", "edge/gate"];
  const seen = fc.array(
    fc.record({ from: fc.constantFrom(...clients), to: fc.constantFrom(...servers), rate: fc.nat({ max: 20 }) }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(seen, fc.constantFrom("shop", "bank"), (pairs, namespace) => {
      const calls = pairs.map(({ from, to, rate }) => call(from, to, rate));
      const world = worldOf([]);
      const authorization = enforced(world, calls, namespace);
      const configuration = { authorization, authentication: [], rootNamespace: "istio-system", trustDomains: null };
      for (const server of servers.filter((each) => each.startsWith(`${namespace}/`))) {
        const labels = world.inventory.workloads.get(server)?.labels ?? {};
        const target = calls.filter(({ target: { namespace: ns, name } }) => `${ns}/${name}` === server);
        const named = new Set(target.flatMap(({ callers }) => [...callers.keys()].map((one) => one.slice(9))));
        const decides = named.size > 0 || authorization.some(({ metadata }) => metadata.name === "deny-by-default");
        for (const client of clients.filter((each) => each !== "?")) {
          const [ns, sa] = client.split("/");
          const principal = `cluster.local/ns/${ns}/sa/${sa}`;
          for (const protocol of ["http", "tcp"] as const) {
            const { verdict } = authorize(
              configuration,
              { kind: "sidecar", namespace, labels },
              { principal, protocol },
            );
            expect(verdict, `${client} > ${server}`).toBe(named.has(principal) || !decides ? "allow" : "deny");
          }
        }
        const plain = authorize(
          configuration,
          { kind: "sidecar", namespace, labels },
          { principal: null, protocol: "http" },
        );
        expect(plain.verdict).toBe(decides ? "deny" : "allow");
      }
    }),
    { seed: 9, numRuns: 200 },
  );
});

test("an id is the one that the graph has", () => {
  const [first] = given("bank").policies;
  const [teller] = CALLS.filter(({ source }) => source.name === "teller");
  expect(first?.rules.flatMap(({ callers }) => callers)).toContain(teller && nodeId(teller.source));
});
