/** Rows for the table and the search: everything on the map as text, what hurts first. */
import { isolated } from "#lib/format.ts";
import type { Matches } from "#lib/graph/find/evaluate.ts";
import { Requests } from "#lib/graph/find/node-traffic.ts";
import type { Graph, GraphEdge, GraphNode, HealthState } from "#lib/graph/model.ts";
import { countsAt } from "#lib/graph/operation-nodes.ts";
import { leastDenied, mayDenyMore, mostDenied } from "#lib/graph/trial-sum.ts";
import type { Finding } from "./finder.ts";
import { nodeLabel, nodeWhere } from "./label.ts";
import type { Row } from "./messages.ts";
import type { Traced } from "./tracer.ts";

const PAIN: Readonly<Record<HealthState, number>> = { failing: 0, degraded: 1, unknown: 2, healthy: 3, idle: 4 };

interface Sums {
  readonly requests: Requests;
  p95: number | null;
  /** How many edges carry requests. */
  flowing: number;
}

/** Sums of what comes into each node; a p95 only where one edge carries anything, for quantiles don't add up. */
function inboundSums(edges: readonly GraphEdge[]): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const edge of edges) {
    if (!countsAt(edge, "target")) continue;
    const sum = sums.get(edge.target) ?? { requests: new Requests(), p95: null, flowing: 0 };
    sum.requests.add(edge);
    if (edge.rate !== null && edge.rate > 0) {
      sum.flowing += 1;
      sum.p95 = sum.flowing === 1 ? (edge.latency?.p95 ?? null) : null;
    }
    sums.set(edge.target, sum);
  }
  return sums;
}

function nodeRow(node: GraphNode, sums: Sums | undefined): Row {
  return {
    id: node.id,
    kind: "node",
    title: nodeLabel(node),
    where: nodeWhere(node),
    state: node.health,
    rate: sums?.requests.rate ?? null,
    requests: sums?.requests.requests ?? null,
    errorRate: sums?.requests.errorRate ?? null,
    p95: sums?.p95 ?? null,
    protocol: null,
    denied: null,
    deniedAtMost: null,
    deniedMore: false,
    folded: false,
    found: false,
    hidden: false,
    traced: false,
  };
}

function edgeRow(edge: GraphEdge, nodes: ReadonlyMap<string, GraphNode>): Row {
  const name = (id: string) => {
    const node = nodes.get(id);
    return node === undefined ? id : nodeLabel(node);
  };
  const target = nodes.get(edge.target);
  return {
    id: edge.id,
    kind: "edge",
    title: `${isolated(name(edge.source))} → ${isolated(name(edge.target))}`,
    where: target === undefined ? "" : nodeWhere(target),
    state: edge.health,
    rate: edge.rate,
    requests: edge.requests,
    errorRate: edge.errorRate,
    p95: edge.latency?.p95 ?? null,
    protocol: edge.protocol,
    denied: edge.trials === undefined ? null : leastDenied(edge),
    deniedAtMost: edge.trials === undefined ? null : mostDenied(edge),
    deniedMore: mayDenyMore(edge),
    folded: false,
    found: false,
    hidden: false,
    traced: false,
  };
}

/** What is looked for first, then where the trace went; then failing before degraded before the rest; then more failures, then more traffic, then by name. */
function byPain(a: Row, b: Row): number {
  return (
    Number(b.found) - Number(a.found) ||
    Number(b.traced) - Number(a.traced) ||
    PAIN[a.state] - PAIN[b.state] ||
    (b.errorRate ?? 0) - (a.errorRate ?? 0) ||
    (b.rate ?? 0) - (a.rate ?? 0) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** How well a row answers a search: 0 = a node whose name begins so, 1 = an edge, 2 = a later word of the name does, 3 = anywhere; null = not. */
function match(row: Row, words: readonly string[]): number | null {
  const title = row.title.toLowerCase();
  const text = `${title} ${row.where.toLowerCase()} ${row.protocol ?? ""} ${row.state}`;
  if (!words.every((word) => text.includes(word))) return null;
  const [first = ""] = words;
  if (title.startsWith(first)) return row.kind === "node" ? 0 : 1;
  return title.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(first)) ? 2 : 3;
}

function allRows(graph: Graph): Row[] {
  const sums = inboundSums(graph.edges);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return [
    ...graph.nodes.map((node) => nodeRow(node, sums.get(node.id))),
    ...graph.edges.map((edge) => edgeRow(edge, nodes)),
  ];
}

/** What is said of things beyond their numbers. */
export interface Marks {
  readonly finding: Pick<Finding, "found" | "hidden">;
  readonly traced: Traced | null;
}

/** What find, hide and a trace say of each thing. */
function withMarks(rows: Row[], { finding: { found, hidden }, traced }: Marks): Row[] {
  return rows.map((row) => {
    const ids = row.kind === "node" ? "nodes" : "edges";
    const has = (matches: Matches | null | undefined) => matches?.[ids].has(row.id) ?? false;
    return { ...row, found: has(found), hidden: has(hidden), traced: has(traced?.lit) };
  });
}

/** What the whole graph has beyond the drawn one. */
function foldedRows(drawn: readonly Row[], whole: Graph): Row[] {
  const known = new Set(drawn.map(({ id }) => id));
  return allRows(whole).flatMap((row) => (known.has(row.id) ? [] : [{ ...row, folded: true }]));
}

/**
 * At most `limit` rows that hold every word of `text`, best first, and how many there are in all. `whole` is the same
 * view with its groups opened, where it is known: what only it has is found too, and marked as folded. What is hidden is
 * listed only where somebody asks for it by name.
 */
export function rowsOf(
  graph: Graph,
  text: string,
  limit: number,
  whole: Graph | null = null,
  marks: Marks | null = null,
): { readonly rows: readonly Row[]; readonly total: number } {
  const drawn = marks === null ? allRows(graph) : withMarks(allRows(graph), marks);
  const all = whole === null ? drawn : [...drawn, ...foldedRows(drawn, whole)];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.flatMap((row) => {
    if (row.hidden && words.length === 0) return [];
    const quality = words.length === 0 ? 0 : match(row, words);
    return quality === null ? [] : [{ row, quality }];
  });
  found.sort((a, b) => a.quality - b.quality || byPain(a.row, b.row));
  return { rows: found.slice(0, Math.max(0, limit)).map(({ row }) => row), total: found.length };
}
