/**
 * One hop for what ambient shows as two. The client's ztunnel sees client → waypoint, the backend's waypoint → backend,
 * and the waypoint itself client → backend with codes and latency. They are the same calls: the waypoint's record is the
 * edge, and what the ztunnels counted below it is evidence, never a second edge and never added (docs/numbers.md,
 * "Ambient"). https://istio.io/latest/docs/ambient/architecture/data-plane/
 */
import { compareIds } from "./id.ts";
import { weightOf } from "./measure.ts";
import type { EdgeObservation, Endpoint } from "./observation.ts";

export interface Folded {
  /** What is drawn: observations between the real ends. */
  readonly observations: readonly EdgeObservation[];
  /** By `source>target>protocol` of an edge: what ztunnels counted on the same connections. */
  readonly below: ReadonlyMap<string, Below>;
  /** By `source>target>protocol` of an edge: the waypoint that its calls were seen to pass. */
  readonly passed: ReadonlyMap<string, Endpoint>;
}

export interface Below {
  /** Numbers that belong to this edge. Where one connection carried calls to several targets, the busiest has them. */
  readonly evidence: readonly EdgeObservation[];
  /** All that ran below it, for colour: a refused connection concerns every target behind it. */
  readonly colours: readonly EdgeObservation[];
}

type Ids = (end: Endpoint) => string;

const serviceOf = (end: Endpoint) =>
  end.service === null ? null : `${end.serviceNamespace ?? end.namespace ?? ""}/${end.service}`;

/** An upper edge that connections below may belong to. */
interface Upper {
  readonly key: string;
  weight: number;
}

class Index {
  readonly #byKey = new Map<string, Map<string, Upper>>();

  add(key: string, o: EdgeObservation, edge: string): void {
    let uppers = this.#byKey.get(key);
    if (uppers === undefined) {
      uppers = new Map();
      this.#byKey.set(key, uppers);
    }
    const upper = uppers.get(edge);
    if (upper === undefined) uppers.set(edge, { key: edge, weight: weightOf(o) });
    else upper.weight = Math.max(upper.weight, weightOf(o));
  }

  find(key: string): readonly Upper[] {
    return [...(this.#byKey.get(key)?.values() ?? [])];
  }
}

/**
 * Folds ztunnel and waypoint records. `isWaypoint` knows waypoints by the inventory; where it can't, a next hop is taken
 * for one if a waypoint reports the same client's calls to the same service at another target. Cost: linear.
 */
export function foldAmbient(all: readonly EdgeObservation[], idOf: Ids, isWaypoint: (id: string) => boolean): Folded {
  if (!all.some((o) => o.observer === "ztunnel" || isWaypoint(idOf(o.destination)))) {
    return { observations: all, below: new Map(), passed: new Map() };
  }
  const bySourceAndService = new Index();
  const byPair = new Index();
  const bySource = new Index();
  const byTarget = new Index();
  for (const o of all) {
    if (o.observer === "ztunnel" || (o.layer === "l4" && o.observer !== "waypoint")) continue;
    const [source, target] = [idOf(o.source), idOf(o.destination)];
    if (isWaypoint(target) || isWaypoint(source)) continue;
    const edge = `${source}>${target}>${o.protocol}`;
    byPair.add(`${source}>${target}`, o, edge);
    if (o.observer === "waypoint") {
      byTarget.add(target, o, edge);
      bySource.add(source, o, edge);
    }
    const service = serviceOf(o.destination);
    if (service !== null && o.observer !== "destination") bySourceAndService.add(`${source}>${service}`, o, edge);
  }

  const evidence = new Map<string, EdgeObservation[]>();
  const colours = new Map<string, EdgeObservation[]>();
  const attach = (uppers: readonly Upper[], o: EdgeObservation) => {
    const [busiest] = uppers.toSorted((a, b) => b.weight - a.weight || compareIds(a.key, b.key));
    for (const { key } of uppers) append(colours, key, o);
    if (busiest !== undefined) append(evidence, busiest.key, o);
  };

  const via = (source: string, service: string | null) =>
    service === null ? bySource.find(source) : bySourceAndService.find(`${source}>${service}`);
  const inferred = new Set<string>();
  for (const o of all) {
    const service = serviceOf(o.destination);
    if (o.observer !== "ztunnel" || o.side !== "client" || service === null) continue;
    const [source, target] = [idOf(o.source), idOf(o.destination)];
    if (byPair.find(`${source}>${target}`).length === 0 && via(source, service).length > 0) inferred.add(target);
  }
  const relays = (id: string) => isWaypoint(id) || inferred.has(id);

  const passed = new Map<string, Endpoint>();
  const pass = (uppers: readonly Upper[], waypoint: Endpoint) => {
    for (const { key } of uppers) if (!passed.has(key)) passed.set(key, waypoint);
  };
  const observations: EdgeObservation[] = [];
  for (const o of all) {
    const [source, target] = [idOf(o.source), idOf(o.destination)];
    if (o.observer !== "ztunnel" && !relays(target)) {
      observations.push(o);
      continue;
    }
    const service = serviceOf(o.destination);
    const viaService = via(source, service);
    const direct = byPair.find(`${source}>${target}`);
    if (relays(target)) {
      // A client's own L7 record of the way to a waypoint repeats what the waypoint says with the real target.
      if (viaService.length > 0) {
        pass(viaService, { ...o.destination, dataplane: "waypoint" });
        if (o.observer === "ztunnel") attach(viaService, o);
      } else observations.push(service === null ? o : { ...o, destination: serviceEnd(o.destination) });
    } else if (relays(source)) {
      const uppers = byTarget.find(target);
      if (uppers.length > 0) attach(uppers, o);
      else observations.push(o);
    } else if (direct.length > 0) {
      attach(direct, o);
    } else {
      observations.push(o);
    }
  }
  const keys = [...colours.keys()];
  return {
    observations,
    passed,
    below: new Map(keys.map((key) => [key, { evidence: evidence.get(key) ?? [], colours: colours.get(key) ?? [] }])),
  };
}

/** The service behind a waypoint, where calls that no waypoint reports are drawn: they reached no workload we know of. */
function serviceEnd(end: Endpoint): Endpoint {
  const { serviceNamespace, ...rest } = end;
  return {
    ...rest,
    namespace: serviceNamespace ?? end.namespace,
    workload: null,
    app: null,
    version: null,
    dataplane: null,
  };
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
