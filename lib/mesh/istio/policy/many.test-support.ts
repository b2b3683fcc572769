/**
 * A mesh of very many policies whose answers are known by the way it is made, and how often its objects were looked at: work is
 * counted, not timed.
 */
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import type { CheckWorld } from "#lib/policy/finding.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { call } from "./impact/impact.test-support.ts";
import { policy } from "./world.test-support.ts";

/** Services of a namespace. */
const NEAR = 20;
/** Of each service: a VirtualService, a DestinationRule, an AuthorizationPolicy and a PeerAuthentication. */
export const PER_SERVICE = 4;
/** Every so many services the route is a delegate's. */
const DELEGATED = 10;

export const namespaceAt = (i: number): string => `ns-${Math.floor(i / NEAR)}`;
const place = (i: number): string => `${namespaceAt(i)}/s${i}`;

/** Every so many services the route asks for a subset that nobody declares. */
export const isBroken = (i: number): boolean => i % 100 === 3;

/** `services` of them, each called by the next one of its namespace and by the same one of the next namespace. `counts`: looks are counted. */
export function many(services: number, counts = true) {
  let visits = 0;
  const counted = (manifest: Manifest): Manifest => {
    const { spec, metadata } = manifest;
    return Object.defineProperties(
      { ...manifest },
      {
        spec: { enumerable: true, get: () => ((visits += 1), spec) },
        metadata: { enumerable: true, get: () => ((visits += 1), metadata) },
      },
    );
  };
  const all = Array.from({ length: services }, (_, i) => policiesOf(i)).flat();
  const objects = counts ? all.map(counted) : all;
  const byKind = Map.groupBy(objects, manifestKindKey);
  const world = {
    ...{ cluster: "west", rootNamespace: "istio-system", inventory: inventoryOf(services), elsewhere: [] },
    objects: (kind: string) => byKind.get(kind) ?? [],
    sees: () => true,
    unread: () => null,
  };
  const checks: CheckWorld = { ...world, knows: () => true, knowledge: "" };
  const calls = Array.from({ length: services }, (_, i) =>
    [near(i, services), (i + NEAR) % services].map((from) => callTo(from, i)),
  ).flat();
  visits = 0;
  return {
    ...{ world, checks, calls, policies: objects.length },
    /** How often a policy was looked at while something was worked out. */
    visitsOf: <T>(work: () => T): readonly [answer: T, visits: number] => {
      visits = 0;
      const answer = work();
      return [answer, visits];
    },
  };
}

const near = (i: number, services: number): number =>
  i % NEAR === NEAR - 1 || i === services - 1 ? i - (i % NEAR) : i + 1;

function callTo(from: number, to: number) {
  const namespace = namespaceAt(to);
  return call(place(from), place(to), 1, { service: { namespace, name: `s${to}` } });
}

/** The server takes mutual TLS alone, and who calls from its own namespace. */
function policiesOf(i: number): readonly Manifest[] {
  const [namespace, app] = [namespaceAt(i), `s${i}`];
  const selector = { matchLabels: { app } };
  const make = (kind: string, spec: JsonObject, name = app) => policy(kind, `${namespace}/${name}`, spec);
  const http = [{ route: [{ destination: { host: app, subset: isBroken(i) ? "v9" : "v1" } }] }];
  const routed =
    i % DELEGATED === 0
      ? [
          make("VirtualService", { hosts: [app], http: [{ delegate: { name: `${app}-part` } }] }),
          make("VirtualService", { http }, `${app}-part`),
        ]
      : [make("VirtualService", { hosts: [app], http })];
  return [
    ...routed,
    make("DestinationRule", { host: app, subsets: [{ name: "v1", labels: { app } }] }),
    make("AuthorizationPolicy", { selector, rules: [{ from: [{ source: { namespaces: [namespace] } }] }] }),
    make("PeerAuthentication", { selector, mtls: { mode: "STRICT" } }),
  ];
}

function inventoryOf(services: number): ClusterInventory {
  const cluster = "west";
  const made = Array.from({ length: services }, (_, i) => ({ namespace: namespaceAt(i), name: `s${i}` }));
  const pod = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
  const workload = (each: (typeof made)[number]): Workload => ({
    ...{ cluster, ...each, kind: "Deployment", app: each.name, version: null, mesh: "istio", dataplane: "sidecar" },
    ...{ labels: { app: each.name }, serviceAccounts: [each.name], annotations: {}, pods: [pod] },
    ...{ services: [each.name], goneAt: null, createdAt: null },
  });
  const service = (each: (typeof made)[number]): Service => ({
    ...{ cluster, ...each, selector: { app: each.name }, headless: false, workloads: [each.name] },
    ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
  });
  const byPlace = <T>(of: (each: (typeof made)[number]) => T) =>
    new Map(made.map((each) => [`${each.namespace}/${each.name}`, of(each)]));
  const namespaces = [...new Set(made.map(({ namespace }) => namespace))].map((name) => {
    const labels = { "istio-injection": "enabled" };
    return [name, { cluster, name, dataplane: "sidecar", revision: null, labels }] as const;
  });
  return {
    ...{ cluster, asOf: unixSeconds(0), externalHosts: [], workloadByIp: new Map(), unread: [] },
    ...{ workloads: byPlace(workload), services: byPlace(service), namespaces: new Map(namespaces) },
  };
}
