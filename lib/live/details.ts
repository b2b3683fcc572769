/** What the side panel gets: one thing with its neighbourhood, whole objects of the last answer. */
import type { Graph, GraphNode } from "#lib/graph/model.ts";
import { countsAt } from "#lib/graph/operation-nodes.ts";
import { behindService, lostFor } from "./behind.ts";
import { changesOf } from "./changes.ts";
import type { Details } from "./messages.ts";
import { membersOf, scopeOf } from "./scope.ts";
import { scopeInTrace } from "./scope-trace.ts";
import type { Traced } from "./tracer.ts";
import { WHOLE } from "./whole.ts";

/** Node ids hold no `>`, edge ids do, so that one id says what it is of. */
export function detailsOf(graph: Graph, id: string, traced: Traced | null = null): Details {
  const node = graph.nodes.find((one) => one.id === id);
  if (node !== undefined) {
    const inbound = graph.edges.filter((edge) => edge.target === id && countsAt(edge, "target"));
    const outbound = graph.edges.filter((edge) => edge.source === id && countsAt(edge, "source"));
    const ends = new Set([...inbound.map(({ source }) => source), ...outbound.map(({ target }) => target)]);
    const peers: Record<string, GraphNode> = Object.fromEntries(
      graph.nodes.filter((one) => ends.has(one.id)).map((one) => [one.id, one]),
    );
    const inTrace = traced?.nodes.get(id);
    const behind = behindService(graph, node);
    const lost = lostFor(graph, node);
    return {
      ...{ kind: "node", node, inbound, outbound, peers },
      ...(behind === null ? {} : { behind }),
      ...(lost.length === 0 ? {} : { lost }),
      ...(inTrace === undefined ? {} : { inTrace }),
    };
  }
  const edge = graph.edges.find((one) => one.id === id);
  if (edge === undefined) {
    const members = id === WHOLE ? null : membersOf(graph, id);
    if (members !== null && members.size === 0) return { kind: "absent", id };
    const went = scopeInTrace(graph, traced, members);
    return {
      ...{ kind: "scope", id, scope: scopeOf(graph, members), changes: changesOf(graph, members) },
      ...(went === null ? {} : { inTrace: went }),
    };
  }
  const end = (of: string) => graph.nodes.find((one) => one.id === of) ?? null;
  const inTrace = traced?.edges.get(id);
  const target = end(edge.target);
  const behind = target === null ? null : behindService(graph, target);
  return {
    ...{ kind: "edge", edge, source: end(edge.source), target },
    ...(behind === null ? {} : { behind }),
    ...(inTrace === undefined ? {} : { inTrace }),
  };
}
