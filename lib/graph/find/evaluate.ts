/**
 * What an expression means on a graph (docs/find.md). Each term is asked of every node and edge once, and the answers are
 * joined as arrays: linear in the graph and in the expression's terms.
 */
import type { Graph } from "../model.ts";
import { type Expression, type Span, type Term, termsOf } from "./ast.ts";
import { type Test, testOf } from "./compare.ts";
import type { GraphIndex } from "./graph-index.ts";
import type { Operand } from "./operand.ts";
import { operandOf } from "./operands.ts";
import { and, FALSE, MATCH, not, OWN, or, TRUE, type Truth, tableOf, truthOf, UNKNOWN } from "./truth.ts";

/** 1 where there is a match, by index. */
export interface Marks {
  readonly nodes: Uint8Array<ArrayBuffer>;
  readonly edges: Uint8Array<ArrayBuffer>;
}

/** Ids. */
export interface Matches {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

/** Everything that an expression is true of. */
export function mark(expression: Expression, index: GraphIndex): Marks {
  const { nodes, edges } = truths(expression, index);
  const matched = (truth: Truth) => (truth === MATCH ? 1 : 0);
  return { nodes: nodes.map(matched), edges: edges.map(matched) };
}

/** The same by id. */
export function evaluate(expression: Expression, index: GraphIndex): Matches {
  return idsOf(mark(expression, index), index.graph);
}

/** Marks of this graph as ids. */
export function idsOf({ nodes, edges }: Marks, graph: Pick<Graph, "nodes" | "edges">): Matches {
  const ids = (things: readonly { readonly id: string }[], marks: Uint8Array) => {
    const set = new Set<string>();
    things.forEach(({ id }, at) => marks[at] === 1 && set.add(id));
    return set;
  };
  return { nodes: ids(graph.nodes, nodes), edges: ids(graph.edges, edges) };
}

/** A term that this graph can't answer, and why: it matches nothing, nor does its opposite. */
export interface BlindSpot extends Span {
  readonly message: string;
}

/** The terms that can't be answered, in the order of the text, each reason once. */
export function blindSpots(expression: Expression, index: GraphIndex): readonly BlindSpot[] {
  const found = new Map<string, BlindSpot>();
  for (const { subject, span } of termsOf(expression)) {
    const message = operandOf(subject).needs?.(index) ?? null;
    if (message !== null && !found.has(message)) found.set(message, { ...span, message });
  }
  return [...found.values()];
}

/** A Truth of each node and edge. */
type Truths = Marks;

function truths(expression: Expression, index: GraphIndex): Truths {
  switch (expression.kind) {
    case "has":
    case "compare":
      return termTruths(expression, index);
    case "not":
      return opposite(truths(expression.of, index));
    case "and":
      return joined(expression.of, index, AND);
    case "or":
      return joined(expression.of, index, OR);
  }
}

function opposite({ nodes, edges }: Truths): Truths {
  return { nodes: nodes.map(not), edges: edges.map(not) };
}

const AND = tableOf(and);
const OR = tableOf(or);

function joined(parts: readonly Expression[], index: GraphIndex, table: Uint8Array): Truths {
  let all: Truths | null = null;
  for (const part of parts) {
    const one = truths(part, index);
    if (all === null) {
      all = one;
      continue;
    }
    for (const kind of ["nodes", "edges"] as const) {
      const [held, next] = [all[kind], one[kind]];
      for (let at = 0; at < held.length; at++)
        held[at] = table[((held[at] ?? UNKNOWN) << 3) | (next[at] ?? UNKNOWN)] ?? UNKNOWN;
    }
  }
  return all ?? { nodes: new Uint8Array(index.graph.nodes.length), edges: new Uint8Array(index.graph.edges.length) };
}

/**
 * A term of nodes is, on an edge, true of it if it is true of either end, and false if it is false of both: enough to
 * narrow an edge down, but not the edge's own. With `source.` or `target.` it is of that end alone, and the edge's own.
 */
function termTruths(term: Term, index: GraphIndex): Truths {
  const operand = operandOf(term.subject);
  const { test, negated } = testOf(term, operand);
  const { end, key } = term.subject;
  const byNode = nodeTruths(operand, key, test, index);
  const found: Truths =
    end === null
      ? { nodes: byNode, edges: edgeTruths(operand, test, byNode, index) }
      : { nodes: new Uint8Array(byNode.length), edges: atEnd(index.ends()[end], byNode) };
  return negated ? opposite(found) : found;
}

function nodeTruths(
  { node: read }: Operand,
  key: string | null,
  test: Test,
  index: GraphIndex,
): Uint8Array<ArrayBuffer> {
  const { nodes } = index.graph;
  const found = new Uint8Array(nodes.length);
  if (read === undefined) return found;
  nodes.forEach((node, at) => {
    found[at] = truthOf(test(read(node, index, at, key)), OWN);
  });
  return found;
}

function atEnd(ends: Int32Array, byNode: Uint8Array): Uint8Array<ArrayBuffer> {
  const found = new Uint8Array(ends.length);
  for (let at = 0; at < ends.length; at++) found[at] = byNode[ends[at] ?? -1] ?? UNKNOWN;
  return found;
}

function edgeTruths(
  { edge: read }: Operand,
  test: Test,
  byNode: Uint8Array,
  index: GraphIndex,
): Uint8Array<ArrayBuffer> {
  const { edges } = index.graph;
  if (read === undefined) {
    const { source, target } = index.ends();
    const [from, to] = [atEnd(source, byNode), atEnd(target, byNode)];
    return from.map((truth, at) => or(truth, to[at] ?? UNKNOWN) & (TRUE | FALSE));
  }
  const found = new Uint8Array(edges.length);
  edges.forEach((edge, at) => {
    found[at] = truthOf(test(read(edge, index, at)), OWN);
  });
  return found;
}
