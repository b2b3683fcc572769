/** What an operand is: its name, its kind of value, what it reads, and how that is explained. Rows are in operands-*.ts. */
import type { GraphEdge, GraphNode } from "../model.ts";
import type { GraphIndex } from "./graph-index.ts";
import type { Quantity } from "./units.ts";

/** How much of the traffic, for comparing with a share or with a rate. */
export interface Amount {
  readonly rate: number;
  /** What it is a part of. */
  readonly of: number | null;
}

/**
 * Readers by what a term may be about; `at` is its index in the graph, `key` that of a keyed operand. null: no data. An operand
 * without the one for nodes doesn't apply to nodes.
 */
export interface Readers<Read> {
  readonly node?: (node: GraphNode, graph: GraphIndex, at: number, key: string | null) => Read | null;
  readonly edge?: (edge: GraphEdge, graph: GraphIndex, at: number) => Read | null;
}

export interface Word {
  readonly word: string;
  readonly aliases: readonly string[];
}

/** A kind of number that a reader gives as one number. */
export type Plain = Exclude<Quantity, "amount">;

export type Reading =
  /** Names: all that a thing has, none being an answer too. */
  | ({ readonly type: "text" } & Readers<readonly string[]>)
  /** One of a fixed list. */
  | ({ readonly type: "word"; readonly words: readonly Word[] } & Readers<string>)
  /** Yes or no, without a value. */
  | ({ readonly type: "flag" } & Readers<boolean>)
  | ({ readonly type: Plain } & Readers<number>)
  | ({ readonly type: "amount" } & Readers<Amount>);

interface More {
  /** Other spellings. */
  readonly aliases?: readonly string[];
  /** `label:KEY`: the name is followed by a key. */
  readonly keyed?: true;
  /** The least and the most that the number can be. */
  readonly range?: readonly [least: number, most: number];
  /** Why this graph can't answer it, in a sentence; null where it can. */
  readonly needs?: (graph: GraphIndex) => string | null;
}

export type Operand = Reading &
  More & {
    readonly name: string;
    readonly aliases: readonly string[];
    /** One line, for the completion, the help and docs/find.md. */
    readonly help: string;
  };

type Row<Read> = [name: string, help: string, readers: Readers<Read>, more?: More];

export function text(...[name, help, readers, more]: Row<readonly string[]>): Operand {
  return { aliases: [], ...more, type: "text", name, help, ...readers };
}

export function flag(...[name, help, readers, more]: Row<boolean>): Operand {
  return { aliases: [], ...more, type: "flag", name, help, ...readers };
}

export function amount(...[name, help, readers, more]: Row<Amount>): Operand {
  return { aliases: [], ...more, type: "amount", name, help, ...readers };
}

export function number(type: Plain, ...[name, help, readers, more]: Row<number>): Operand {
  return { aliases: [], ...more, type, name, help, ...readers };
}

/** `words`: a plain one stands for itself alone. */
export function word(words: readonly (string | Word)[], ...[name, help, readers, more]: Row<string>): Operand {
  const list = words.map((one) => (typeof one === "string" ? { word: one, aliases: [] } : one));
  return { aliases: [], ...more, type: "word", words: list, name, help, ...readers };
}

/** What an operand may be asked of. */
export function appliesTo({ node, edge }: Operand): "node" | "edge" | "both" {
  return node === undefined ? "edge" : edge === undefined ? "node" : "both";
}
