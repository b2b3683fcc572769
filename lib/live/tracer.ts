/**
 * One trace on the graph: holds where it went, and says which nodes and edges of a graph that is. A graph may draw less than
 * the trace knows (groups, another lens, calls through services): what one mark stands for is added up, and what no mark
 * certainly stands for is told as missing, never guessed.
 */
import type { Matches } from "#lib/graph/find/evaluate.ts";
import { clusterId, namespaceId, nodeId, parseNodeId, UNKNOWN } from "#lib/graph/id.ts";
import type { Graph, GraphEdge } from "#lib/graph/model.ts";
import { addCalls, addPlaces, type CallSum, type PlaceSum, type TracePlaces } from "#lib/tracing/view/places.ts";

/** Where a trace went, of one graph. */
export interface Traced {
  /** Grows whenever another trace is drawn. */
  readonly revision: number;
  readonly lit: Matches;
  readonly nodes: ReadonlyMap<string, PlaceSum>;
  readonly edges: ReadonlyMap<string, CallSum>;
  /** Calls of the trace between two places, and how many of them this graph has, those inside one of its marks included. */
  readonly calls: number;
  readonly onMap: number;
  /** Places of the trace that this graph has no mark for, by node id. */
  readonly missing: readonly string[];
  readonly unplaced: number;
}

export class Tracer {
  #places: TracePlaces | null = null;
  #revision = 0;
  #last: { readonly graph: Graph; readonly traced: Traced } | null = null;

  /** null: no trace is drawn. False where nothing changed. */
  set(places: TracePlaces | null): boolean {
    if (places === this.#places) return false;
    this.#places = places;
    this.#revision += 1;
    this.#last = null;
    return true;
  }

  /** Worked out once a graph; null while no trace is drawn. */
  of(graph: Graph): Traced | null {
    if (this.#places === null) return null;
    if (this.#last?.graph !== graph)
      this.#last = { graph, traced: { ...traceOn(graph, this.#places), revision: this.#revision } };
    return this.#last.traced;
  }
}

/** O(nodes + edges of the graph, places of the trace). */
export function traceOn(graph: Graph, places: TracePlaces): Omit<Traced, "revision"> {
  const markOf = marksOf(graph);
  const edgesOf = edgesBetween(graph);
  const nodes = new Map<string, PlaceSum>();
  const edges = new Map<string, CallSum>();
  const through = new Set<string>();
  const missing: string[] = [];
  for (const { id, sum } of places.nodes) {
    const mark = markOf(id);
    if (mark === null) missing.push(id);
    else nodes.set(mark, addTo(nodes.get(mark), sum, addPlaces));
  }
  let [calls, onMap] = [0, 0];
  for (const { source, target, sum } of places.calls) {
    calls += sum.calls;
    const [from, to] = [markOf(source), markOf(target)];
    if (from === null || to === null) continue;
    const drawn = edgesOf(from, to);
    if (drawn.length > 0 || from === to) onMap += sum.calls;
    for (const { id, target: end } of drawn) {
      edges.set(id, addTo(edges.get(id), sum, addCalls));
      if (end !== to && end !== from) through.add(end);
    }
  }
  const lit = { nodes: new Set([...nodes.keys(), ...through]), edges: new Set(edges.keys()) };
  return { lit, nodes, edges, calls, onMap, missing, unplaced: places.unplaced };
}

const addTo = <T>(held: T | undefined, sum: T, add: (a: T, b: T) => T): T =>
  held === undefined ? sum : add(held, sum);

/** The mark that stands for a place: itself, what has its workload or app where that is one mark alone, or its group. */
function marksOf({ nodes }: Graph): (place: string) => string | null {
  const ids = new Set(nodes.map(({ id }) => id));
  /** null: several, so nobody knows which. */
  const named = new Map<string, string | null>();
  for (const { id, cluster, namespace, workload, app, kind } of nodes) {
    if (kind !== "workload" && kind !== "app") continue;
    const name = (of: "workload" | "app", text: string | undefined) => {
      if (text === undefined) return;
      const key = nodeId({ kind: of, cluster, namespace, name: text });
      named.set(key, named.has(key) && named.get(key) !== id ? null : id);
    };
    name("workload", workload);
    name("app", app);
  }
  const markOf = (place: string): string | null => {
    if (ids.has(place)) return place;
    const alone = named.get(place);
    if (alone !== undefined) return alone;
    const key = parseNodeId(place);
    if (key === null) return null;
    const groups = [namespaceId(key.cluster, key.namespace), clusterId(key.cluster)];
    return groups.find((id) => ids.has(id)) ?? null;
  };
  const clusters = new Set(nodes.map(({ cluster }) => cluster));
  return (place) => {
    const key = parseNodeId(place);
    if (key?.cluster !== UNKNOWN) return markOf(place);
    // A file's spans may name no cluster: where one alone has such a mark, it is that one's.
    const [mark, other] = [...clusters].flatMap((cluster) => markOf(nodeId({ ...key, cluster })) ?? []);
    return mark === undefined || other !== undefined ? null : mark;
  };
}

/** Edges that stand for calls between two marks: their own, or both parts through the one service or waypoint that is drawn between them. */
function edgesBetween({ nodes, edges }: Graph): (from: string, to: string) => readonly GraphEdge[] {
  const between = nodes.filter(({ kind, dataplane }) => kind === "service" || dataplane === "waypoint");
  const services = new Set(between.map(({ id }) => id));
  const bySource = Map.groupBy(edges, ({ source }) => source);
  const own = (from: string, to: string) => {
    const all = (bySource.get(from) ?? []).filter(({ target }) => target === to);
    // Calls that leave spans are requests, where the mesh can tell them from bytes.
    const requests = all.filter(({ protocol }) => protocol !== "tcp");
    return requests.length > 0 ? requests : all;
  };
  return (from, to) => {
    const direct = own(from, to);
    if (direct.length > 0 || from === to) return direct;
    const called = new Set((bySource.get(from) ?? []).map(({ target }) => target).filter((id) => services.has(id)));
    const ways = [...called].flatMap((service) => {
      const answered = own(service, to);
      return answered.length === 0 ? [] : [[...own(from, service), ...answered]];
    });
    const [way, other] = ways;
    return way === undefined || other !== undefined ? [] : way;
  };
}
