/**
 * PromQL text read back into our own trees by Prometheus's published grammar: the other half of the printer's property
 * tests. Written against the grammar, not against the printer.
 */
import { parser } from "@prometheus-io/lezer-promql";
import { seconds } from "#lib/units.ts";
import type { Binary, Expr, Matcher, Selector } from "./ast.ts";

type Node = ReturnType<typeof parser.parse>["topNode"];

/** The tree that `text` stands for; throws on any syntax error. */
export function readQuery(text: string): Expr {
  const tree = parser.parse(text);
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${text}`);
    },
  });
  return new Reader(text).expr(only(children(tree.topNode)));
}

/** What a Go string literal stands for. https://go.dev/ref/spec#String_literals */
export function unquote(literal: string): string {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const body = literal.slice(1, -1);
  for (const [piece] of body.matchAll(/\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\.|[^\\]/gsu)) {
    if (/^\\x/.test(piece)) bytes.push(Number.parseInt(piece.slice(2), 16));
    else if (/^\\[uU]/.test(piece))
      bytes.push(...encoder.encode(String.fromCodePoint(Number.parseInt(piece.slice(2), 16))));
    else if (piece.startsWith("\\")) bytes.push(...encoder.encode(SIMPLE[piece.slice(1)] ?? fail(`escape ${piece}`)));
    else bytes.push(...encoder.encode(piece));
  }
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5, y: 31536e6 };

class Reader {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  expr(node: Node): Expr {
    switch (node.name) {
      case "ParenExpr":
        return this.expr(only(children(node)));
      case "VectorSelector":
        return this.selector(node);
      case "MatrixSelector":
        return { ...(this.expr(first(node)) as Selector), range: seconds(this.duration(child(node, "DurationExpr"))) };
      case "OffsetExpr":
        return {
          ...(this.expr(first(node)) as Selector),
          offset: seconds(this.duration(child(node, "OffsetDurationExpr"))),
        };
      case "SubqueryExpr": {
        const [range, step] = children(node)
          .filter((c) => c.name === "DurationExpr")
          .map((c) => seconds(this.duration(c)));
        if (range === undefined) return fail("a subquery without a range");
        return { type: "subquery", expr: this.expr(first(node)), range, ...(step === undefined ? {} : { step }) };
      }
      case "UnaryExpr": {
        const value = this.expr(children(node)[1] ?? fail("an empty unary"));
        if (value.type !== "number") return fail("a signed vector");
        return { type: "number", value: this.#of(child(node, "UnaryOp")) === "-" ? -value.value : value.value };
      }
      case "NumberDurationLiteral":
        return { type: "number", value: this.#number(this.#of(node)) };
      case "StringLiteral":
        return { type: "string", value: unquote(this.#of(node)) };
      case "FunctionCall": {
        const args = node.getChild("FunctionCallBody");
        return {
          type: "call",
          fn: this.#of(child(node, "FunctionIdentifier")),
          args: args ? children(args).map((c) => this.expr(c)) : [],
        };
      }
      case "AggregateExpr":
        return this.aggregate(node);
      case "BinaryExpr":
        return this.binary(node);
      default:
        return fail(`node ${node.name}`);
    }
  }

  selector(node: Node): Selector {
    const matchers: Matcher[] = [];
    const name = node.getChild("Identifier");
    const list = node.getChild("LabelMatchers");
    for (const matcher of list ? children(list) : []) {
      if (matcher.name !== "UnquotedLabelMatcher") return fail(`matcher ${matcher.name}`);
      matchers.push({
        label: this.#of(child(matcher, "LabelName")),
        op: this.#of(child(matcher, "MatchOp")) as Matcher["op"],
        value: unquote(this.#of(child(matcher, "StringLiteral"))),
      });
    }
    return { type: "selector", ...(name ? { metric: this.#of(name) } : {}), matchers };
  }

  aggregate(node: Node): Expr {
    const modifier = node.getChild("AggregateModifier");
    const [a, b] = children(child(node, "FunctionCallBody")).map((c) => this.expr(c));
    const parameter = b && (a?.type === "number" || a?.type === "string") ? { parameter: a.value } : {};
    return {
      type: "aggregate",
      op: this.#of(child(node, "AggregateOp")) as "sum",
      grouping: {
        kind: modifier?.getChild("Without") ? "without" : "by",
        labels: modifier ? this.#labels(child(modifier, "GroupingLabels")) : [],
      },
      ...parameter,
      expr: b ?? a ?? fail("an empty aggregation"),
    };
  }

  binary(node: Node): Expr {
    const parts = children(node);
    const clause = node.getChild("MatchingModifierClause");
    const kind = clause?.getChild("On") ? "on" : clause?.getChild("Ignoring") ? "ignoring" : null;
    const lists = clause ? clause.getChildren("GroupingLabels") : [];
    const side = clause?.getChild("GroupLeft") ? "left" : clause?.getChild("GroupRight") ? "right" : null;
    const [on, include] = lists;
    return {
      type: "binary",
      op: this.#of(parts[1] ?? fail("no operator")) as Binary["op"],
      left: this.expr(parts[0] ?? fail("no left side")),
      right: this.expr(parts.at(-1) ?? fail("no right side")),
      ...(node.getChild("BoolModifier") ? { bool: true } : {}),
      ...(kind && on ? { matching: { kind, labels: this.#labels(on) } } : {}),
      ...(side ? { group: { side, include: include ? this.#labels(include) : [] } } : {}),
    };
  }

  duration(node: Node): number {
    const text = this.#of(node);
    let ms = 0;
    for (const [, count, unit] of text.matchAll(/(\d+)(ms|s|m|h|d|w|y)/g))
      ms += Number(count) * (UNITS[unit ?? ""] ?? NaN);
    return (text.startsWith("-") ? -ms : ms) / 1000;
  }

  #number(text: string): number {
    if (/inf$/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return /nan$/i.test(text) ? Number.NaN : Number(text);
  }

  #labels(list: Node): readonly string[] {
    return children(list).map((c) => this.#of(c));
  }

  #of(node: Node): string {
    return this.#text.slice(node.from, node.to);
  }
}

function children(node: Node): Node[] {
  const out: Node[] = [];
  for (let at = node.firstChild; at; at = at.nextSibling) out.push(at);
  return out;
}

const first = (node: Node): Node => node.firstChild ?? fail("an empty node");
const only = (nodes: Node[]): Node => (nodes.length === 1 && nodes[0] ? nodes[0] : fail(`${nodes.length} nodes`));
const child = (node: Node, name: string): Node => node.getChild(name) ?? fail(`no ${name} in ${node.name}`);

function fail(what: string): never {
  throw new Error(`unexpected ${what}`);
}
