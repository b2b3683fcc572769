/** What changes do where objects are for one control plane alone. */
import { expect, test } from "vitest";
import type { PodRef, Workload } from "#lib/inventory/model.ts";
import { VERDICTS } from "#lib/policy/impact.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { proposeEgress } from "../egress/propose.ts";
import { SEVERAL } from "../meaning/revisions.ts";
import { decodeMeshConfig } from "../settings/decode.ts";
import { OUTSIDE } from "../settings/planes.ts";
import { factsServed } from "../settings/served.ts";
import { strictPath } from "../strict/path.ts";
import {
  byPlace,
  CALLS,
  call,
  impact,
  inventory,
  lines,
  made,
  meshWith,
  object,
  turned,
  worldOf,
} from "./impact.test-support.ts";
import { sampler } from "./sampled.ts";

const pod = (revision: string): PodRef => ({
  ...{ name: "p", ip: null, ready: true, phase: "Running", reports: true, revision },
});
/** Revisions by namespace; of others nothing is known. */
const served = (revisions: Readonly<Record<string, string>>) => ({
  ...inventory,
  workloads: byPlace(
    [...inventory.workloads.values()].map((each): Workload => {
      const revision = revisions[each.namespace];
      return revision === undefined ? each : { ...each, pods: [pod(revision)] };
    }),
  ),
});
const MESH = meshWith({ revisions: ["default", "1-30"].map((name) => ({ name, everything: false })) });
const rev = (it: Manifest, label: string): Manifest => ({
  ...{ ...it, metadata: { ...it.metadata, labels: { "istio.io/rev": label } } },
});
const DENY = object("AuthorizationPolicy", "shop/deny", "action: DENY, rules: [{}]");
const ALL = ["90 certain shop/web > shop/reviews-v1", "10 certain shop/web > shop/reviews-v2"];
const found = (label: string, revisions: Readonly<Record<string, string>>) =>
  impact([made(rev(DENY, label))], CALLS, [], { inventory: served(revisions), mesh: MESH });
const GAP = /served by several control planes/;
const saysGap = ({ gaps }: ReturnType<typeof impact>) => gaps.some(({ what }) => GAP.test(what));

test("a policy counts for calls whose proxies are served by its control plane", () => {
  const own = found("1-30", { shop: "1-30" });
  expect(lines(own)).toEqual(expect.arrayContaining(ALL.map((each) => expect.stringContaining(`denied ${each}`))));
  // Of shop/web's call to bank, whose proxies say nothing, it isn't known.
  expect(saysGap(own)).toBe(true);
  expect(lines(found("default", { shop: "1-30", bank: "1-30" }))).toEqual([]);
  expect(lines(found("stable", { shop: "1-30", bank: "1-30" }))).toEqual([]);
  expect(saysGap(found("stable", { shop: "1-30", bank: "1-30" }))).toBe(false);
});

test("where two of a call's proxies may read other objects, nothing is certain", () => {
  const policy = object("AuthorizationPolicy", "bank/deny", "action: DENY, rules: [{}]");
  const crossing = impact(
    [made(rev(policy, "1-30"))],
    [call("shop/web", "bank/ledger", 5), call("bank/teller", "bank/ledger", 4)],
    [],
    {
      ...{ inventory: served({ shop: "default", bank: "1-30" }), mesh: MESH },
    },
  );
  expect(lines(crossing)).toEqual([
    expect.stringMatching(
      /^denied 0–5 unknown shop\/web > bank\/ledger .*which control plane serves each of the proxies/,
    ),
    expect.stringMatching(/^denied 4 certain bank\/teller > bank\/ledger/),
  ]);
  expect(crossing.totals).toEqual([
    { verdict: "denied", pairs: 2, certain: 1, requests: { min: 4, max: 9 }, connections: null },
  ]);
  expect(saysGap(crossing)).toBe(true);
  expect(crossing.items[0]?.[0]?.closeWith.join()).toContain("pods that say their revision");
});

test("another revision's objects decide nothing about what is changed", () => {
  const strict = object("PeerAuthentication", "shop/a", "mtls: {mode: STRICT}");
  const open = object("PeerAuthentication", "shop/a", "mtls: {mode: PERMISSIVE}");
  const off = rev(
    object("DestinationRule", "shop/off", "host: reviews, trafficPolicy: {tls: {mode: DISABLE}}"),
    "1-30",
  );
  const calls = [call("shop/web", "shop/reviews-v1", 7, { mtls: { share: null, basis: "unknown" } })];
  const by = (revision: string) =>
    lines(impact([turned(open, strict)], calls, [off], { inventory: served({ shop: revision }), mesh: MESH }));
  expect(by("default")).toEqual([]);
  expect(by("1-30")).toEqual([expect.stringMatching(/^breaks 7 certain shop\/web > shop\/reviews-v1/)]);
});

test("unlabelled objects count for all, whatever pods say", () => {
  const plain = impact([made(DENY)], CALLS, [], { mesh: MESH });
  expect(lines(plain)).toEqual(expect.arrayContaining(ALL.map((each) => expect.stringContaining(`denied ${each}`))));
  expect(saysGap(plain)).toBe(false);
});

test("of samples too: where it isn’t known which objects decide, anything may come about", () => {
  const sampled = {
    request: { method: "GET", path: "/", host: "reviews", port: 8080 },
    ...{ sends: null, address: null },
  };
  const judged = (revisions: Readonly<Record<string, string>>, label: string) => {
    const world = { ...worldOf([]), inventory: served(revisions), mesh: MESH };
    return sampler({ changes: [made(rev(DENY, label))], world })([call("shop/web", "shop/reviews-v1")], sampled);
  };
  expect([...judged({ shop: "1-30" }, "1-30")]).toEqual([["denied", true]]);
  expect([...judged({ shop: "1-30" }, "default")]).toEqual([]);
  expect([...judged({}, "default").keys()]).toEqual(VERDICTS);
});

test("the way to STRICT and proposed Sidecars go by what all proxies read", () => {
  const strict = rev(object("PeerAuthentication", "shop/p", "mtls: {mode: STRICT}"), "1-30");
  const all = ["shop", "bank", "edge"];
  const every = (revision: string) => Object.fromEntries(all.map((namespace) => [namespace, revision]));
  const path = (revisions: Readonly<Record<string, string>>) => {
    const world = { ...worldOf([strict]), inventory: served(revisions), mesh: MESH };
    const found = strictPath({ ...{ namespace: "shop", visible: () => true, world, seen: null } });
    return [found.namespaces[0]?.now.mode, found.lacks];
  };
  expect(path(every("1-30"))).toEqual(["STRICT", []]);
  expect(path(every("default"))).toEqual(["PERMISSIVE", []]);
  expect(path({ shop: "1-30" })).toEqual(["STRICT", [SEVERAL]]);
  const spots = (revisions: Readonly<Record<string, string>>) => {
    const world = { ...worldOf([strict]), inventory: served(revisions), mesh: MESH, visible: () => true, whole: true };
    return proposeEgress({ namespace: "shop", workload: null, hosts: null }, CALLS, world).blindSpots;
  };
  expect(spots(every("default"))).not.toContain(SEVERAL);
  expect(spots({ shop: "default" })).toContain(SEVERAL);
});

/** Two control planes, each with its own MeshConfig. */
function setAs(texts: Readonly<Record<string, string>>) {
  const planes = Object.entries(texts).map(([revision, text]) => ({
    ...{ plane: { ...OUTSIDE, revision, everything: false }, from: object("ConfigMap", "istio-system/istio", "") },
    config: decodeMeshConfig([text]) ?? expect.unreachable(),
  }));
  return factsServed(
    { planes },
    planes.map(({ plane }) => plane),
    () => ({}),
  );
}

test("calls between proxies of one control plane go by its own settings, of several by none", () => {
  const strict = object("PeerAuthentication", "shop/a", "mtls: {mode: STRICT}");
  const open = object("PeerAuthentication", "shop/a", "mtls: {mode: PERMISSIVE}");
  const calls = [call("shop/web", "shop/reviews-v1", 7, { mtls: { share: null, basis: "unknown" } })];
  const mesh = setAs({ default: "enableAutoMtls: false", "1-30": "{}" });
  const by = (revision: string) =>
    impact([turned(open, strict)], calls, [], { inventory: served({ shop: revision }), mesh });
  expect(lines(by("1-30"))).toEqual([]);
  expect(lines(by("default"))).toEqual([expect.stringMatching(/7 certain shop\/web > shop\/reviews-v1/)]);
  expect(saysGap(by("default"))).toBe(false);
  // Of a revision that doesn't run the settings aren't known: what rests on them isn't certain, and nothing else is open.
  expect(lines(by("1-29"))).toEqual([expect.stringMatching(/0–7 unknown shop\/web > shop\/reviews-v1/)]);
  expect(saysGap(by("1-29"))).toBe(false);
  const hidden = factsServed(
    { why: "hidden", each: ["a", "b"].map((revision) => ({ plane: { ...OUTSIDE, revision }, why: "hidden" })) },
    null,
    () => ({}),
  );
  const denied = impact([made(DENY)], CALLS, [], { inventory: served({ shop: "a" }), mesh: hidden });
  expect(lines(denied)).toEqual(expect.arrayContaining(ALL.map((each) => expect.stringContaining(`denied ${each}`))));
  const apart = call("shop/web", "bank/ledger", 5, { mtls: { share: null, basis: "unknown" } });
  const bank = (mode: string) => object("PeerAuthentication", "bank/a", `mtls: {mode: ${mode}}`);
  const crossing = impact([turned(bank("PERMISSIVE"), bank("STRICT"))], [apart], [], {
    ...{ inventory: served({ shop: "default", bank: "1-30" }), mesh },
  });
  expect(lines(crossing)).toEqual([expect.stringMatching(/0–5 unknown/)]);
});

test("where all are set alike nothing is told apart", () => {
  expect(setAs({ default: "{}", "1-30": "enableAutoMtls: true" }).served).toBeUndefined();
});
