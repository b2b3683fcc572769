/** Graphs and expressions for the tests of the language: a small one to read, and any at all. */
import fc from "fast-check";
import { perSecond, ratio } from "#lib/units.ts";
import type { Graph, GraphEdge, GraphNode, NodeKind, Outcomes } from "../model.ts";
import { outcomesOf } from "../outcome.ts";
import { COMPARISONS, type Expression, type Subject, type Value } from "./ast.ts";
import type { Operand } from "./operand.ts";
import { OPERANDS } from "./operands.ts";
import { comparisonsOf } from "./problem.ts";
import { unitsOf } from "./units.ts";

/** `shop/workload/cart`, in cluster c. */
export function nodeOf(path: string, more: Partial<GraphNode> = {}): GraphNode {
  const [namespace = "", kind = "", name = ""] = path.split("/");
  return {
    id: `c/${path}`,
    kind: kind as NodeKind,
    cluster: "c",
    namespace,
    ...(kind === "workload" ? { workload: name } : {}),
    ...(kind === "service" || kind === "external" ? { service: name } : {}),
    mesh: kind === "workload" ? "istio" : null,
    dataplane: kind === "workload" ? "sidecar" : null,
    health: "healthy",
    badges: [],
    ...more,
  };
}

export function edgeOf(source: GraphNode, target: GraphNode, more: Partial<GraphEdge> = {}): GraphEdge {
  const { protocol = "http" } = more;
  return {
    id: `${source.id}>${target.id}>${protocol}`,
    source: source.id,
    target: target.id,
    protocol,
    mesh: "istio",
    layer: "l7",
    observer: "source",
    observers: {},
    rate: protocol === "tcp" ? null : perSecond(10),
    requests: protocol === "tcp" ? null : 600,
    errorRate: protocol === "tcp" ? null : perSecond(0),
    outcomes: protocol === "tcp" ? null : outcomes({ ok: 10 }),
    codes: {},
    flags: {},
    hosts: {},
    latency: null,
    mtls: null,
    mtlsBasis: "unknown",
    health: "healthy",
    ...more,
  };
}

export function outcomes(some: Partial<Record<keyof Outcomes, number>>): Outcomes {
  return outcomesOf((outcome) => some[outcome] ?? 0);
}

export function graphOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], more: Partial<Graph> = {}): Graph {
  return {
    at: "2026-08-20T14:00:00Z",
    window: "1m",
    latencyAt: "2026-08-20T14:00:00Z",
    configurationAt: "2026-08-20T14:00:00Z",
    lens: "workload",
    nodes,
    edges,
    sources: [],
    ...more,
  };
}

const nothingKnown = { rate: null, requests: null, errorRate: null, outcomes: null } as const;

/** Few nodes and edges, any numbers, half of them missing. */
export const anyGraph: fc.Arbitrary<Graph> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "d", "e"),
      health: fc.constantFrom("healthy" as const, "failing" as const, "idle" as const, "unknown" as const),
      version: fc.option(fc.constantFrom("v1", "v2"), { nil: undefined }),
      badges: fc.subarray(["unmeshed", "outside", "virtual-service"]),
      labels: fc.option(fc.constantFrom({}, { app: "a" }, { app: "reviews-v1", "a:b": "" }), { nil: undefined }),
    }),
    { selector: ({ name }) => name },
  )
  .chain((list) => {
    const nodes = list.map(({ name, health, version, badges, labels }) =>
      nodeOf(`shop/workload/${name}`, {
        ...{ health, badges },
        ...(version === undefined ? {} : { version }),
        ...(labels === undefined ? {} : { labels }),
      }),
    );
    if (nodes.length === 0) return fc.constant(graphOf([], []));
    const edge = fc.record({
      source: fc.constantFrom(...nodes),
      target: fc.constantFrom(...nodes),
      protocol: fc.constantFrom("http" as const, "tcp" as const),
      rate: fc.option(fc.constantFrom(0, 1, 5, 10)),
      failed: fc.option(fc.constantFrom(0, 1)),
      mtls: fc.option(fc.constantFrom(0, 0.5, 1)),
    });
    return fc
      .uniqueArray(edge, { selector: (e) => `${e.source.id}>${e.target.id}>${e.protocol}`, maxLength: 12 })
      .map((edges) =>
        graphOf(
          nodes,
          edges.map(({ source, target, protocol, rate, failed, mtls }) =>
            edgeOf(source, target, {
              protocol,
              ...(protocol === "http" && rate !== null
                ? { rate: perSecond(rate), errorRate: failed === null ? null : perSecond(failed) }
                : nothingKnown),
              mtls: mtls === null ? null : ratio(mtls),
            }),
          ),
        ),
      );
  });

const text = fc.oneof(
  fc.constantFrom("a", "reviews-v1", "", "or", "nodata", "NaN", 'a "quoted" \\ one', "!x", "a=b", "a b", "🦊(", "a\nb"),
  fc.string({ unit: "binary" }),
);

function valueOf(operand: Operand): fc.Arbitrary<Value> {
  const nodata = fc.constant<Value>({ kind: "missing", what: "nodata" });
  if (operand.type === "text")
    return fc.oneof(
      nodata,
      text.map((of): Value => ({ kind: "text", text: of })),
    );
  if (operand.type === "flag") return nodata;
  if (operand.type === "word") {
    return fc.oneof(
      nodata,
      fc.constantFrom(...operand.words).map(({ word }): Value => ({ kind: "word", word })),
    );
  }
  const { type, range = [0, 1e6] } = operand;
  const number = (unit: string, [min, max]: readonly [number, number]) =>
    fc.double({ min, max, noNaN: true }).map((of): Value => ({ kind: "number", value: of === 0 ? 0 : of, unit }));
  // An amount needs a unit, unless it is zero; what has a range is typed without.
  const plain = number("", type === "amount" ? [0, 0] : range);
  const withUnit = fc.constantFrom(...unitsOf(type)).chain((unit) => number(unit, range));
  const missing = fc.constant<Value>({ kind: "missing", what: "NaN" });
  return operand.range === undefined ? fc.oneof(nodata, missing, plain, withUnit) : fc.oneof(nodata, missing, plain);
}

const subjectOf = (operand: Operand): fc.Arbitrary<Subject> =>
  fc.record({
    operand: fc.constant(operand.name),
    key: operand.keyed ? fc.constantFrom("app", "topology.kubernetes.io/zone", "a:b") : fc.constant(null),
    end: operand.node === undefined ? fc.constant(null) : fc.constantFrom(null, "source" as const, "target" as const),
  });

const span = { at: 0, length: 0 };

const anyTerm: fc.Arbitrary<Expression> = fc.constantFrom(...OPERANDS).chain((operand): fc.Arbitrary<Expression> => {
  const bare = subjectOf(operand).map((subject): Expression => ({ kind: "has", subject, span }));
  const comparisons = comparisonsOf(operand);
  if (comparisons.length === 0) return bare;
  const compare = fc
    .record({ subject: subjectOf(operand), comparison: fc.constantFrom(...comparisons), value: valueOf(operand) })
    .map((of): Expression => ({ kind: "compare", ...of, span }));
  return operand.type === "word" ? compare : fc.oneof(bare, compare);
});

/** Any tree that the parser could make; places are left out (0). */
export const anyExpression: fc.Arbitrary<Expression> = fc.letrec<{ node: Expression }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    anyTerm,
    tie("node").map((of): Expression => ({ kind: "not", of })),
    fc
      .record({
        kind: fc.constantFrom("and" as const, "or" as const),
        of: fc.array(tie("node"), { minLength: 2, maxLength: 3 }),
      })
      .map((of): Expression => of),
  ),
})).node;

/** Pieces of the language in any order: near misses of what can be typed. */
export const anyScrawl: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "(",
        ")",
        "!",
        "NOT",
        "and",
        "||",
        "is",
        "has",
        "'",
        '"',
        "\\",
        " ",
        "250ms",
        "1%",
        "nodata",
        "source.",
      ),
      fc.constantFrom(...COMPARISONS),
      fc.constantFrom(...OPERANDS.map(({ name }) => name)),
      fc.string(),
    ),
    { maxLength: 12 },
  )
  .chain((parts) => fc.constantFrom("", " ").map((gap) => parts.join(gap)));

/** The tree without the places in the text. */
export function bare(expression: Expression): Expression {
  switch (expression.kind) {
    case "and":
    case "or":
      return { ...expression, of: expression.of.map(bare) };
    case "not":
      return { kind: "not", of: bare(expression.of) };
    case "has":
    case "compare":
      return { ...expression, span };
  }
}
