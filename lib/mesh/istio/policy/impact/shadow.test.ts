import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DryRunCount } from "#lib/mesh/port.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { perSecond } from "#lib/units.ts";
import type { MeshFacts } from "../settings/facts.ts";
import { impactOf } from "./by-revision.ts";
import type { ObservedCall } from "./calls.ts";
import { call, gone, made, meshWith, object, said, turned, worldOf } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

/** The window of the rates begins here. */
const FROM = Date.parse("2026-08-20T13:00:00Z") / 1000;
const LONG_AGO = "2026-08-19T09:00:00Z";

const written = (it: Manifest, created: string, changed = created): Manifest => ({
  ...it,
  metadata: {
    ...{ ...it.metadata, creationTimestamp: created },
    managedFields: [{ manager: "kubectl", operation: "Update", time: changed, fieldsV1: { "f:spec": {} } }],
  },
});
const onTrial = (it: Manifest): Manifest => ({
  ...it,
  metadata: { ...it.metadata, annotations: { "istio.io/dry-run": "true" } },
});
const auth = (text: string, place = "shop/a") => object("AuthorizationPolicy", place, text);
const PATHS = auth(
  "selector: {matchLabels: {app: reviews}}, action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]",
);
const TRIED = written(onTrial(PATHS), LONG_AGO);
const ENDS = turned(onTrial(PATHS), PATHS);
const BY = "by a spec.rules[0]";

const SHOP: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };

const count = (rate: number, more: Partial<DryRunCount> = {}): DryRunCount => ({
  ...{ cluster: "west", namespace: "shop", pod: "reviews-v1-0", protocol: "http", port: 8080, action: "deny" },
  ...{ result: "denied", newborn: false, rate: perSecond(rate), ...more },
});
const web = (rate = 90, more: Partial<ObservedCall> = {}) => call("shop/web", "shop/reviews-v1", rate, more);
const teller = call("bank/teller", "shop/reviews-v1", 6);

interface Given {
  readonly changes?: readonly Change[];
  readonly calls?: readonly ObservedCall[];
  readonly objects?: readonly Manifest[];
  readonly counts?: readonly DryRunCount[];
  readonly pods?: readonly string[];
  readonly mesh?: MeshFacts;
  readonly visible?: (cluster: string, namespace: string) => boolean;
}

function of({
  changes = [ENDS],
  calls = [web()],
  objects = [TRIED],
  counts = [count(3)],
  pods,
  mesh,
  visible,
}: Given = {}) {
  const world = worldOf(objects, mesh && { mesh });
  const workloads = new Map(
    [...world.inventory.workloads].map(([place, each]) => {
      const names = place === "shop/reviews-v1" ? (pods ?? ["reviews-v1-0"]) : [`${each.name}-0`];
      const own = names.map((name) => ({ name, ip: null, ready: true, phase: "Running", reports: true }));
      return [place, { ...each, pods: own }];
    }),
  );
  return impactOf({
    ...{ changes, calls, visible: visible ?? (() => true), shadows: { counts, from: FROM } },
    world: { ...world, inventory: { ...world.inventory, workloads } },
  });
}
const lines = (given: Given = {}) => of(given).items.flat().map(said);
const BLIND = `denied 0–90 bounded shop/web > shop/reviews-v1 ${BY}: the path`;
const SURE = `denied 3 certain shop/web > shop/reviews-v1 ${BY}`;

describe("counters of a policy on trial", () => {
  const other = auth("action: DENY, rules: [{from: [{source: {namespaces: [nobody]}}]}]", "shop/b");
  const table: readonly (readonly [string, Given, readonly string[]])[] = [
    ["of the only caller all that would be denied is its own", {}, [SURE]],
    ["what is allowed isn't denied", { counts: [count(3), count(70, { result: "allowed" })] }, [SURE]],
    [
      "of several callers each may have it, and what the others can't have is its own",
      { calls: [web(), teller], counts: [count(8)] },
      [
        `denied 2–8 bounded shop/web > shop/reviews-v1 ${BY}: the path`,
        `denied 0–6 bounded bank/teller > shop/reviews-v1 ${BY}: the path`,
      ],
    ],
    ["a counter that stands: nobody is refused", { counts: [count(0)] }, []],
    ["nothing counted isn't 0", { counts: [] }, [BLIND]],
    ["every pod has to count", { pods: ["reviews-v1-0", "reviews-v1-1"] }, [BLIND]],
    [
      "all of them are summed",
      { pods: ["reviews-v1-0", "reviews-v1-1"], counts: [count(1), count(2, { pod: "reviews-v1-1" })] },
      [SURE],
    ],
    ["ALLOW is counted apart", { counts: [count(3, { action: "allow" })] }, [BLIND]],
    ["connections are counted apart", { counts: [count(3, { protocol: "tcp" })] }, [BLIND]],
    ["another cluster's pods are others", { counts: [count(3, { cluster: "east" })] }, [BLIND]],
    [
      "a newborn counter: no less than that",
      { counts: [count(3, { newborn: true })] },
      [`denied 3–90 bounded shop/web > shop/reviews-v1 ${BY}: the path`],
    ],
    [
      "a pod that is gone counted there too: no less than that",
      { counts: [count(3), count(1, { pod: "reviews-v1-old" })] },
      [`denied 3–90 bounded shop/web > shop/reviews-v1 ${BY}: the path`],
    ],
    [
      "a trial that began within the window: no less than that",
      { objects: [written(onTrial(PATHS), "2026-08-20T13:30:00Z")] },
      [`denied 3–90 bounded shop/web > shop/reviews-v1 ${BY}: the path`],
    ],
    [
      "one that was another within the window",
      { objects: [written(onTrial(PATHS), LONG_AGO, "2026-08-20T13:30:00Z")] },
      [BLIND],
    ],
    ["one of which nobody knows when it was written", { objects: [onTrial(PATHS)] }, [BLIND]],
    ["another on trial of the same action", { objects: [TRIED, written(onTrial(other), LONG_AGO)] }, [BLIND]],
    [
      "another in force may refuse a part of it already",
      { objects: [TRIED, other] },
      [`denied 0–3 bounded shop/web > shop/reviews-v1 ${BY}: the path`],
    ],
    ["what comes into force beside it", { changes: [ENDS, made(other)] }, [BLIND]],
    [
      "mutual TLS that changes with it",
      { changes: [ENDS, made(object("PeerAuthentication", "shop/p", "mtls: {mode: STRICT}"))] },
      [BLIND],
    ],
    [
      "what may alter who calls, or what stands on the way, in the same plan",
      {
        objects: [TRIED, SHOP],
        changes: [ENDS, turned(SHOP, { ...SHOP, metadata: { ...SHOP.metadata, labels: { team: "a" } } })],
      },
      [BLIND],
    ],
    [
      "another policy of the same words is tried by that one",
      { changes: [made(auth(JSON.stringify(PATHS.spec).slice(1, -1), "shop/new"))] },
      ["denied 3 certain shop/web > shop/reviews-v1 by new spec.rules[0]"],
    ],
    [
      "which may be taken away with it",
      { changes: [made(auth(JSON.stringify(PATHS.spec).slice(1, -1), "shop/new")), gone(onTrial(PATHS))] },
      ["denied 3 certain shop/web > shop/reviews-v1 by new spec.rules[0]"],
    ],
    [
      "one that says something else isn't",
      {
        changes: [
          made(
            auth(
              "selector: {matchLabels: {app: reviews}}, action: DENY, rules: [{to: [{operation: {paths: [/a]}}]}]",
              "shop/new",
            ),
          ),
        ],
      },
      ["denied 0–90 bounded shop/web > shop/reviews-v1 by new spec.rules[0]: the path"],
    ],
    [
      "one that is changed as it comes into force isn't",
      { changes: [turned(onTrial(PATHS), auth("action: DENY, rules: [{to: [{operation: {paths: [/b]}}]}]"))] },
      [BLIND],
    ],
    ["far more than the pairs call: it is of other calls", { counts: [count(200)] }, [BLIND]],
    ["a little more is all of them", { counts: [count(92)] }, [`denied 90 certain shop/web > shop/reviews-v1 ${BY}`]],
    [
      "pairs that the week alone knows stay as they were",
      { calls: [web(), call("shop/cron", "shop/reviews-v1", 0)] },
      [SURE, `denied 0 (week) unknown shop/cron > shop/reviews-v1 ${BY}: the path`],
    ],
  ];
  test.each(table)("%s", (_what, given, wanted) => {
    expect(lines(given)).toEqual(wanted);
  });

  describe("of several that end in one plan", () => {
    const rule = (path: string) =>
      `selector: {matchLabels: {app: reviews}}, action: DENY, rules: [{to: [{operation: {paths: [${path}]}}]}]`;
    const second = auth(rule("/b"), "shop/b");
    const both = [TRIED, written(onTrial(second), LONG_AGO)];
    const ends = [ENDS, turned(onTrial(second), second)];
    const other = auth(
      "selector: {matchLabels: {app: web}}, action: DENY, rules: [{to: [{operation: {paths: [/c]}}]}]",
      "shop/c",
    );
    const ofWeb = [TRIED, written(onTrial(other), LONG_AGO)];
    const endsThere = [ENDS, turned(onTrial(other), other)];
    const there = call("bank/teller", "shop/web", 20);

    test("at one proxy: what they deny was counted as one", () => {
      expect(lines({ objects: both, changes: ends })).toEqual([SURE]);
      expect(of({ objects: both, changes: ends }).items.flat()).toMatchObject([
        {
          evidence: [
            { text: expect.stringContaining("counted what shop/a and shop/b would deny while on trial: 3 requests/s") },
          ],
        },
      ]);
    });

    test("at one proxy, of which one stays on trial: its part isn't told apart", () => {
      const third = written(onTrial(auth(rule("/c"), "shop/c")), LONG_AGO);
      expect(lines({ objects: [...both, third], changes: ends })).toEqual([BLIND]);
    });

    test("at one proxy, of which one is younger, or was another: no less than that, or nothing", () => {
      const younger = written(onTrial(second), "2026-08-20T13:30:00Z");
      expect(lines({ objects: [TRIED, younger], changes: ends })).toEqual([
        `denied 3–90 bounded shop/web > shop/reviews-v1 ${BY}: the path`,
      ]);
      const changed = written(onTrial(second), LONG_AGO, "2026-08-20T13:30:00Z");
      expect(lines({ objects: [TRIED, changed], changes: ends })).toEqual([BLIND]);
    });

    test("of ALLOW, of which one is younger: until then what it takes was counted as denied, so nothing is said", () => {
      const of = (operation: string) =>
        `selector: {matchLabels: {app: reviews}}, rules: [{to: [{operation: ${operation}}]}]`;
      const [first, next] = [auth(of("{paths: [/ok]}")), auth(of("{paths: [/more]}"), "shop/b")];
      const with_ = (created: string) =>
        lines({
          objects: [written(onTrial(first), LONG_AGO), written(onTrial(next), created)],
          changes: [turned(onTrial(first), first), turned(onTrial(next), next)],
          counts: [count(4, { action: "allow" })],
        });
      expect(with_(LONG_AGO)).toEqual(["denied 4 certain shop/web > shop/reviews-v1 by a spec"]);
      expect(with_("2026-08-20T13:30:00Z")).toEqual([expect.stringMatching(/^denied 0–90 bounded/)]);
    });

    test("of DENY and of ALLOW at one proxy: each is counted for itself, so nothing is said", () => {
      const allow = auth(
        "selector: {matchLabels: {app: reviews}}, rules: [{to: [{operation: {paths: [/ok]}}]}]",
        "shop/b",
      );
      const found = lines({
        objects: [TRIED, written(onTrial(allow), LONG_AGO)],
        changes: [ENDS, turned(onTrial(allow), allow)],
        counts: [count(3), count(4, { action: "allow" })],
      });
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(/^denied 0–90 bounded/);
    });

    test("at different servers: each by its own counters", () => {
      const counts = [count(3), count(5, { pod: "web-0" })];
      expect(lines({ objects: ofWeb, changes: endsThere, counts, calls: [web(), there] }).toSorted()).toEqual(
        [SURE, "denied 5 certain bank/teller > shop/web by c spec.rules[0]"].toSorted(),
      );
    });

    test("at a gateway and behind it: of the same calls each may refuse some, so nothing is said", () => {
      const door = auth("action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]", "edge/a");
      const found = lines({
        objects: [TRIED, written(onTrial(door), LONG_AGO)],
        changes: [ENDS, turned(onTrial(door), door)],
        counts: [count(3), count(3, { namespace: "edge", pod: "gate-0" })],
        calls: [call("edge/gate", "shop/reviews-v1", 40)],
      });
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(/^denied 0–40 bounded/);
    });
  });

  test("of ALLOW who is left out is who is refused, where none is in force", () => {
    const allow = auth("selector: {matchLabels: {app: reviews}}, rules: [{to: [{operation: {paths: [/ok]}}]}]");
    const given = {
      changes: [turned(onTrial(allow), allow)],
      objects: [written(onTrial(allow), LONG_AGO)],
      counts: [count(4, { action: "allow" })],
    };
    expect(lines(given)).toEqual(["denied 4 certain shop/web > shop/reviews-v1 by a spec"]);
    const armed = auth(
      "selector: {matchLabels: {app: reviews}}, rules: [{to: [{operation: {methods: [GET]}}]}]",
      "shop/z",
    );
    expect(lines({ ...given, objects: [...given.objects, armed] }).filter((each) => each.startsWith("denied"))).toEqual(
      [],
    );
  });

  test("at a gateway it bounds what the pairs behind it lose, and proves none of it", () => {
    const door = auth("action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]", "edge/a");
    const counts = [count(3, { namespace: "edge", pod: "gate-0" })];
    const calls = [call("edge/gate", "shop/reviews-v1", 40)];
    const given = {
      changes: [turned(onTrial(door), door)],
      objects: [written(onTrial(door), LONG_AGO)],
      counts,
      calls,
    };
    expect(lines(given)).toEqual([`denied 0–3 bounded edge/gate > shop/reviews-v1 ${BY}: the path`]);
  });

  test("it says nothing where calls are refused elsewhere instead", () => {
    const known = auth("action: DENY, rules: [{from: [{source: {principals: ['*/sa/web']}}]}]");
    const subsets = object(
      "DestinationRule",
      "shop/d",
      "host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]",
    );
    const route = (subset: string) =>
      object(
        "VirtualService",
        "shop/r",
        `hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: ${subset}}}]}]`,
      );
    const given = {
      changes: [turned(onTrial(known), known), turned(route("v1"), route("v2"))],
      objects: [written(onTrial(known), LONG_AGO), subsets, route("v1")],
      calls: [web(), teller],
      mesh: meshWith({}),
    };
    expect(lines(given)).toEqual([
      `denied 0–90 bounded shop/web > shop/reviews-v1 ${BY}: which of the calls go elsewhere first`,
      `denied 90 certain shop/web > shop/reviews ${BY}`,
      "rerouted 6 certain bank/teller > shop/reviews by r spec.http[0]",
    ]);
  });

  test("at a ztunnel or waypoint it says nothing", () => {
    const cart = auth(
      "selector: {matchLabels: {app: cart}}, action: DENY, rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]",
    );
    const counts = [count(3, { pod: "cart-0" })];
    const calls = [call("shop/web", "shop/cart", 5)];
    const found = lines({
      changes: [turned(onTrial(cart), cart)],
      objects: [written(onTrial(cart), LONG_AGO)],
      counts,
      calls,
    });
    expect(found).toEqual([`denied 0–5 bounded shop/web > shop/cart ${BY}: the peer's address`]);
  });

  test("totals say what all callers lose together", () => {
    const { totals } = of({ calls: [web(), teller], counts: [count(8)] });
    expect(totals).toEqual([
      { verdict: "denied", pairs: 2, certain: 0, requests: { min: 8, max: 8 }, connections: null },
    ]);
  });

  test("the item names what it rests on, but not to who may not see the server", () => {
    const text =
      "The proxies of shop/reviews-v1 counted what shop/a would deny while on trial: 3 requests/s, of all callers together.";
    expect(of().items.flat()).toMatchObject([{ blindSpots: [], closeWith: [], evidence: [{ kind: "dry-run", text }] }]);
    const blind = of({ visible: (_, namespace) => namespace !== "shop" }).items.flat();
    expect(blind).toMatchObject([{ evidence: [] }]);
  });

  test("bounds lie within those without, whatever was counted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 5, 20), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, 0.5, 4, 20, 300),
        fc.boolean(),
        (rates, rate, newborn) => {
          const from = ["shop/web", "bank/teller", "shop/cron", "bank/ledger"];
          const calls = rates.map((each, i) => call(from[i] ?? "", "shop/reviews-v1", each));
          const [plain, known] = [of({ calls, counts: [] }), of({ calls, counts: [count(rate, { newborn })] })];
          for (const item of known.items.flat()) {
            const before = plain.items.flat().find(({ source }) => source === item.source);
            expect(item.min).toBeGreaterThanOrEqual((before?.min ?? 0) - 1e-9);
            expect(item.max).toBeLessThanOrEqual((before?.max ?? 0) + 1e-9);
            expect(item.min).toBeLessThanOrEqual(item.max + 1e-9);
          }
          for (const { requests } of known.totals)
            expect(requests?.min ?? 0).toBeLessThanOrEqual((requests?.max ?? 0) + 1e-9);
        },
      ),
    );
  });
});
