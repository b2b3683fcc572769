/** Small worlds that single requests are asked of. */
import { CAPTURE } from "#lib/inventory/capture-notes.ts";
import type { ClusterInventory, PodRef, Service, Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Simulation, SimulationQuestion } from "#lib/policy/simulation.ts";
import { unixSeconds } from "#lib/units.ts";
import type { SecurityWorld } from "./sight.ts";
import { simulate } from "./simulate.ts";

export const pod = (name: string, more: Partial<PodRef> = {}): PodRef => ({
  ...{ name, ip: null, ready: true, phase: "Running", reports: true, ...more },
});
export const bare = (name: string): PodRef => pod(name, { unmeshed: true, reports: false });

export type Notes = { readonly [key in keyof typeof CAPTURE]?: string };
export const notes = (given: Notes): Workload["annotations"] =>
  Object.fromEntries(Object.entries(given).map(([key, value]) => [CAPTURE[key as keyof Notes], value]));

export const workload = (name: string, more: Partial<Workload> = {}): Workload => ({
  ...{ cluster: "west", namespace: "shop", name, kind: "Deployment", app: name, version: null, mesh: "istio" },
  ...{ dataplane: "sidecar", serviceAccounts: [name], labels: { app: name }, annotations: {}, services: [] },
  ...{ goneAt: null, createdAt: null, pods: [pod(`${name}-1`)], ...more },
});

const service = (name: string, more: Partial<Service> = {}): Service => ({
  ...{ cluster: "west", namespace: "shop", name, selector: { app: name }, headless: false, workloads: [name] },
  ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null, targetPort: 8080 }],
  ...more,
});

export const object = (kind: string, spec: object, group = "security", name = "it"): Manifest => ({
  ...{ apiVersion: `${group}.istio.io/v1`, kind, spec: spec as never },
  metadata: { namespace: "shop", name, creationTimestamp: "2026-01-01T00:00:00Z" },
});
export const STRICT = object("PeerAuthentication", { mtls: { mode: "STRICT" } });
export const DENY = object("AuthorizationPolicy", { action: "DENY", rules: [{}] });
export const tlsMode = (mode: string): Manifest =>
  object("DestinationRule", { host: "api.shop.svc.cluster.local", trafficPolicy: { tls: { mode } } }, "networking");

export interface Given {
  readonly objects?: readonly Manifest[];
  readonly web?: Partial<Workload>;
  readonly api?: Partial<Workload>;
  readonly service?: Partial<Service>;
  readonly sees?: (manifest: Manifest) => boolean;
}

export function worldOf({ objects = [], web, api, service: more, sees = () => true }: Given): SecurityWorld {
  const byKey = <T extends { readonly namespace: string; readonly name: string }>(items: readonly T[]) =>
    new Map(items.map((item) => [`${item.namespace}/${item.name}`, item]));
  const inventory: ClusterInventory = {
    ...{ cluster: "west", asOf: unixSeconds(1_700_000_000), namespaces: new Map(), externalHosts: [], unread: [] },
    workloadByIp: new Map(),
    workloads: byKey([workload("web", web), workload("api", { services: ["api"], ...api })]),
    services: byKey([service("api", more)]),
  };
  return {
    ...{ cluster: "west", rootNamespace: "istio-system", inventory, sees, unread: () => null },
    objects: (kind) => objects.filter((each) => manifestKindKey(each) === kind),
  };
}

export const OUTSIDE: Partial<SimulationQuestion> = { client: { kind: "outside" } };

/** A request of shop/web to shop/api, where nothing else is asked. */
export function ask(given: Given, more: Partial<SimulationQuestion> = {}): Simulation {
  const world = worldOf(given);
  const api = world.inventory.services.get("shop/api");
  if (api === undefined) throw new Error("no service");
  return simulate(
    {
      ...{ client: { kind: "workload", namespace: "shop", name: "web" }, service: { namespace: "shop", name: "api" } },
      ...{ port: 80, method: "GET", path: "/a", host: "api", headers: {}, token: "none", autoMtls: true, ...more },
    },
    api,
    world,
  );
}

/** Verdict, each step, and what is lacking. */
export const said = ({ verdict, steps, lacks }: Simulation): string =>
  [verdict, ...steps.map(({ title, verdict: own, text }) => `${title} = ${own}: ${text}`), ...lacks].join("\n");
