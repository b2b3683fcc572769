/** What a comparison found, as lists: new, gone, failing more, slower, with the numbers of both windows. Pure. */
import type { Graph, GraphEdge } from "#lib/graph/model.ts";

/** Of each list as many are named; the totals say how many there are. */
export const MOST_CHANGES = 50;
/** Points of failure share by which an edge must be worse to be listed. */
const WORSE_SHARE = 0.01;
/** Factor and milliseconds by which p95 must have grown: a tenth of nothing is nothing. */
const SLOWER = { factor: 1.2, leastMs: 5 } as const;

export interface ChangeList {
  readonly edges: readonly GraphEdge[];
  readonly total: number;
}

export interface Changes {
  readonly added: ChangeList;
  readonly gone: ChangeList;
  readonly failing: ChangeList;
  readonly slower: ChangeList;
  /** Edges in both windows that are in no list. */
  readonly unchanged: number;
  /** Edges in both windows that rest on too few requests in one: shares and quantiles of those aren't compared. */
  readonly tooFew: number;
}

/** Change of the failed share, in points 0…1; null where one side doesn't know. */
export function failureGrowth({ rate, errorRate, before }: GraphEdge): number | null {
  const share = (all: number | null, failed: number | null) =>
    all === null || failed === null || all <= 0 ? null : failed / all;
  const now = share(rate, errorRate);
  const then = before === undefined ? null : share(before.rate, before.errorRate);
  return now === null || then === null ? null : now - then;
}

/** p95 now less p95 then, in milliseconds; null where one side doesn't know. */
export function slowdown({ latency, before }: GraphEdge): number | null {
  const now = latency?.p95 ?? null;
  const then = before?.latency?.p95 ?? null;
  return now === null || then === null ? null : now - then;
}

function list(edges: readonly GraphEdge[], weight: (edge: GraphEdge) => number): ChangeList {
  const sorted = [...edges].sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
  return { edges: sorted.slice(0, MOST_CHANGES), total: sorted.length };
}

/** null without a comparison. `members`: edges that touch one of these nodes; null: all. */
export function changesOf(graph: Graph, members: ReadonlySet<string> | null): Changes | null {
  const compared = graph.edges.filter(
    ({ change, source, target }) =>
      change !== undefined && (members === null || members.has(source) || members.has(target)),
  );
  if (!graph.edges.some(({ change }) => change !== undefined)) return null;
  const same = compared.filter(({ change }) => change === "same");
  const comparable = same.filter(({ tooFew }) => tooFew !== true);
  const failing = comparable.filter((edge) => (failureGrowth(edge) ?? 0) >= WORSE_SHARE);
  const slower = comparable.filter((edge) => {
    const then = edge.before?.latency?.p95 ?? 0;
    const by = slowdown(edge) ?? 0;
    return by >= SLOWER.leastMs && by >= then * (SLOWER.factor - 1);
  });
  const listed = new Set([...failing, ...slower]);
  const rate = (edge: GraphEdge) => edge.rate ?? edge.before?.rate ?? 0;
  return {
    added: list(
      compared.filter(({ change }) => change === "new"),
      rate,
    ),
    gone: list(
      compared.filter(({ change }) => change === "gone"),
      rate,
    ),
    failing: list(failing, (edge) => failureGrowth(edge) ?? 0),
    slower: list(slower, (edge) => slowdown(edge) ?? 0),
    unchanged: same.length - listed.size,
    tooFew: same.length - comparable.length,
  };
}
