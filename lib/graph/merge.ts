/**
 * From what adapters observed to one graph: doubles between sources counted once, ambient's two hops folded to one, a
 * headline observer chosen for each edge, the inventory joined. All decisions about who is believed are here and in
 * headline.ts; docs/numbers.md states them.
 */
import type { Inventory } from "#lib/inventory/model.ts";
import type { Seconds, UnixSeconds } from "#lib/units.ts";
import { type Below, foldAmbient } from "./ambient.ts";
import { combine, combineEvidence } from "./combine.ts";
import { atZtunnel, callersOf, headlineOf, mtlsOf, principalsOf } from "./headline.ts";
import { connectionHealth, type HealthRules, worse } from "./health.ts";
import { endpointIds, isLive, weightOf } from "./measure.ts";
import type { HealthState, Observer } from "./model.ts";
import { buildNodes } from "./nodes.ts";
import type { EdgeObservation, Endpoint, PodReport } from "./observation.ts";
import type { ErrorRule } from "./outcome.ts";
import type { Evidence, Hop, WorkloadGraph } from "./workload-graph.ts";

export interface MergeInput {
  /** One for each (source, mesh). */
  readonly decoded: readonly {
    readonly observations: readonly EdgeObservation[];
    readonly pods: readonly PodReport[];
  }[];
  readonly inventory: Inventory;
  readonly window: Seconds;
  readonly at: UnixSeconds;
  readonly health: HealthRules;
  readonly errorRate: ErrorRule;
  /** `all` keeps edges that are known but carried nothing within the window. */
  readonly edges: "live" | "all";
  /** Of which clusters all telemetry was read; without it, of all. Where nothing was measured nobody is called idle. */
  readonly measured?: (cluster: string) => boolean;
  /** `at` is long ago: what the inventory says was made since is not drawn. */
  readonly past?: boolean;
}

/** The workload-level graph. Cost: linear in observations and workloads, but for the sort of the results. */
export function mergeGraph(input: MergeInput): WorkloadGraph {
  const idOf = endpointIds();
  const waypoints = waypointTest(input);
  const unique = countOnce(input.decoded, idOf);
  // Other meshes' calls go through none of Istio's proxies as far as they tell: nothing is folded into them.
  const others = unique.filter(isOther);
  const meshes = others.length === 0 ? unique : unique.filter((o) => !isOther(o));
  const { observations: folded, below, passed } = foldAmbient(meshes, idOf, waypoints(meshes, idOf));
  const observations = others.length === 0 ? folded : [...folded, ...others];

  const edges = new Map<string, EdgeObservation[]>();
  for (const o of observations) {
    const key = `${idOf(o.source)}>${idOf(o.destination)}>${o.protocol}`;
    const list = edges.get(key);
    if (list === undefined) edges.set(key, [o]);
    else list.push(o);
  }

  const hops: Hop[] = [];
  const ends = new Map<string, Endpoint>();
  for (const key of [...edges.keys()].sort()) {
    const list = edges.get(key) ?? [];
    const seen = passed.get(key);
    for (const hop of hopsOf(list, below.get(key), idOf)) {
      if (!hop.live && input.edges === "live") continue;
      const waypoint = hop.evidence.has("waypoint") ? (seen ?? waypointOf(hop, list, input.inventory)) : null;
      if (waypoint !== null && !ends.has(idOf(waypoint))) ends.set(idOf(waypoint), waypoint);
      hops.push({ ...hop, waypoint: waypoint && idOf(waypoint) });
    }
    for (const o of list) {
      for (const end of [o.source, o.destination]) {
        const id = idOf(end);
        const known = ends.get(id);
        if (known === undefined || (known.version === null && end.version !== null)) ends.set(id, end);
      }
    }
  }
  const { inventory, window, at, health, errorRate, measured = () => true, past = false } = input;
  const pods = input.decoded.flatMap((d) => d.pods);
  const nodes = buildNodes({ hops, ends, inventory, pods, health, at, measured, past });
  // Which services there were then nobody knows.
  const services = past ? [] : servicesOf(inventory, measured);
  return { at, window, nodes, hops, services, health, errorRate };
}

const isOther = ({ observer }: EdgeObservation): boolean => observer === "extension";

/** As with workloads: silent services of the rest of the cluster are nobody's loss, and unmeasured ones aren't idle. */
function servicesOf(inventory: Inventory, measured: (cluster: string) => boolean): WorkloadGraph["services"] {
  return [...inventory.values()].flatMap(({ cluster, namespaces, services }) =>
    [...services.values()].flatMap(({ namespace, name, externalName }) => {
      const enrolled = (namespaces.get(namespace)?.dataplane ?? "none") !== "none";
      return enrolled && externalName === undefined && measured(cluster) ? [{ cluster, namespace, name }] : [];
    }),
  );
}

/** Two Prometheis that hold the same series say the same thing twice: of equal records the larger counts, alone. */
function countOnce(decoded: MergeInput["decoded"], idOf: (end: Endpoint) => string): readonly EdgeObservation[] {
  // One source doesn't repeat itself, and what it says in several records is summed where hops are made.
  const [only] = decoded;
  if (decoded.length === 1 && only !== undefined) return only.observations;
  const best = new Map<string, EdgeObservation>();
  const numbers = new Map<string, number>();
  /** Ids are long and observations many: keys are made of numbers that stand for them. */
  const numberOf = (end: Endpoint) => {
    const id = idOf(end);
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  };
  for (const { observations } of decoded) {
    const own = new Map<string, EdgeObservation>();
    for (const o of observations) {
      const { service, serviceNamespace, namespace } = o.destination;
      const called = service === null ? "" : `${serviceNamespace ?? namespace ?? ""}/${service}`;
      const key = `${numberOf(o.source)} ${numberOf(o.destination)} ${o.protocol} ${o.observer} ${o.side ?? ""} ${o.extension ?? ""} ${called}`;
      const known = own.get(key);
      own.set(key, known === undefined ? o : combine(known, o));
    }
    for (const [key, o] of own) {
      const known = best.get(key);
      if (known === undefined || weightOf(o) > weightOf(known)) best.set(key, o);
    }
  }
  return [...best.values()];
}

/** Waypoints by the inventory, else by what the adapter made of the telemetry. */
function waypointTest({ inventory }: MergeInput) {
  return (observations: readonly EdgeObservation[], idOf: (end: Endpoint) => string) => {
    const known = new Set<string>();
    for (const o of observations) {
      for (const end of [o.source, o.destination]) {
        if (end.workload === null || end.namespace === null) continue;
        const workload = inventory.get(end.cluster)?.workloads.get(`${end.namespace}/${end.workload}`);
        if ((workload?.dataplane ?? end.dataplane) === "waypoint") known.add(idOf(end));
      }
    }
    return (id: string) => known.has(id);
  };
}

/** Where no ztunnel tells: the waypoint that the labels of the service, else of its namespace, ask for, if it is there. */
function waypointOf(
  { service }: Omit<Hop, "waypoint">,
  [first]: readonly EdgeObservation[],
  all: Inventory,
): Endpoint | null {
  const cluster = service === null ? undefined : first?.destination.cluster;
  const known = cluster === undefined ? undefined : all.get(cluster);
  if (service === null || cluster === undefined || known === undefined) return null;
  const own = known.services.get(`${service.namespace}/${service.name}`)?.waypoint;
  const labels = known.namespaces.get(service.namespace)?.labels ?? {};
  const name = own === undefined ? labels["istio.io/use-waypoint"] : own.name;
  const at = (own === undefined ? labels["istio.io/use-waypoint-namespace"] : own.namespace) ?? service.namespace;
  const workload = name === undefined ? undefined : known.workloads.get(`${at}/${name}`);
  if (workload?.dataplane !== "waypoint") return null;
  const { namespace, app, version } = workload;
  return {
    cluster,
    namespace,
    workload: workload.name,
    app,
    version,
    service: null,
    external: null,
    dataplane: "waypoint",
  };
}

function serviceOf(o: EdgeObservation): Hop["service"] {
  const { service, namespace, serviceNamespace } = o.destination;
  const home = serviceNamespace ?? namespace;
  return service === null || home === null ? null : { namespace: home, name: service };
}

/** One edge's hops, one for each service that any observer saw; the first has what can't be told apart by service. */
function hopsOf(
  list: readonly EdgeObservation[],
  below: Below | undefined,
  idOf: (end: Endpoint) => string,
): Omit<Hop, "waypoint">[] {
  const [first] = list;
  if (first === undefined) return [];
  const lower = below?.evidence ?? [];
  const everyone = [...list, ...lower];
  const chosen = new Set(headlineOf(first.protocol, list));
  const [lead = first] = chosen;
  const shared = {
    source: idOf(first.source),
    target: idOf(first.destination),
    protocol: first.protocol,
    mesh: lead.mesh,
    layer: lead.layer,
    observer: lead.observer,
    extensions: extensionsOf(list),
    mtls: mtlsOf(everyone),
    principals: principalsOf(everyone),
    callers: callersOf(everyone),
    below: belowState(below),
    live: everyone.some(isLive),
  };
  const byService = new Map<string, EdgeObservation[]>();
  for (const o of list) {
    const service = serviceOf(o);
    const key = service === null ? "" : `${service.namespace}/${service.name}`;
    const group = byService.get(key);
    if (group === undefined) byService.set(key, [o]);
    else group.push(o);
  }
  return [...byService.keys()].sort().map((key, i) => {
    const group = byService.get(key) ?? [];
    const leading = group.filter((o) => chosen.has(o));
    const headline = leading.length === 0 ? null : leading.reduce(combine);
    return {
      ...shared,
      service: group[0] === undefined ? null : serviceOf(group[0]),
      headline,
      evidence: evidenceOf(i === 0 ? [...group, ...lower] : group),
      ...(i === 0 ? atZtunnel(first, list, lower, idOf) : {}),
    };
  });
}

const NONE: readonly string[] = [];

function extensionsOf(list: readonly EdgeObservation[]): readonly string[] {
  const told = list.flatMap(({ extension }) => extension ?? NONE);
  return told.length === 0 ? NONE : [...new Set(told)].sort();
}

/** What each observer counted. A ztunnel at each end counted the same connections: the client's stands for both. */
function evidenceOf(list: readonly EdgeObservation[]): ReadonlyMap<Observer, Evidence> {
  const evidence = new Map<Observer, Evidence>();
  const clients = list.some((o) => o.observer === "ztunnel" && o.side === "client");
  for (const o of list) {
    if (o.observer === "ztunnel" && clients && o.side !== "client") continue;
    const known = evidence.get(o.observer);
    evidence.set(o.observer, known === undefined ? o : combineEvidence(known, o));
  }
  return evidence;
}

function belowState(below: Below | undefined): HealthState {
  let state: HealthState = "unknown";
  for (const { connections, bytes } of below?.colours ?? []) {
    if (connections === null) continue;
    const { opened, failed, open } = connections;
    state = worse(
      state,
      connectionHealth({ opened, failed, open, bytes: (bytes?.sent ?? 0) + (bytes?.received ?? 0) }),
    );
  }
  return state;
}
