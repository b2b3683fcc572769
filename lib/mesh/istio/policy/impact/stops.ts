/** The proxies that decide about calls, found once each, and whom they see. */
import type { Workload } from "#lib/inventory/model.ts";
import { GATEWAY_API } from "../kinds.ts";
import type { EnforcementPoint } from "../meaning/authorization/attached.ts";
import type { CallFacts } from "../meaning/authorization/facts.ts";
import type { Reader } from "../meaning/authorization/rules.ts";
import { proxiesOf } from "../meaning/effective/pod-waypoint.ts";
import { namespaceOf } from "../routing/json.ts";
import type { Stop } from "./admission.ts";
import type { ObservedCall } from "./calls.ts";
import type { ImpactWorld, Side } from "./sides.ts";
import { GATEWAY, type Place } from "./waypoints.ts";

const points = new WeakMap<ImpactWorld, Map<string, EnforcementPoint>>();

/** The same object for the same place, so that what counts there is found once. */
function once(world: ImpactWorld, key: string, make: () => EnforcementPoint): EnforcementPoint {
  const known = points.get(world) ?? new Map<string, EnforcementPoint>();
  points.set(world, known);
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

/** The proxy before a workload, by its data plane; null: none that is looked at here. */
export function serverPoint({ namespace, name, labels, dataplane }: Workload, world: ImpactWorld) {
  const at = `${namespace}/${name}`;
  if (dataplane === "gateway") return once(world, `gateway ${at}`, () => gatewayPoint({ namespace, labels }));
  if (dataplane === "sidecar") return once(world, `sidecar ${at}`, () => ({ kind: "sidecar", namespace, labels }));
  if (dataplane !== "ambient") return null;
  return once(world, `ztunnel ${at}`, () => ({ kind: "ztunnel", namespace, labels }));
}

/** Where a gateway's policies count. */
export function gatewayPoint({ namespace, labels }: Pick<Workload, "namespace" | "labels">): EnforcementPoint {
  const gateway = labels[`${GATEWAY_API}/gateway-name`];
  return { kind: "gateway", namespace, labels, ...(gateway === undefined ? {} : { gateway }) };
}

export const waypointPoint = ({ namespace, name }: Place, service: Place, world: ImpactWorld): EnforcementPoint =>
  once(world, `waypoint ${namespace}/${name} ${service.namespace}/${service.name}`, () => ({
    kind: "waypoint",
    namespace,
    gateway: name,
    services: [service],
    entries: [],
  }));

/** A way past proxies to one workload. */
export interface Passage {
  readonly service: Place | null;
  /** The waypoint that it comes through; null: none. */
  readonly place: Place | null;
  readonly server: Workload;
  /** How requests are read, where they are. */
  readonly reader: "http" | "tcp";
  /** Who comes to the waypoint, and to the server; as CallFacts have it. */
  readonly who: { readonly atWaypoint: CallFacts["principal"]; readonly atServer: CallFacts["principal"] };
  /** The workload's; null: not known. */
  readonly port: number | null;
  /** What is known of the requests there. */
  readonly sent?: { readonly atWaypoint?: CallFacts; readonly atServer?: CallFacts };
}

/** In the order in which a call passes them. Which port a waypoint's filters compare with isn't worked out. */
export function stopsOf(passage: Passage, world: ImpactWorld): readonly Stop[] {
  const { service, place, server, reader, who, port, sent = {} } = passage;
  const last = serverPoint(server, world);
  const stops: Stop[] = [];
  if (place !== null && service !== null) {
    const facts = { ...factsOf(reader, who.atWaypoint, null), ...sent.atWaypoint };
    stops.push({ point: waypointPoint(place, service, world), reader, facts });
  }
  if (last !== null) {
    const how = last.kind === "ztunnel" ? "ztunnel" : reader;
    stops.push({ point: last, reader: how, facts: { ...factsOf(how, who.atServer, port), ...sent.atServer } });
  }
  return stops;
}

const factsOf = (reader: Reader, principal: CallFacts["principal"], port: number | null): CallFacts => ({
  ...(reader === "ztunnel" ? {} : { protocol: reader }),
  ...(principal === undefined ? {} : { principal }),
  ...(port === null ? {} : { port }),
});

/** Whom a workload's certificate names, in the callers' trust domain; undefined: not known. */
export function accountOf(
  workload: Pick<Workload, "namespace" | "serviceAccounts"> | undefined,
  { callers }: Pick<ObservedCall, "callers">,
  { mesh }: Pick<ImpactWorld, "mesh">,
): string | undefined {
  const [account, ...more] = workload?.serviceAccounts ?? [];
  if (workload === undefined || account === undefined || more.length > 0) return undefined;
  const [caller = mesh?.trustDomains?.[0] ?? "cluster.local"] = callers.keys();
  const domain = caller.replace(/^spiffe:\/\//, "").split("/", 1)[0];
  return `${domain}/ns/${workload.namespace}/sa/${account}`;
}

const ACCOUNT = "gateway.istio.io/service-account";

/**
 * A waypoint's own: its pods run as one account, of the callers' trust domain. One that doesn't run yet gets what istiod gives it.
 * (configureIstioGateway in istiod's pilot/pkg/config/kube/gateway/deploymentcontroller.go)
 */
export function waypointIdentity(
  place: Place,
  call: Pick<ObservedCall, "callers">,
  side: Pick<Side, "inventory" | "objects">,
  world: Pick<ImpactWorld, "mesh">,
): string | undefined {
  const runs = runningAs(place, side);
  return runs === undefined ? undefined : accountOf(runs, call, world);
}

type Runs = Pick<Workload, "namespace" | "serviceAccounts"> | undefined;

const running = new WeakMap<Pick<Side, "inventory" | "objects">, Map<string, Runs>>();

/** Once for each waypoint and side; undefined: not known. */
function runningAs(place: Place, side: Pick<Side, "inventory" | "objects">): Runs {
  const known = running.get(side) ?? new Map<string, Runs>();
  running.set(side, known);
  const key = `${place.namespace}/${place.name}`;
  const found = known.has(key) ? known.get(key) : findRuns(place, side);
  known.set(key, found);
  return found;
}

function findRuns(place: Place, { inventory, objects }: Pick<Side, "inventory" | "objects">): Runs {
  const [proxy, ...others] = proxiesOf(place, { inventory });
  const found = proxy ?? inventory.workloads.get(`${place.namespace}/${place.name}`);
  if (found !== undefined) return others.length > 0 ? undefined : found;
  const gateway = objects(GATEWAY).find(
    (each) => namespaceOf(each) === place.namespace && each.metadata.name === place.name,
  );
  if (gateway === undefined) return undefined;
  const account = gateway.metadata.annotations?.[ACCOUNT] ?? place.name;
  return { namespace: place.namespace, serviceAccounts: [account] };
}
