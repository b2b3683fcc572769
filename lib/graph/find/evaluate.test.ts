import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesPerSecond, perSecond } from "#lib/units.ts";
import type { Graph } from "../model.ts";
import type { Comparison, Expression } from "./ast.ts";
import { testOf } from "./compare.ts";
import { evaluate, mark } from "./evaluate.ts";
import { anyExpression, anyGraph, edgeOf, graphOf, nodeOf } from "./find.test-support.ts";
import { GraphIndex } from "./graph-index.ts";
import { hiddenBy } from "./hide.ts";
import { operandOf } from "./operands.ts";
import { parse } from "./parse.ts";

const a = nodeOf("shop/workload/a", { version: "v1" });
const b = nodeOf("shop/workload/b", { health: "failing" });
const c = nodeOf("pay/workload/c", { version: "v1", health: "unknown" });
const ab = edgeOf(a, b, { errorRate: perSecond(5), health: "failing" });
const bc = edgeOf(b, c, { rate: perSecond(1), errorRate: null, outcomes: null });
const ca = edgeOf(c, a, { protocol: "tcp", bytesPerSecond: { sent: bytesPerSecond(0), received: bytesPerSecond(0) } });
const GRAPH = graphOf([a, b, c], [ab, bc, ca]);
const SHORT: ReadonlyMap<string, string> = new Map([
  ...[a, b, c].map(({ id, workload = "" }) => [id, workload] as const),
  ...([
    [ab.id, "ab"],
    [bc.id, "bc"],
    [ca.id, "ca"],
  ] as const),
]);

function read(text: string): Expression {
  const parsed = parse(text);
  if (!parsed.ok || parsed.expression === null) throw new Error(`${text} doesn't parse`);
  return parsed.expression;
}

function idsOf(expression: Expression, graph: Graph): readonly string[] {
  const { nodes, edges } = evaluate(expression, new GraphIndex(graph));
  return [...nodes, ...edges];
}

const found = (text: string) =>
  idsOf(read(text), GRAPH)
    .map((id) => SHORT.get(id))
    .join(" ");

describe("nodes and edges in one expression", () => {
  it.each([
    ["a term of nodes alone is about nodes", "namespace = shop", "a b"],
    ["so is its opposite", "namespace != shop", "c"],
    ["a term of edges alone is about edges", "protocol = http", "ab bc"],
    ["OR finds both", "namespace = pay OR protocol = tcp", "c ca"],
    ["AND narrows edges by their ends: one that fits is enough", "protocol = http AND namespace = pay", "bc"],
    ["NOT: neither end fits", "protocol = http AND NOT namespace = pay", "ab"],
    ["!= is NOT =, on edges too", "protocol = http AND namespace != pay", "ab"],
    ["an end by name", "source.namespace = shop AND target.namespace = pay", "bc"],
    ["the ends of an edge are the edge's own", "target.version = v1", "bc ca"],
    ["a term of both takes each thing's own", "health = failing", "b ab"],
    ["AND keeps both kinds where both have an answer", "health = failing AND namespace = shop", "b ab"],
    ["a group of node terms narrows as one", "protocol = tcp AND (namespace = pay OR namespace = shop)", "ca"],
    ["a part that only the ends say finds no edge", "namespace = pay OR (protocol = tcp AND NOT edge)", "c"],
  ])("%s: %s", (_, text, expected) => expect(found(text)).toBe(expected));
});

describe("no data", () => {
  it.each([
    ["is not above", "error > 1%", "a b ab"],
    ["is not below", "error < 60%", "a b ab"],
    ["is not equal, and not unequal", "error = 0 OR error != 0", "a b ab"],
    ["nor is its opposite", "NOT error > 60%", "a b ab"],
    ["is found by its name", "error = nodata AND edge", "bc ca"],
    ["and by what isn't it", "error != nodata AND edge", "ab"],
    ["of either kind is no activity", "tcp = NaN AND edge", "ab bc ca"],
    ["a flag that nobody can answer", "healthy OR NOT healthy", "a b"],
    ["a name that isn't there is known not to be", "version != v1", "b"],
    ["true OR unknown is true", "error > 1% OR protocol = http", "a b ab bc"],
    ["false AND unknown is false, so its opposite is true", "NOT (error > 1% AND protocol = tcp) AND edge", "ab bc"],
  ])("%s: %s", (_, text, expected) => expect(found(text)).toBe(expected));
});

/** Truth in words, by the rules of docs/find.md read literally: one thing at a time, one term at a time. */
type Naive = { readonly truth: "true" | "false" | "unknown"; readonly own: boolean };
type Thing = { readonly kind: "node" | "edge"; readonly at: number };

const UNKNOWN: Naive = { truth: "unknown", own: false };

function naive(expression: Expression, thing: Thing, index: GraphIndex): Naive {
  switch (expression.kind) {
    case "not": {
      const { truth, own } = naive(expression.of, thing, index);
      return { truth: truth === "unknown" ? truth : truth === "true" ? "false" : "true", own };
    }
    case "and":
    case "or": {
      const deciding = expression.kind === "and" ? "false" : "true";
      const parts = expression.of.map((one) => naive(one, thing, index));
      const decided = parts.filter(({ truth }) => truth === deciding);
      if (decided.length > 0) return { truth: deciding, own: decided.some(({ own }) => own) };
      if (parts.some(({ truth }) => truth === "unknown")) return UNKNOWN;
      return { truth: deciding === "true" ? "false" : "true", own: parts.some(({ own }) => own) };
    }
    case "has":
    case "compare": {
      if (expression.kind === "compare" && expression.comparison.startsWith("!")) {
        const comparison = expression.comparison.slice(1) as Comparison;
        return naive({ kind: "not", of: { ...expression, comparison } }, thing, index);
      }
      const operand = operandOf(expression.subject);
      const { test } = testOf(expression, operand);
      const { nodes, edges } = index.graph;
      const say = (value: boolean | null, own: boolean): Naive =>
        value === null ? UNKNOWN : { truth: value ? "true" : "false", own };
      const ofNode = (id: string, own: boolean): Naive => {
        const at = nodes.findIndex((node) => node.id === id);
        const node = nodes[at];
        return node === undefined || operand.node === undefined
          ? UNKNOWN
          : say(test(operand.node(node, index, at, expression.subject.key)), own);
      };
      const { end } = expression.subject;
      if (thing.kind === "node") return end === null ? ofNode(nodes[thing.at]?.id ?? "", true) : UNKNOWN;
      const edge = edges[thing.at];
      if (edge === undefined) return UNKNOWN;
      if (end !== null) return ofNode(edge[end], true);
      if (operand.edge !== undefined) return say(test(operand.edge(edge, index, thing.at)), true);
      const ends = [ofNode(edge.source, false), ofNode(edge.target, false)];
      if (ends.some(({ truth }) => truth === "true")) return { truth: "true", own: false };
      return ends.some(({ truth }) => truth === "unknown") ? UNKNOWN : { truth: "false", own: false };
    }
  }
}

const naiveIds = (expression: Expression, graph: Graph) => {
  const index = new GraphIndex(graph);
  const match = (kind: Thing["kind"]) => (_: unknown, at: number) => {
    const { truth, own } = naive(expression, { kind, at }, index);
    return truth === "true" && own;
  };
  return [...graph.nodes.filter(match("node")), ...graph.edges.filter(match("edge"))].map(({ id }) => id);
};

const not = (of: Expression): Expression => ({ kind: "not", of });

describe("properties", () => {
  it("finds what a reading thing by thing finds", () => {
    fc.assert(
      fc.property(anyExpression, anyGraph, (expression, graph) => {
        expect(idsOf(expression, graph)).toEqual(naiveIds(expression, graph));
      }),
      { numRuns: 400 },
    );
  });

  it.each(["and", "or"] as const)("De Morgan: NOT of %s is the other one of NOTs", (kind) => {
    const other = kind === "and" ? "or" : "and";
    fc.assert(
      fc.property(anyExpression, anyExpression, anyGraph, (x, y, graph) => {
        const left = idsOf(not({ kind, of: [x, y] }), graph);
        expect(idsOf({ kind: other, of: [not(x), not(y)] }, graph)).toEqual(left);
      }),
      { numRuns: 200 },
    );
  });

  it("NOT NOT is nothing, and nothing is both found and not", () => {
    fc.assert(
      fc.property(anyExpression, anyGraph, (x, graph) => {
        const plain = idsOf(x, graph);
        expect(idsOf(not(not(x)), graph)).toEqual(plain);
        const opposite = new Set(idsOf(not(x), graph));
        expect(plain.filter((id) => opposite.has(id))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("AND finds no more than each part, OR no less, of the things that both parts speak of", () => {
    fc.assert(
      fc.property(anyExpression, anyExpression, anyGraph, (x, y, graph) => {
        const [one, two] = [new Set(idsOf(x, graph)), new Set(idsOf(y, graph))];
        const either = new Set(idsOf({ kind: "or", of: [x, y] }, graph));
        expect([...one, ...two].every((id) => either.has(id))).toBe(true);
        const nodes = graph.nodes.map(({ id }) => id);
        const both = new Set(idsOf({ kind: "and", of: [x, y] }, graph));
        expect(nodes.filter((id) => both.has(id))).toEqual(nodes.filter((id) => one.has(id) && two.has(id)));
      }),
      { numRuns: 200 },
    );
  });

  it("what is hidden holds together: no edge without its ends, every match gone", () => {
    fc.assert(
      fc.property(anyExpression, anyGraph, (x, graph) => {
        const index = new GraphIndex(graph);
        const matches = mark(x, index);
        const hidden = hiddenBy(matches, index);
        const gone = new Set(graph.nodes.filter((_, at) => hidden.nodes[at] === 1).map(({ id }) => id));
        graph.edges.forEach(({ source, target }, at) => {
          const loose = gone.has(source) || gone.has(target);
          expect(hidden.edges[at]).toBe(matches.edges[at] === 1 || loose ? 1 : 0);
        });
        graph.nodes.forEach((_, at) => expect(hidden.nodes[at]).toBeGreaterThanOrEqual(matches.nodes[at] ?? 0));
      }),
    );
  });
});

describe("hiding", () => {
  const d = nodeOf("shop/workload/d", { health: "idle" });
  const graph = graphOf([a, b, c, d], [ab, bc, ca, edgeOf(d, a, { protocol: "tcp" })]);
  const left = (text: string) => {
    const index = new GraphIndex(graph);
    const { nodes } = hiddenBy(mark(read(text), index), index);
    return graph.nodes
      .filter((_, at) => nodes[at] === 0)
      .map(({ workload }) => workload)
      .join(" ");
  };
  it.each([
    ["a node goes with its edges, its neighbours stay", "name = a", "b c d"],
    ["a node all of whose edges go, goes", "protocol = http", "a c d"],
    ["one without any edge stays, and so does an idle one", "edge", "d"],
    ["all but what is wrong: the ends of what is wrong stay", "edge AND NOT health = failing", "a b d"],
  ])("%s: %s", (_, text, expected) => expect(left(text)).toBe(expected));
});

it("20,000 edges are marked in well under a second, also by a hundred terms", () => {
  const nodes = Array.from({ length: 2000 }, (_, i) => nodeOf(`ns${i % 20}/workload/n${i}`));
  const edges = Array.from({ length: 20_000 }, (_, i) => {
    const [source, target] = [nodes[i % 2000] ?? a, nodes[(i * 7 + Math.floor(i / 2000)) % 2000] ?? b];
    return { ...edgeOf(source, target), id: `e${i}`, rate: perSecond(i % 50) };
  });
  const index = new GraphIndex(graphOf(nodes, edges));
  const terms = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? "rate >= 25" : "ns = ns1"));
  const before = process.cpuUsage();
  const one = mark(read("rate >= 25/s AND ns = ns1"), index);
  const many = mark(read(terms.join(" AND ")), index);
  const { user } = process.cpuUsage(before);
  expect(many.edges).toEqual(one.edges);
  expect(one.edges.some((match) => match === 1)).toBe(true);
  expect(user / 1000).toBeLessThan(5000);
});
