/** An ambient namespace with a waypoint, for tests of what puts calls behind one. */
import type { Dataplane } from "#lib/graph/model.ts";
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../world.test-support.ts";
import type { ObservedCall } from "./calls.ts";
import { byPlace, call, impact, inventory, object, service, spec, turned, workload } from "./impact.test-support.ts";
import type { Change, ImpactWorld } from "./sides.ts";

const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
const POD = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
const proxy = (place: string, pods: Workload["pods"] = [POD]): Workload => ({
  ...workload(place, "waypoint", { [GATEWAY_NAME]: place.split("/")[1] ?? "" }),
  pods,
});

/** Nobody's part of the mesh itself. */
export const free = (each: Workload): Workload => (each.dataplane === "none" ? { ...each, mesh: null } : each);

/** vault: keys and reader in ambient, and waypoint door; away: waypoint far; shop: web with a sidecar; edge: a gateway. */
export const here = (more: readonly Workload[] = [], dataplane: Dataplane = "ambient"): ClusterInventory => ({
  ...inventory,
  workloads: byPlace([
    ...inventory.workloads.values(),
    ...[free(workload("vault/keys", dataplane)), free(workload("vault/reader", dataplane))],
    ...[proxy("vault/door"), proxy("away/far"), ...more],
  ]),
  services: byPlace([
    ...inventory.services.values(),
    service("vault/keys", ["keys"]),
    service("vault/db", ["keys"], [5432], "tcp"),
  ]),
});

export const KEYS = { namespace: "vault", name: "keys" };
/** As a ztunnel measures it. */
export const seen = (from: string, rate = 10, more: Partial<ObservedCall> = {}): ObservedCall =>
  call(from, "vault/keys", rate, { service: KEYS, protocol: "tcp", ...more });
export const READER = seen("vault/reader");
export const THROUGH = seen("vault/reader", 10, { protocol: "http", viaWaypoint: true });

export const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): Manifest => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
export const AMBIENT = { "istio.io/dataplane-mode": "ambient" };
export const BEHIND = { ...AMBIENT, "istio.io/use-waypoint": "door" };
export const enrolled = turned(namespace("vault", AMBIENT), namespace("vault", BEHIND));
export const released = turned(namespace("vault", BEHIND), namespace("vault", AMBIENT));

export const waypoint = (
  place = "vault/door",
  more: { readonly labels?: Readonly<Record<string, string>>; readonly from?: string } = {},
): Manifest => {
  const routes = more.from === undefined ? "" : `, allowedRoutes: {namespaces: {from: ${more.from}}}`;
  const text = `gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE${routes}}]`;
  const made = policy("Gateway", place, spec(text), "gateway.networking.k8s.io");
  return { ...made, metadata: { ...made.metadata, ...(more.labels === undefined ? {} : { labels: more.labels }) } };
};
export const DOOR = waypoint();
export const allow = (principal: string, name = "a") =>
  object(
    "AuthorizationPolicy",
    `vault/${name}`,
    `selector: {matchLabels: {app: keys}}, rules: [{from: [{source: {principals: [${principal}]}}]}]`,
  );
export const BY_READER = allow("cluster.local/ns/vault/sa/reader");
export const BY_DOOR = allow("cluster.local/ns/vault/sa/door");
export const target = (text: string, name = "t") =>
  object("AuthorizationPolicy", `vault/${name}`, `targetRefs: [{kind: Service, group: '', name: keys}], ${text}`);

export const of = (
  changes: readonly Change[],
  calls: readonly ObservedCall[],
  objects: readonly Manifest[] = [],
  more: Partial<ImpactWorld> = {},
) => impact(changes, calls, objects, { inventory: here(), ...more });
export const PAIR = "vault/reader > vault/keys";
