/**
 * What a viewer looks at: scope, lens, fold and rights as one pure function over the shared workload graph, so that
 * viewers cost the upstream nothing. Every number is a sum of hops; nodes and edges come in the order of their ids.
 */
import { EdgeSum } from "./edge-sum.ts";
import { goneAtOf, marked } from "./group-badges.ts";
import { commonLabels, coverageOf, namesOf, sameDataplane } from "./group-facts.ts";
import { worse } from "./health.ts";
import { compareIds, edgeId, type NodeKey } from "./id.ts";
import type { GraphEdge, GraphNode, HealthState, MeshName } from "./model.ts";
import { subjectOf, workloadHealth } from "./node-health.ts";
import { withOperations } from "./operation-nodes.ts";
import { type Placement, placements, THROUGH } from "./placement.ts";
import type { View } from "./view.ts";
import type { Hop, WorkloadGraph, WorkloadNode } from "./workload-graph.ts";

/** Kinds whose inner traffic is no edge but a number of the node. */
const GROUPS: ReadonlySet<string> = new Set(["namespace", "cluster", "restricted"]);

/**
 * Nodes and edges of a view. An edge with one end in scope is kept and the other end badged `outside`; traffic inside a
 * folded node is its `internal`. Cost: linear in the graph, but for the sort of the results.
 */
export function viewGraph(graph: WorkloadGraph, view: View): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const place = placements(graph, view);
  const inScope = scopeTest(view);
  const members = new Map<string, Group>();
  const join = (placement: Placement, node: WorkloadNode | undefined, inside: boolean) => {
    let group = members.get(placement.id);
    if (group === undefined) {
      group = { placement, nodes: new Set(), inside: false, internal: null, through: null };
      members.set(placement.id, group);
    }
    if (node !== undefined) group.nodes.add(node);
    if (inside) group.inside = true;
    return group;
  };

  const relays = new Set<string>();
  const edges = new Map<string, Drawn>();
  const draw = (a: Placement, b: Placement, hop: Hop, half?: GraphEdge["half"]) => {
    const id = edgeId(a.id, b.id, hop.protocol);
    let edge = edges.get(id);
    if (edge === undefined) {
      edge = { source: a.id, target: b.id, sum: new EdgeSum(), ...(half === undefined ? {} : { half }) };
      edges.set(id, edge);
    }
    edge.sum.add(hop);
  };
  for (const hop of graph.hops) {
    const [from, to] = [graph.nodes.get(hop.source), graph.nodes.get(hop.target)];
    if (from === undefined || to === undefined) continue;
    const [a, b] = [place.node(from), place.target(to, hop)];
    const [inA, inB] = [inScope(from.key, a), inScope(to.key, b)];
    if (!(inA === true || inB === true || (inA === null && inB === null && isOpen(view)))) continue;
    const group = join(a, from, inA !== false);
    join(b, to, inB !== false);
    if (a.id === b.id && GROUPS.has(a.key.kind)) {
      group.internal ??= new EdgeSum();
      group.internal.add(hop);
      continue;
    }
    const [via, relay] = [place.via(to, hop), place.waypoint(hop)];
    if ((view.lens === "service" || via !== null || relay !== null) && hop.headline === null) continue;
    const way: (readonly [Placement, GraphEdge["half"]])[] = [];
    if (via !== null) {
      join(via, undefined, inScope(via.key, via) !== false).through = hop.mesh;
      way.push([via, "service"]);
    }
    if (relay !== null) {
      const node = graph.nodes.get(hop.waypoint ?? "");
      join(relay, node, inScope(relay.key, relay) !== false);
      relays.add(relay.id);
      way.push([relay, "waypoint"]);
    }
    // The first part of the way is the call; what follows repeats it.
    let [stop, half]: readonly [Placement, GraphEdge["half"]] = [a, undefined];
    for (const [next, repeated] of [...way, [b, undefined] as const]) {
      draw(stop, next, hop, half);
      [stop, half] = [next, repeated];
    }
  }
  for (const node of graph.nodes.values()) {
    if (node.between) continue;
    const placement = place.node(node);
    if (inScope(node.key, placement) === true) join(placement, node, true);
  }
  const silent = new Set<string>();
  for (const service of graph.services) {
    const placement = place.service(service);
    if (placement === null || members.has(placement.id) || inScope(placement.key, placement) !== true) continue;
    join(placement, undefined, true);
    silent.add(placement.id);
  }

  const health = groupHealth(graph, members, relays, place);
  const elements = {
    nodes: [...members.keys()].sort(compareIds).flatMap((id) => {
      const group = members.get(id);
      return group === undefined
        ? []
        : graphNode(group, silent.has(id) ? "idle" : (health.get(id) ?? "unknown"), graph, view);
    }),
    edges: [...edges.keys()].sort(compareIds).flatMap((id) => {
      const edge = edges.get(id);
      return edge === undefined ? [] : graphEdge(id, edge, members, graph, view);
    }),
  };
  return view.operations === true && THROUGH.has(view.lens) ? withOperations(elements) : elements;
}

interface Group {
  readonly placement: Placement;
  readonly nodes: Set<WorkloadNode>;
  inside: boolean;
  internal: EdgeSum | null;
  /** Of a service that calls are drawn through: their mesh. Who answers them is not among `nodes`. */
  through: MeshName | null;
}

/** An edge while its hops come in. */
interface Drawn {
  readonly source: string;
  readonly target: string;
  readonly sum: EdgeSum;
  readonly half?: GraphEdge["half"];
}

const isOpen = (view: View) => view.clusters.length === 0 && view.namespaces.length === 0;

/** true: in scope; false: outside; null: nowhere (a host, an unknown caller), neither in nor out. */
function scopeTest(view: View): (key: NodeKey, placement: Placement) => boolean | null {
  const clusters = new Set(view.clusters);
  const namespaces = new Set(view.namespaces);
  return (key, placement) => {
    if (clusters.size > 0 && !clusters.has(key.cluster)) return false;
    if (key.kind === "external" || key.kind === "unknown") return null;
    // What may not be seen is never what the scope asked for: alone, it draws nothing.
    if (placement.key.kind === "restricted") return null;
    return namespaces.size === 0 || namespaces.has(key.namespace);
  };
}

function groupHealth(
  graph: WorkloadGraph,
  members: ReadonlyMap<string, Group>,
  relays: ReadonlySet<string>,
  place: ReturnType<typeof placements>,
): ReadonlyMap<string, HealthState> {
  const health = new Map<string, HealthState>();
  const summed = new Map<string, Pick<WorkloadNode, "key" | "annotations">>();
  /** Services that calls are drawn through: judged by all calls to them, wherever those ended. */
  const services = new Map<string, Pick<WorkloadNode, "key" | "annotations">>();
  for (const [id, { placement, nodes, through }] of members) {
    const { kind } = placement.key;
    // A restricted node says nothing of its members, not even how they are.
    if (kind === "restricted") continue;
    const own = { key: placement.key, annotations: {} };
    if (placement.grouped && !GROUPS.has(kind)) (through === null ? summed : services).set(id, own);
    let worst: HealthState = "unknown";
    const together = summed.has(id) || services.has(id);
    for (const node of nodes) worst = worse(worst, together && node.health !== "idle" ? "unknown" : node.health);
    health.set(id, worst);
  }
  const ends = (id: string, hop: Hop, end: "source" | "target") => {
    const node = graph.nodes.get(id);
    if (node === undefined) return id;
    return (end === "target" ? place.target(node, hop) : place.node(node)).id;
  };
  const through: typeof ends = (id, hop, end) => {
    const node = end === "target" ? graph.nodes.get(id) : undefined;
    return (node && place.via(node, hop)?.id) ?? ends(id, hop, end);
  };
  const judge = (subjects: typeof summed, at: typeof ends) => {
    if (subjects.size === 0) return;
    for (const [id, state] of workloadHealth(graph.hops, subjects, graph.health, at)) {
      health.set(id, worse(health.get(id) ?? "unknown", state));
    }
  };
  judge(summed, ends);
  judge(services, through);
  // A waypoint that is drawn between is judged by the calls that pass it.
  const passing = new Map(
    [...relays].flatMap((id) => {
      const key = members.get(id)?.placement.key;
      return key === undefined ? [] : [[id, { key, annotations: {} }] as const];
    }),
  );
  judge(passing, (id, hop, end) => (end === "target" ? place.waypoint(hop)?.id : undefined) ?? ends(id, hop, end));
  return health;
}

function graphNode(
  { placement, nodes, inside, internal, through }: Group,
  health: HealthState,
  graph: WorkloadGraph,
  view: View,
): GraphNode {
  const { key, id, grouped } = placement;
  const restricted = key.kind === "restricted";
  const [only] = nodes;
  const single = !grouped && only !== undefined ? only : null;
  const coverage = restricted ? null : coverageOf(nodes);
  const meshes = new Set<MeshName>(through === null ? [] : [through]);
  if (!restricted) for (const node of nodes) if (node.mesh !== null) meshes.add(node.mesh);
  const [mesh = null] = [...meshes].sort();
  // Of a whole namespace only what reports is told: who is in it and outside the mesh is seen when it is opened.
  const told = restricted || GROUPS.has(key.kind) ? [] : [...nodes];
  const { badges, counts } = marked(told, grouped, coverage, !inside);
  const gone = goneAtOf(told);
  const labels = view.labels === true && !GROUPS.has(key.kind) ? commonLabels(nodes) : null;
  const traffic = internal?.traffic(graph.errorRate) ?? null;
  return {
    id,
    kind: key.kind,
    cluster: key.cluster,
    namespace: key.namespace,
    ...namesOf(placement, single),
    mesh,
    dataplane: single?.dataplane ?? (grouped && !GROUPS.has(key.kind) ? sameDataplane(nodes) : null),
    health,
    ...(coverage === null ? {} : { coverage }),
    ...(gone === null ? {} : { goneAt: new Date(gone * 1000).toISOString() }),
    ...(traffic === null || restricted ? {} : { internal: { rate: traffic.rate, errorRate: traffic.errorRate } }),
    badges,
    ...(counts == null ? {} : { badgeCounts: counts }),
    ...(labels === null ? {} : { labels }),
  };
}

function graphEdge(
  id: string,
  edge: Drawn,
  members: ReadonlyMap<string, Group>,
  graph: WorkloadGraph,
  view: View,
): GraphEdge | [] {
  const subject = (end: string) => {
    const group = members.get(end);
    if (group === undefined || group.placement.key.kind === "restricted") return null;
    const [only] = group.nodes;
    const annotations = !group.placement.grouped && only !== undefined ? only.annotations : {};
    return subjectOf({ key: group.placement.key, annotations });
  };
  const kinds = [members.get(edge.source), members.get(edge.target)].map((group) => group?.placement.key.kind);
  const drawn = edge.sum.toEdge(id, edge.source, edge.target, {
    window: graph.window,
    errorRate: graph.errorRate,
    latency: view.latency,
    health: graph.health,
    trials: graph.trials,
    source: subject(edge.source),
    target: subject(edge.target),
    masked: kinds.includes("restricted"),
  });
  return edge.half === undefined ? drawn : { ...drawn, half: edge.half };
}
