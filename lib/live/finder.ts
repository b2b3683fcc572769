/**
 * Find and hide in the worker: holds the last expressions that could be read, and says what they do to a graph. Hide wins:
 * what is hidden is never counted as found. Language: docs/find.md.
 */
import { aidsOf } from "#lib/graph/find/aids.ts";
import { type Expression, termsOf } from "#lib/graph/find/ast.ts";
import { complete } from "#lib/graph/find/complete.ts";
import { blindSpots, evaluate, idsOf, type Matches, mark } from "#lib/graph/find/evaluate.ts";
import { GraphIndex } from "#lib/graph/find/graph-index.ts";
import { hiddenBy } from "#lib/graph/find/hide.ts";
import { operandOf } from "#lib/graph/find/operands.ts";
import { parse } from "#lib/graph/find/parse.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { Assistance, FindStatus } from "./messages.ts";
import { NOTHING_FOUND } from "./status.ts";

export interface Finding {
  readonly hidden: Matches;
  /** What is found of what is shown; null while nothing is looked for. */
  readonly found: Matches | null;
  readonly status: FindStatus;
}

const NOTHING: Matches = { nodes: new Set(), edges: new Set() };

export class Finder {
  #find: Expression | null = null;
  #hide: Expression | null = null;
  #texts = { find: "", hide: "" };
  #revision = 0;
  #index: GraphIndex | null = null;
  #finding: Finding | null = null;

  /** Takes both texts; one that can't be read leaves its last expression in force. False where nothing changed. */
  set(find: string, hide: string): boolean {
    if (find === this.#texts.find && hide === this.#texts.hide) return false;
    this.#texts = { find, hide };
    this.#revision += 1;
    this.#find = read(find, this.#find);
    this.#hide = read(hide, this.#hide);
    this.#finding = null;
    return true;
  }

  /** Whether one of them asks for labels, which the server adds only when it is asked. */
  asksForLabels(): boolean {
    return [this.#find, this.#hide].some(
      (expression) =>
        expression !== null && termsOf(expression).some(({ subject }) => operandOf(subject).keyed === true),
    );
  }

  /** What both do to this graph; worked out once a graph. */
  of(graph: Graph): Finding {
    const index = this.#indexed(graph);
    this.#finding ??= findingOf(index, this.#find, this.#hide, this.#revision);
    return this.#finding;
  }

  /** What could be typed at a place of a text, and what is wrong with it. */
  assist(text: string, cursor: number, graph: Graph | null): Assistance {
    const parsed = parse(text);
    const items = complete(text, cursor, graph === null ? null : this.#indexed(graph));
    return { items, problem: parsed.ok ? null : parsed.errors[0] };
  }

  #indexed(graph: Graph): GraphIndex {
    if (this.#index?.graph !== graph) {
      this.#index = new GraphIndex(graph);
      this.#finding = null;
    }
    return this.#index;
  }
}

function read(text: string, last: Expression | null): Expression | null {
  const parsed = parse(text);
  return parsed.ok ? parsed.expression : last;
}

function findingOf(index: GraphIndex, find: Expression | null, hide: Expression | null, revision: number): Finding {
  const { graph } = index;
  if (find === null && hide === null) {
    return { hidden: NOTHING, found: null, status: { ...NOTHING_FOUND, revision } };
  }
  const hidden = hide === null ? NOTHING : idsOf(hiddenBy(mark(hide, index), index), graph);
  const all = find === null ? null : evaluate(find, index);
  const found = all === null ? null : { nodes: minus(all.nodes, hidden.nodes), edges: minus(all.edges, hidden.edges) };
  const sentences = (expression: Expression | null) =>
    expression === null ? [] : blindSpots(expression, index).map(({ message }) => message);
  return {
    hidden,
    found,
    status: {
      revision,
      matches: found === null ? null : counted(found),
      hidden: counted(hidden),
      blind: { find: sentences(find), hide: sentences(hide) },
      aids: find === null ? [] : aidsOf(find),
    },
  };
}

const minus = (all: ReadonlySet<string>, less: ReadonlySet<string>): ReadonlySet<string> =>
  less.size === 0 ? all : new Set([...all].filter((id) => !less.has(id)));

const counted = ({ nodes, edges }: Matches) => ({ nodes: nodes.size, edges: edges.size });
