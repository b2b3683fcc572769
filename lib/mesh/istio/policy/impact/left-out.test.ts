/** Calls that are easily left out: to hosts that nobody declares, to servers that aren't the cluster's, to a waypoint, of other clusters. */
import { describe, expect, test } from "vitest";
import { nodeId } from "#lib/graph/id.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObservedCall } from "./calls.ts";
import {
  call,
  gone,
  impact,
  inventory,
  lines,
  made,
  meshWith,
  object,
  turned,
  worldOf,
} from "./impact.test-support.ts";
import { propose } from "./propose.ts";
import { BEHIND, here, waypoint } from "./waypoints.test-support.ts";

const NOBODY = { cluster: "west", dataplane: "ambient", revision: null } as const;
const sidecar = (mode: string) => object("Sidecar", "shop/default", `outboundTrafficPolicy: {mode: ${mode}}`);
const mesh = meshWith({ registryOnly: false });
const UNDECLARED = call("shop/web", "api.other.example", 7, { mtls: { share: null, basis: "unknown" } });
const WHERE = "shop/web > api.other.example";

describe("hosts that no ServiceEntry declares", () => {
  test("are cut off by REGISTRY_ONLY, and let through by ALLOW_ANY", () => {
    expect(lines(impact([made(sidecar("REGISTRY_ONLY"))], [UNDECLARED], [], { mesh }))).toEqual([
      `unreachable 7 certain ${WHERE} by default spec.outboundTrafficPolicy`,
    ]);
    expect(lines(impact([turned(sidecar("REGISTRY_ONLY"), sidecar("ALLOW_ANY"))], [UNDECLARED], [], { mesh }))).toEqual(
      [`allowed 7 certain ${WHERE} by default spec.outboundTrafficPolicy`],
    );
  });
  test("what isn’t known of the mesh’s own policy stays open", () => {
    expect(lines(impact([gone(sidecar("REGISTRY_ONLY"))], [UNDECLARED], [], { mesh: meshWith({}) }))).toEqual([
      `allowed 0–7 unknown ${WHERE} by default spec.outboundTrafficPolicy: the mesh’s outboundTrafficPolicy`,
    ]);
  });
  test("a rule for the host takes them", () => {
    const rule = object(
      "VirtualService",
      "shop/o",
      "hosts: [api.other.example], http: [{route: [{destination: {host: nobody.shop.svc.cluster.local}}]}]",
    );
    expect(lines(impact([made(rule)], [UNDECLARED], [], { mesh }))).toEqual([
      `unreachable 7 certain ${WHERE} by o spec.http[0]`,
    ]);
  });
});

const away = (one: ObservedCall): ObservedCall => {
  const target = { ...one.target, cluster: "east" };
  return { ...one, target, ids: { ...one.ids, target: nodeId(target) } };
};
const tls = (host: string, mode: string): Manifest =>
  object("DestinationRule", "shop/t", `host: ${host}, trafficPolicy: {tls: {mode: ${mode}}}`);

describe("TLS that a DestinationRule sends to servers of which nothing is known", () => {
  test("outside the mesh", () => {
    const calls = [call("shop/web", "api.card.example", 5, { mtls: { share: null, basis: "unknown" } })];
    expect(lines(impact([made(tls("api.card.example", "SIMPLE"))], calls, [], { mesh }))).toEqual([
      "breaks 0–5 unknown shop/web > api.card.example by t spec.trafficPolicy.tls: what its server takes",
    ]);
    const other = made(object("DestinationRule", "shop/t", "host: api.card.example, trafficPolicy: {}"));
    expect(lines(impact([other], calls, [], { mesh }))).toEqual([]);
  });
  test("in another cluster", () => {
    const host = "reviews.shop.svc.cluster.local";
    const found = lines(
      impact([made(tls(host, "DISABLE"))], [away(call("shop/web", "shop/reviews-v1", 5))], [], { mesh }),
    );
    expect(found).toEqual([
      expect.stringMatching(
        /^breaks 0–5 unknown shop\/web > east\/.*reviews-v1 by t spec.trafficPolicy.tls: what its server takes/,
      ),
      expect.stringMatching(
        /^loses-mtls 0–5 unknown shop\/web > east\/.*reviews-v1 by t .*: whether it stays mutual TLS/,
      ),
    ]);
  });
});

test("what a waypoint that doesn’t report takes isn’t safe from its policies", () => {
  const deny = made(
    object("AuthorizationPolicy", "shop/w", "targetRefs: [{kind: Service, name: cart}], action: DENY, rules: [{}]"),
  );
  const calls = [call("shop/web", "shop/door", 4, { protocol: "tcp", service: { namespace: "shop", name: "cart" } })];
  expect(lines(impact([deny], calls, [], { mesh }))).toEqual([
    "denied 0–4 unknown shop/web > shop/door: what the waypoint, of which no metrics tell, does with it",
  ]);
});

test("clients of other clusters may follow this cluster’s objects: a gap", () => {
  const own = call("shop/web", "shop/reviews-v1", 5);
  const source = { ...own.source, cluster: "east" };
  const calls = [{ ...own, source, ids: { ...own.ids, source: nodeId(source) } }];
  const rule = made(
    object("VirtualService", "shop/r", "hosts: [reviews], http: [{route: [{destination: {host: nobody}}]}]"),
  );
  expect(impact([rule], calls, [], { mesh }).gaps.map(({ what }) => what)).toEqual([
    "calls of clients in other clusters, whose proxies may follow this cluster’s objects",
  ]);
  expect(impact([rule], [own], [], { mesh }).gaps).toEqual([]);
});

test("to deny by default a workload of which most pods have no proxy is one with a proxy", () => {
  const pod = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
  const bare = { ...pod, reports: false, unmeshed: true } as const;
  const ledger = inventory.workloads.get("bank/ledger");
  if (ledger === undefined) throw new Error("no ledger");
  const partly = { ...ledger, dataplane: "none", mesh: null, pods: [pod, bare, { ...bare, name: "r" }] } as const;
  const world = worldOf([], {
    inventory: { ...inventory, workloads: new Map([...inventory.workloads, ["bank/ledger", partly]]) },
  });
  const { policies } = propose({
    namespace: "bank",
    calls: [call("bank/teller", "bank/ledger", 4)],
    visible: () => true,
    world,
  });
  expect(policies.map(({ of, point }) => [of.name, point])).toEqual([["ledger", "sidecar"]]);
});

test("a waypoint that goes concerns ServiceEntries and pods’ own addresses of who asks for it: gaps", () => {
  const door = waypoint("vault/door");
  const asks = here();
  const namespaces = new Map([
    ...asks.namespaces,
    ...[["vault", { ...NOBODY, name: "vault", labels: BEHIND }] as const],
  ]);
  const entry = object("ServiceEntry", "vault/pay", "hosts: [pay.example]");
  const calls = [{ ...call("vault/reader", "vault/keys", 3), service: null }];
  const found = (changed: Manifest) =>
    impact([gone(changed)], calls, [entry], { mesh, inventory: { ...asks, namespaces } }).gaps.map(({ what }) => what);
  expect(found(door)).toEqual(
    expect.arrayContaining([
      "calls to hosts of ServiceEntries that a waypoint takes",
      "calls to pods’ own addresses, which a waypoint takes where it is for workloads",
    ]),
  );
  const other = found(waypoint("away/far"));
  expect(other.filter((each) => /ServiceEntries that a waypoint|own addresses/.test(each))).toEqual([]);
});
