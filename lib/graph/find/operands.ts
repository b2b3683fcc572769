/** Every operand, in the order in which they are offered and explained, and how their names are looked up. */
import type { Subject } from "./ast.ts";
import type { Operand } from "./operand.ts";
import { SHARED_OPERANDS } from "./operands-both.ts";
import { CONFIG_OPERANDS } from "./operands-config.ts";
import { EDGE_OPERANDS } from "./operands-edge.ts";
import { NAME_OPERANDS, NODE_OPERANDS } from "./operands-node.ts";
import { nearest } from "./suggest.ts";

export const OPERANDS: readonly Operand[] = [
  ...NAME_OPERANDS,
  ...SHARED_OPERANDS,
  ...NODE_OPERANDS,
  ...CONFIG_OPERANDS,
  ...EDGE_OPERANDS,
];

const BY_NAME: ReadonlyMap<string, Operand> = new Map(
  OPERANDS.flatMap((operand) => [operand.name, ...operand.aliases].map((name) => [name.toLowerCase(), operand])),
);
const NAMES: readonly string[] = OPERANDS.flatMap(({ name, aliases }) => [name, ...aliases]);

/** The ends of an edge, as they stand before an operand of nodes. */
export const ENDS = ["source", "target"] as const;

/** The operand of an expression's subject. */
export function operandOf({ operand }: Pick<Subject, "operand">): Operand {
  const found = BY_NAME.get(operand.toLowerCase());
  if (found === undefined) throw new RangeError(`no operand is called ${operand}`);
  return found;
}

export type Named =
  | { readonly operand: Operand; readonly subject: Subject }
  /** `end`: it speaks of an end of an edge, but what follows is no operand of nodes. `nearest`: what may have been meant. */
  | {
      readonly operand: null;
      readonly nearest: string | null;
      readonly problem: "unknown" | "no-key" | "not-of-nodes";
    };

/** What a word names: an operand, by name or alias in any casing, with its key (`label:app`) and end (`source.namespace`). */
export function nameOperand(word: string): Named {
  const lower = word.toLowerCase();
  const direct = BY_NAME.get(lower);
  if (direct !== undefined && direct.keyed !== true) return named(direct, null, null);
  const colon = word.indexOf(":");
  const keyed = colon < 0 ? undefined : BY_NAME.get(lower.slice(0, colon));
  if (direct?.keyed === true || (keyed?.keyed === true && colon === word.length - 1)) {
    return { operand: null, nearest: null, problem: "no-key" };
  }
  if (keyed?.keyed === true) return named(keyed, word.slice(colon + 1), null);
  const end = ENDS.find((one) => lower.startsWith(`${one}.`));
  if (end === undefined) return { operand: null, nearest: nearest(word, NAMES), problem: "unknown" };
  const inner = nameOperand(word.slice(end.length + 1));
  if (inner.operand === null) {
    return { ...inner, nearest: inner.nearest === null ? null : `${end}.${inner.nearest}` };
  }
  if (inner.operand.node === undefined || inner.subject.end !== null) {
    return { operand: null, nearest: null, problem: "not-of-nodes" };
  }
  return named(inner.operand, inner.subject.key, end);
}

function named(operand: Operand, key: string | null, end: Subject["end"]): Named {
  return { operand, subject: { operand: operand.name, key, end } };
}

/** How a subject is written. */
export function spell({ operand, key, end }: Subject): string {
  return `${end === null ? "" : `${end}.`}${operand}${key === null ? "" : `:${key}`}`;
}
