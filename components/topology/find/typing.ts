/** What happens in a field of find or hide while somebody types. Pure: the text, the place and the worker's answer go in. */
import type { Completion } from "#lib/graph/find/complete.ts";
import type { FindError } from "#lib/graph/find/problem.ts";
import type { Assistance } from "#lib/live/messages.ts";

/** The worker's answer with the question it answers. */
export interface Answer extends Assistance {
  readonly text: string;
  readonly cursor: number;
}

export const NO_ANSWER: Answer = { text: "", cursor: 0, items: [], problem: null };

export interface Typed {
  readonly text: string;
  readonly cursor: number;
}

/** After these the word goes on, or has its space already. */
const JOINED: readonly string[] = [" ", ".", ":", "("];

/** The text after a completion was taken: it stands in the place of what was typed, with a space for what comes next. */
export function accept(text: string, { insert, from, to }: Completion): Typed {
  const before = text.slice(0, from) + insert;
  const after = text.slice(to);
  const joined = JOINED.includes(insert.at(-1) ?? "");
  if (joined) return { text: before + after, cursor: before.length };
  return { text: `${before} ${after.trimStart()}`, cursor: before.length + 1 };
}

const touches = ({ at, length }: FindError, cursor: number) => cursor >= at && cursor <= at + length;

/** Which completion Enter takes without a choice: the first, where what is typed can't stay as it is. */
export function preselected({ items, problem, cursor, text }: Answer): number | null {
  if (problem === null || text.trim() === "" || !touches(problem, cursor)) return null;
  const [first] = items;
  return first === undefined || first.from === first.to ? null : 0;
}

/** The problem that is to be said: not of the word that is still being typed. */
export function saidProblem({ problem, cursor }: Answer, typing: boolean): FindError | null {
  return problem === null || (typing && touches(problem, cursor)) ? null : problem;
}
