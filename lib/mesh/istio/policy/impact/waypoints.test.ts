import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObservedCall } from "./calls.ts";
import { call, gone, lines, made, object, turned } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";
import {
  AMBIENT,
  allow,
  BEHIND,
  BY_DOOR,
  BY_READER,
  DOOR,
  enrolled,
  here,
  namespace,
  of,
  PAIR,
  READER,
  released,
  seen,
  THROUGH,
  target,
  waypoint,
} from "./waypoints.test-support.ts";

describe("a change that puts calls behind a waypoint", () => {
  const table: readonly (readonly [string, readonly Manifest[], readonly string[], (readonly ObservedCall[])?])[] = [
    ["nobody decides about: nothing", [DOOR], []],
    [
      "lets a policy by the client's identity see the waypoint: it refuses everybody",
      [DOOR, BY_READER],
      [`denied 10 certain ${PAIR} by a spec`],
    ],
    [
      "lets a policy by the waypoint's identity see it: it lets in whom it refused",
      [DOOR, BY_DOOR],
      [`allowed 10 certain ${PAIR} by a spec.rules[0]`],
    ],
    [
      "begins to ask its policies",
      [DOOR, target("action: DENY, rules: [{}]")],
      [`denied 10 certain ${PAIR} by t spec.rules[0]`],
    ],
    [
      "asks them with the client's identity",
      [DOOR, target("rules: [{from: [{source: {principals: [cluster.local/ns/vault/sa/reader]}}]}]")],
      [],
    ],
    [
      "lets rules about requests count",
      [DOOR, target("action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]")],
      [`denied 0–10 bounded ${PAIR} by t spec.rules[0]: the path`],
    ],
    [
      "lets routes count",
      [DOOR, object("VirtualService", "vault/w", "hosts: [keys], http: [{route: [{destination: {host: nobody}}]}]")],
      [`unreachable 10 certain ${PAIR} by w spec.http[0]`],
    ],
    ["whose Gateway isn't there does nothing", [BY_READER], []],
    [
      "that is for workloads alone does nothing",
      [waypoint("vault/door", { labels: { "istio.io/waypoint-for": "workload" } }), BY_READER],
      [],
    ],
    [
      "concerns no sidecar and no client without a proxy",
      [DOOR, BY_READER],
      [],
      [seen("shop/web"), seen("outside/till")],
    ],
    [
      "concerns a gateway where a label says so alone",
      [DOOR, BY_READER],
      [],
      [seen("edge/gate", 4, { protocol: "http" })],
    ],
    ["concerns no other service", [DOOR], [], [call("shop/web", "shop/reviews-v1")]],
    [
      "of whom it isn't known whether it comes through is unknown",
      [DOOR, allow("cluster.local/ns/vault/sa/lost")],
      [
        `denied 0–10 unknown vault/lost > vault/keys by a spec: whether the client’s calls come through waypoints, the labels of a workload that is gone`,
      ],
      [seen("vault/lost")],
    ],
    [
      "that came through one already, by what was measured, contradicts the objects",
      [DOOR, BY_READER],
      [`denied 0–10 unknown ${PAIR} by a spec: why the objects and what was measured differ`],
      [THROUGH],
    ],
  ];
  for (const [title, objects, expected, calls = [READER]] of table) {
    test(title, () => {
      expect(lines(of([enrolled], calls, objects))).toEqual(expected);
    });
  }

  test("is told at the changed object, whichever policy decides", () => {
    const other = object("DestinationRule", "bank/other", "host: ledger");
    const found = of([enrolled, made(other), made(allow("x", "unrelated"))], [READER], [DOOR, BY_READER]);
    expect(found.items[0]).toMatchObject([{ verdict: "denied", rule: { object: { name: "a" } } }]);
    expect(found.gaps).toEqual([]);
  });

  test("by a waypoint of another namespace, as far as its listener lets the namespace in", () => {
    const far = { ...AMBIENT, "istio.io/use-waypoint": "far", "istio.io/use-waypoint-namespace": "away" };
    const change = turned(namespace("vault", AMBIENT), namespace("vault", far));
    const with_ = (from?: string) =>
      lines(of([change], [READER], [waypoint("away/far", from === undefined ? {} : { from }), BY_READER]));
    expect(with_()).toEqual([]);
    expect(with_("Same")).toEqual([]);
    expect(with_("All")).toEqual([`denied 10 certain ${PAIR} by a spec`]);
  });

  test("by one that comes with the same plan: once it runs, under the account that istiod gives it", () => {
    const fresh: ClusterInventory = {
      ...here(),
      workloads: new Map([...here().workloads].filter(([key]) => key !== "vault/door")),
    };
    const found = of([enrolled, made(DOOR)], [READER], [BY_READER], { inventory: fresh });
    expect(lines(found)).toEqual([`denied 0–10 unknown ${PAIR} by a spec: whether waypoint vault/door runs`]);
    const named = {
      ...DOOR,
      metadata: { ...DOOR.metadata, annotations: { "gateway.istio.io/service-account": "reader" } },
    };
    expect(lines(of([enrolled, made(named)], [READER], [BY_READER], { inventory: fresh }))).toEqual([]);
  });

  test("of a gateway's calls by the label of the namespace", () => {
    const gate = seen("edge/gate", 4, { protocol: "http" });
    const both = { ...BEHIND, "istio.io/ingress-use-waypoint": "true" };
    const change = turned(namespace("vault", BEHIND), namespace("vault", both));
    const by = allow("cluster.local/ns/edge/sa/gate");
    expect(lines(of([change], [gate], [DOOR, by]))).toEqual(["denied 4 certain edge/gate > vault/keys by a spec"]);
    expect(lines(of([change], [READER], [DOOR, BY_READER]))).toEqual([]);
  });

  test("whose Gateway can't be read, or seen, is unknown", () => {
    const unread = { unread: (kind: string) => (kind.startsWith("Gateway.gateway") ? "it can’t be read" : null) };
    expect(lines(of([enrolled], [READER], [BY_READER], unread))).toEqual([
      `denied 0–10 unknown ${PAIR} by a spec: Gateway: it can’t be read`,
    ]);
    const sees = ({ kind }: Manifest) => kind !== "Gateway";
    expect(lines(of([enrolled], [READER], [DOOR, BY_READER], { sees }))).toEqual([
      `denied 0–10 unknown ${PAIR} by a spec: an object you may not see`,
    ]);
  });

  test("names calls that no Service names, where there are any", () => {
    const entry = object("ServiceEntry", "vault/out", "hosts: [api.card.example], ports: [{number: 443, name: tls}]");
    const straight = seen("vault/reader", 1, { service: null });
    const found = of([enrolled], [straight], [DOOR, entry]);
    expect(found.gaps.map(({ what }) => what)).toEqual([
      "calls to hosts of ServiceEntries that a waypoint takes",
      "calls to pods’ own addresses, which a waypoint takes where it is for workloads",
    ]);
    expect(of([enrolled], [READER], [DOOR]).gaps).toEqual([]);
  });
});

describe("a change that takes calls from a waypoint", () => {
  const table: readonly (readonly [string, readonly Change[], readonly Manifest[], readonly string[]])[] = [
    ["lets the server see the client again", [released], [DOOR, BY_DOOR], [`denied 10 certain ${PAIR} by a spec`]],
    [
      "which was refused as the waypoint",
      [released],
      [DOOR, BY_READER],
      [`allowed 10 certain ${PAIR} by a spec.rules[0]`],
    ],
    [
      "ends what its policies decide",
      [released],
      [DOOR, target("rules: [{from: [{source: {namespaces: [vault]}}]}]")],
      [`not-enforced 10 certain ${PAIR} by vault metadata.labels`],
    ],
    [
      "ends its routes",
      [released],
      [DOOR, object("VirtualService", "vault/w", "hosts: [keys], http: [{route: [{destination: {host: nobody}}]}]")],
      [`allowed 10 certain ${PAIR} by w spec.http[0]`],
    ],
    [
      "because its Gateway goes",
      [gone(DOOR)],
      [BY_DOOR, namespace("vault", BEHIND)],
      [`denied 10 certain ${PAIR} by a spec`],
    ],
  ];
  for (const [title, changes, objects, expected] of table) {
    test(title, () => {
      const namespaces = new Map(
        objects
          .filter(({ kind }) => kind === "Namespace")
          .map(({ metadata: { name, labels = {} } }) => [
            name,
            { cluster: "west", name, labels, dataplane: "ambient" as const, revision: null },
          ]),
      );
      const found = of(changes, [THROUGH], objects, { inventory: { ...here(), namespaces } });
      expect(lines(found)).toEqual(expected);
    });
  }
});

describe("for any policies", () => {
  const who = fc.constantFrom("reader", "door", "nobody").map((name) => `cluster.local/ns/vault/sa/${name}`);
  const any = fc.oneof(
    who.map((each) => allow(each, "x")),
    who.map((each) => target(`rules: [{from: [{source: {principals: [${each}]}}]}]`, "y")),
    who.map((each) => target(`action: DENY, rules: [{from: [{source: {principals: [${each}]}}]}]`, "z")),
  );
  const some = fc.uniqueArray(any, { maxLength: 3, selector: ({ metadata }) => metadata.name });

  test("what enrolment refuses its undo lets in, and the other way round", () => {
    fc.assert(
      fc.property(some, (objects) => {
        const all = [DOOR, ...objects];
        const verdicts = (change: Change, seenAs: ObservedCall) =>
          of([change], [seenAs], all)
            .items.flat()
            .map(({ verdict, min, max }) => `${verdict} ${min} ${max}`)
            .filter((each) => !each.startsWith("not-enforced"));
        const mirrored = verdicts(released, THROUGH).map((each) =>
          each.startsWith("denied") ? each.replace("denied", "allowed") : each.replace("allowed", "denied"),
        );
        expect(verdicts(enrolled, READER)).toEqual(mirrored);
      }),
    );
  });

  test("labels that say the same change nothing", () => {
    fc.assert(
      fc.property(some, (objects) => {
        const same = turned(namespace("vault", BEHIND), namespace("vault", { ...BEHIND, note: "x" }));
        expect(of([same], [THROUGH], [DOOR, ...objects]).items).toEqual([[]]);
      }),
    );
  });
});
