/**
 * Whether an expression is CEL to cel-go, as Istio has it: its standard environment, which reads no optional fields (`a.?b`). Types aren't
 * looked at, nor are names. (Env.Parse in cel-go's cel/env.go, its parser/parser.go and parser/gen/CEL.g4; docs/adr/0023-cel.md)
 */
import type { Fault } from "./fault.ts";
import { Reading } from "./reading.ts";

/** What is wrong with an expression first, and where. */
export interface CelProblem {
  /** Code units of UTF-16 before it. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** Characters of its line up to it, itself among them. */
  readonly column: number;
  /** A sentence. */
  readonly message: string;
}

/** Code points. (expressionSizeCodePointLimit in cel-go's parser/parser.go) */
const MOST = 100_000;

/** Why cel-go doesn't parse an expression; null: it does. Never throws, and takes a time that is linear in the text. */
export function celProblem(text: string): CelProblem | null {
  const fault = tooLong(text) ?? new Reading(text).fault();
  if (fault === null) return null;
  const lines = text.slice(0, fault.at).split("\n");
  const column = [...(lines.at(-1) ?? "")].length + 1;
  return { offset: fault.at, line: lines.length, column, message: fault.message };
}

function tooLong(text: string): Fault | null {
  if (text.length <= MOST) return null;
  let [points, at] = [0, 0];
  for (const point of text) {
    if (points === MOST) return { at, message: "An expression has no more than 100,000 characters." };
    points += 1;
    at += point.length;
  }
  return null;
}
