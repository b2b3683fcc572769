/** What is kept of a part that was read: what macros ask of their arguments, and how deep it is. */

export interface Part {
  /** Where it begins, brackets around it left out. */
  readonly at: number;
  readonly form: "name" | "field" | "other";
  /** Of the form `name`. */
  readonly name?: string;
  /** How many operators, fields, elements and calls of methods stand one in another. (checkAndIncrementRecursionDepth in cel-go's parser/parser.go) */
  readonly levels: number;
}

const levels = (parts: readonly Part[]): number => parts.reduce((most, part) => Math.max(most, part.levels), 0);

/** What holds parts without a level of its own. */
export const plain = (at: number, parts: readonly Part[]): Part => ({ at, form: "other", levels: levels(parts) });

/** What is one level above its parts, and begins with the first of them. */
export const over = (form: Part["form"], parts: readonly Part[]): Part => ({
  at: parts[0]?.at ?? 0,
  form,
  levels: levels(parts) + 1,
});

/** With a target, by how many arguments they take. (StandardMacros in cel-go's cel/macro.go, where existsOne isn't among them) */
const MACROS: ReadonlyMap<string, readonly number[]> = new Map([
  ["all", [2]],
  ["exists", [2]],
  ["exists_one", [2]],
  ["map", [2, 3]],
  ["filter", [2]],
]);

/** Whether a call is a macro: with any other number of arguments it is a function of that name, of which nobody here knows. */
export const isMacro = (name: string, target: boolean, args: number): boolean =>
  target ? MACROS.get(name)?.includes(args) === true : name === "has" && args === 1;

/** (MakeHas in cel-go's parser/macro.go) */
export const hasProblem = (field: Part): string | null =>
  field.form === "field" ? null : "has() asks whether there is a field, such as has(request.host).";

/** (makeQuantifier, MakeMap, MakeFilter) */
export function variableProblem(macro: string, variable: Part): string | null {
  if (variable.form !== "name") return `${macro}() begins with a name for the element, such as ${macro}(each, …).`;
  return variable.name === "__result__" ? "__result__ is CEL’s own, and no name for an element." : null;
}
