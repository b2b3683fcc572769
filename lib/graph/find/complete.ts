/** What could be typed at a place of an expression: operands, operators, values and units, joiners. */
import type { Comparison } from "./ast.ts";
import { graphValues } from "./complete-values.ts";
import type { GraphIndex } from "./graph-index.ts";
import { appliesTo, type Operand } from "./operand.ts";
import { ENDS, nameOperand, OPERANDS } from "./operands.ts";
import { analyse, type Slot } from "./parse.ts";
import { quoted } from "./print.ts";
import { comparisonsOf } from "./problem.ts";
import { isPlainWord } from "./tokens.ts";
import { QUANTITY_WORDS, readNumber, unitsOf } from "./units.ts";

export interface Completion {
  readonly label: string;
  /** Takes the place of the text from `from` to `to`. */
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  readonly kind: "operand" | "operator" | "value" | "joiner";
  readonly help: string;
}

/** The usual units; the others are in the help. */
const UNITS_OFFERED = 4;
/** More than this nobody reads; typing on narrows them. */
const MOST_COMPLETIONS = 100;

type Proposal = Pick<Completion, "label" | "kind" | "help"> & {
  readonly insert?: string;
  readonly also?: readonly string[];
  /** The graph can't answer it. */
  readonly blind?: boolean;
};

/** Proposals for the cursor's place, best first; values are those of the graph where there is one. */
export function complete(text: string, cursor: number, index: GraphIndex | null = null): readonly Completion[] {
  const slot = slotAt(analyse(text).slots, cursor);
  if (slot === null) return [];
  const inToken = cursor > slot.token && cursor <= slot.to;
  const typed = inToken ? text.slice(slot.token, cursor) : "";
  const [from, to] = inToken ? [slot.token, slot.to] : [cursor, cursor];
  const bare = typed.replace(/^["']/, "");
  return propose(slot, bare, index)
    .slice(0, MOST_COMPLETIONS)
    .map(({ label, kind, help, insert = label }) => ({ label, kind, help, insert, from, to }));
}

/** The slot whose word is being typed, else the one that the cursor stands in. */
function slotAt(slots: readonly Slot[], cursor: number): Slot | null {
  const typed = slots.find(
    ({ token, to, kind }) => cursor > token && cursor <= to && kind !== "open" && kind !== "close" && kind !== "not",
  );
  return typed ?? slots.findLast(({ from, token }) => from <= cursor && cursor <= token) ?? null;
}

function propose(slot: Slot, typed: string, index: GraphIndex | null): readonly Proposal[] {
  const { expects, depth } = slot;
  switch (expects.kind) {
    case "operand":
      return proposeOperands(typed, index);
    case "operator":
      return fitting([...operators(expects.operand), ...(expects.bare ? joiners(depth) : [])], typed);
    case "joiner":
      return fitting(joiners(depth), typed);
    case "value":
      return proposeValues(expects, typed, index);
  }
}

/** Those that begin with what is typed, then those that hold it, in their own order; last what the graph can't answer. */
function fitting(proposals: readonly Proposal[], typed: string): readonly Proposal[] {
  const wanted = typed.toLowerCase();
  const names = ({ label, also = [] }: Proposal) => [label, ...also].map((name) => name.toLowerCase());
  const begins = proposals.filter((one) => names(one).some((name) => name.startsWith(wanted)));
  const holds = proposals.filter((one) => !begins.includes(one) && names(one).some((name) => name.includes(wanted)));
  const all = [...begins, ...holds];
  return [...all.filter(({ blind }) => blind !== true), ...all.filter(({ blind }) => blind === true)];
}

const SCOPE = { node: "node", edge: "edge", both: "node, edge" } as const;

function operandProposal(operand: Operand, end: "" | "source." | "target.", index: GraphIndex | null): Proposal {
  const { name, aliases, help, keyed, needs } = operand;
  const scope = end === "" ? SCOPE[appliesTo(operand)] : "edge";
  const notes = [scope, ...(aliases.length > 0 ? [`also ${aliases.join(", ")}`] : [])].join("; ");
  // Labels are asked for as soon as an expression has one.
  const blind = index === null || keyed ? null : (needs?.(index) ?? null);
  return {
    label: `${end}${name}${keyed ? ":" : ""}`,
    kind: "operand",
    help: blind ?? `${help} (${notes})`,
    also: aliases.map((alias) => `${end}${alias}`),
    blind: blind !== null,
  };
}

const NOT: Proposal = {
  label: "NOT",
  insert: "NOT ",
  kind: "joiner",
  help: "The opposite; what has no data stays out",
};
const OPEN: Proposal = { label: "(", kind: "joiner", help: "A group" };
const ENDS_OFFERED: readonly Proposal[] = [
  { label: "source.", kind: "operand", help: "Asks the caller of an edge: source.namespace = shop" },
  { label: "target.", kind: "operand", help: "Asks the server of an edge: target.app = reviews" },
];

function proposeOperands(typed: string, index: GraphIndex | null): readonly Proposal[] {
  const end = ENDS.map((one) => `${one}.` as const).find((one) => typed.toLowerCase().startsWith(one)) ?? "";
  const all =
    end === ""
      ? [...OPERANDS.map((operand) => operandProposal(operand, "", index)), ...ENDS_OFFERED, NOT, OPEN]
      : OPERANDS.filter(({ node }) => node !== undefined).map((operand) => operandProposal(operand, end, index));
  const found = fitting(all, typed);
  const complete = end !== "" || nameOperand(typed).operand !== null;
  return typed.length < 2 || complete ? found : [...found, ...byName(typed, index)];
}

/** A word that is no operand is probably a name. */
function byName(typed: string, index: GraphIndex | null): readonly Proposal[] {
  if (!isPlainWord(typed)) return [];
  const name = OPERANDS.find((operand) => operand.name === "name");
  const names = index === null || name === undefined ? [] : graphValues(name, null, index, typed);
  const exact: Proposal[] = names.map((found) => ({
    ...{ label: `name = ${quoted(found)}`, kind: "operand", help: "In the graph" },
  }));
  const part: Proposal = { label: `name *= ${typed}`, kind: "operand", help: `Every name that contains ${typed}` };
  return names.length > 0 ? [part, ...exact] : [part];
}

const COMPARISON_HELP: Readonly<Record<Comparison, string>> = {
  "=": "equals",
  "!=": "doesn't equal",
  "<": "less than",
  "<=": "at most",
  ">": "more than",
  ">=": "at least",
  "*=": "contains",
  "!*=": "doesn't contain",
  "^=": "starts with",
  "!^=": "doesn't start with",
  "$=": "ends with",
  "!$=": "doesn't end with",
};
const VERBS: Readonly<Partial<Record<Comparison, string>>> = { "*=": "contains", "^=": "startswith", "$=": "endswith" };

function operators(operand: Operand): readonly Proposal[] {
  const numeric = operand.type !== "text" && operand.type !== "word";
  const order = numeric ? [">", ">=", "<", "<=", "=", "!="] : comparisonsOf(operand);
  return comparisonsOf(operand).length === 0
    ? []
    : (order as readonly Comparison[]).map((comparison) => {
        const verb = VERBS[comparison];
        const help = COMPARISON_HELP[comparison];
        return {
          label: comparison,
          insert: `${comparison} `,
          kind: "operator",
          help,
          also: verb === undefined ? [] : [verb],
        };
      });
}

function joiners(depth: number): readonly Proposal[] {
  const close: Proposal = { label: ")", kind: "joiner", help: "Ends the group" };
  return [
    { label: "AND", insert: "AND ", kind: "joiner", help: "Both" },
    { label: "OR", insert: "OR ", kind: "joiner", help: "One or both" },
    ...(depth > 0 ? [close] : []),
  ];
}

const MISSING: Proposal = { label: "nodata", kind: "value", help: "Nothing says" };
const NAN: Proposal = { label: "NaN", kind: "value", help: "Nothing or zero" };

function proposeValues(
  expects: Extract<Slot["expects"], { kind: "value" }>,
  typed: string,
  index: GraphIndex | null,
): readonly Proposal[] {
  const { operand, comparison } = expects;
  const equality = comparison === "=" || comparison === "!=";
  if (operand.type === "word") {
    const words = operand.words.map(
      ({ word, aliases }): Proposal => ({ label: word, kind: "value", help: "", also: aliases }),
    );
    return fitting([...words, MISSING], typed);
  }
  if (operand.type === "text") {
    const values = index === null ? [] : graphValues(operand, expects.key, index, typed);
    const found = values.map(
      (value): Proposal => ({ label: value, insert: quoted(value), kind: "value", help: "In the graph" }),
    );
    return equality ? [...found, ...fitting([MISSING], typed)] : found;
  }
  if (operand.type === "flag") return [];
  const number = readNumber(typed);
  if (number !== null) {
    const digits = typed.slice(0, number.unitAt);
    const units = unitsOf(operand.type)
      .slice(0, UNITS_OFFERED)
      .map((unit): Proposal => ({ label: `${digits}${unit}`, kind: "value", help: "" }));
    return fitting(units, typed);
  }
  const example: Proposal = {
    ...{ label: QUANTITY_WORDS[operand.type].example.split(",")[0] ?? "", kind: "value" },
    help: `For example: it is ${QUANTITY_WORDS[operand.type].name}`,
  };
  return fitting([example, ...(equality ? [MISSING, NAN] : [])], typed);
}
