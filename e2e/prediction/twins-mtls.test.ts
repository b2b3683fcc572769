/**
 * The console's reading of mutual TLS beside the simulator's, which share no code: for any PeerAuthentications and
 * DestinationRules they have to say the same of a client with a sidecar, and of one without.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { KubeObject } from "#lab/kube/object.ts";
import { deployment, INJECTED, istio, namespace, service } from "#lab/scenarios/manifests.ts";
import { connectionTo } from "#lab/sim/connection.ts";
import { createRandom } from "#lab/sim/random.ts";
import { Router } from "#lab/sim/router.ts";
import { stillWorld } from "#lab/sim/still-world.test-support.ts";
import { peerPolicies } from "#lib/mesh/istio/policy/meaning/inbound-mtls.ts";
import { meet } from "#lib/mesh/istio/policy/meaning/outbound-mtls.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";

const ROOT = "istio-system";
const RUNS = 1000;
const HOST = "api.a.svc.cluster.local";

const mode = fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE", "UNSET");
const aged = (object: KubeObject, day: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, creationTimestamp: `2026-01-${String(10 + day)}T00:00:00Z` },
});
const peers = fc
  .uniqueArray(
    fc.record({
      place: fc.constantFrom("a", "a", "b", ROOT),
      selector: fc.constantFrom<object>({}, {}, { selector: { matchLabels: { app: "api" } } }),
      own: fc.option(mode),
      port: fc.option(mode),
      // No two of one age, of which either might be the older.
      day: fc.nat(19),
    }),
    { maxLength: 4, selector: ({ day }) => day },
  )
  .map((all) =>
    all.map(({ place, selector, own, port, day }, i) => {
      const spec = {
        ...selector,
        ...(own !== null && { mtls: { mode: own } }),
        // Only a workload's policy may name ports.
        ...(port !== null && "selector" in selector && { portLevelMtls: { 8080: { mode: port } } }),
      };
      return aged(istio("security", "PeerAuthentication", place, `p${i}`, spec), day);
    }),
  );

const tls = fc.constantFrom<object>(
  ...[{}, {}, { tls: { mode: "DISABLE" } }, { tls: { mode: "ISTIO_MUTUAL" } }, { tls: {} }],
);
const trafficPolicy = fc
  .record({ whole: tls, port: fc.option(fc.tuple(fc.constantFrom(80, 81), tls)) })
  .map(({ whole, port }) => ({
    ...whole,
    ...(port !== null && { portLevelSettings: [{ port: { number: port[0] }, ...port[1] }] }),
  }));
const rules = fc
  .uniqueArray(
    fc.record({
      place: fc.constantFrom("a", "b", ROOT),
      host: fc.constantFrom(HOST, "*.a.svc.cluster.local", "*.svc.cluster.local", "other.a.svc.cluster.local"),
      whole: trafficPolicy,
      subset: trafficPolicy,
    }),
    { maxLength: 4, selector: ({ place, host }) => `${place} ${host}` },
  )
  .map((all) =>
    all.map(({ place, host, whole, subset }, i) => {
      const subsets = [{ name: "v1", labels: { version: "v1" }, trafficPolicy: subset }];
      return istio("networking", "DestinationRule", place, `d${i}`, { host, trafficPolicy: whole, subsets });
    }),
  );

const toSubset = istio("networking", "VirtualService", "b", "api", {
  hosts: [HOST],
  http: [{ route: [{ destination: { host: HOST, subset: "v1" } }] }],
});
const around = [
  ...[namespace(ROOT), namespace("a", INJECTED), namespace("b", INJECTED), service("a", "api")],
  deployment({ namespace: "a", name: "api", version: "v1" }),
  deployment({ namespace: "b", name: "web" }),
  deployment({ namespace: "b", name: "bare", labels: { "sidecar.istio.io/inject": "false" } }),
];

interface Asked {
  readonly objects: readonly KubeObject[];
  readonly client: "web" | "bare";
  readonly subset: boolean;
}

/** null: no rule declares the subset, so that there is no connection at all. */
function simulated({ objects, client, subset }: Asked): string | null {
  const manifests = [...around, ...objects, ...(subset ? [toSubset] : [])];
  const world = stillWorld([{ name: "west-1", nodes: 1, manifests }]);
  const pod = (name: string) => [...world.pods.values()].find(({ identity }) => identity.workload === name);
  const [from, dst] = [pod(client), pod("api")];
  if (from === undefined || dst === undefined) throw new Error("no pods");
  const asked = { host: "api.a", path: "/", method: "GET", headers: {}, port: 80 };
  const router = new Router(world);
  const route =
    client === "web" ? router.http(from, from, asked, createRandom(1, "twins")) : router.direct(from, "api.a");
  if (route.kind !== "service") return null;
  const connection = connectionTo({ world }, from, dst, route, 80);
  return connection === "mtls" || connection === "plain" ? connection : "none";
}

function predicted({ objects, client, subset }: Asked): string {
  const of = (kind: string) =>
    (objects as unknown as readonly Manifest[]).filter((each) => manifestKindKey(each) === kind);
  const { connects, identified } = meet(
    client === "web" ? { namespace: "b", labels: { app: "web" } } : null,
    { host: HOST, namespace: "a", port: 80, subset: subset ? "v1" : null, external: false },
    { namespace: "a", labels: { app: "api", version: "v1" }, dataplane: "sidecar", port: 8080 },
    {
      ...{ objects: of, rootNamespace: ROOT, autoMtls: true },
      peers: peerPolicies(of("PeerAuthentication"), ROOT),
    },
  );
  if (connects === false) return "none";
  return connects === true && typeof identified === "boolean" ? (identified ? "mtls" : "plain") : "unknown";
}

test("say the same of any connection", { timeout: 120_000 }, () => {
  const found: Record<string, number> = { mtls: 0, plain: 0, none: 0 };
  const asked = fc.record({
    objects: fc.tuple(peers, rules).map((both) => both.flat()),
    client: fc.constantFrom<"web" | "bare">("web", "web", "web", "bare"),
    subset: fc.boolean(),
  });
  fc.assert(
    fc.property(asked, (one) => {
      const each = { ...one, subset: one.subset && one.client === "web" };
      const simulation = simulated(each);
      if (simulation === null) return;
      found[simulation] = (found[simulation] ?? 0) + 1;
      expect(predicted(each)).toBe(simulation);
    }),
    { seed: 20_261_127, numRuns: RUNS },
  );
  expect(Math.min(...Object.values(found))).toBeGreaterThan(RUNS / 12);
});
