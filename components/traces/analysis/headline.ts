/** An analysis in one sentence: what changed, by how much, where most of it is, since when, and what falls together with it. Pure. */
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import type { Measure } from "./state.ts";
import {
  type Contributor,
  coincidencePieces,
  contributorPieces,
  type Estimate,
  msText,
  type Piece,
  rangeText,
  signedMs,
} from "./words.ts";

export type Turn = "rose" | "fell";

/** Beyond what the samples leave open; null: not so. */
export function turnOf(change: Estimate | null | undefined): Turn | null {
  if (change == null) return null;
  if (change.low !== null && change.low > 0) return "rose";
  return change.high !== null && change.high < 0 ? "fell" : null;
}

/** `say`: an instant as the console writes it. */
export function headlineOf(result: AnalysisResult, say: (instant: string) => string): readonly Piece[] {
  const { sample, change } = result;
  if (sample.traces === 0) return ["No trace of ", ...subjectOf(result), " in this time"];
  const measure = (["p95", "mean"] as const).find((each) => turnOf(change?.[each]) !== null);
  if (change !== null && measure !== undefined) return turned(result, measure, say);
  const told: Measure = sample.p95 === null ? "mean" : "p95";
  const value = sample[told]?.value ?? 0;
  if (change === null) return [...subjectOf(result), `’s ${told} is ${msText(value)}`, ...most(result, told, say)];
  const open = change[told] === null ? null : rangeText(change[told], signedMs);
  return [
    ...subjectOf(result),
    `’s ${told} is ${msText(value)}, and no more different from before than the samples leave open`,
    open === null ? "" : ` (${open})`,
  ];
}

function subjectOf({ service, operation, target }: AnalysisResult): readonly Piece[] {
  return [
    { name: service },
    ...(operation === null ? [] : [" ", { name: operation }]),
    ...(target === null ? [] : [" → ", { name: target }]),
  ];
}

function turned(result: AnalysisResult, measure: Measure, say: (instant: string) => string): readonly Piece[] {
  const { change, contributors } = result;
  const by = change?.[measure]?.value ?? 0;
  const turn = by > 0 ? "rose" : "fell";
  const size = (each: Contributor): number => (each.change?.[measure]?.value ?? 0) * Math.sign(by);
  const top = contributors
    .filter((each) => each.kind !== "sequential" && turnOf(each.change?.[measure]) === turn)
    .toSorted((a, b) => size(b) - size(a))[0];
  return [
    ...subjectOf(result),
    `’s ${measure} ${turn} ${msText(Math.abs(by))}`,
    ...(top === undefined ? [] : [`: ${msText(size(top))} of it in `, ...contributorPieces(top)]),
    ...(turn === "rose" ? when(result, top, say) : []),
  ];
}

function most(result: AnalysisResult, measure: Measure, say: (instant: string) => string): readonly Piece[] {
  const size = (each: Contributor): number => each.now[measure]?.value ?? 0;
  const [top] = result.contributors.filter(({ kind }) => kind !== "sequential").toSorted((a, b) => size(b) - size(a));
  if (top === undefined) return [];
  return [`: ${msText(size(top))} of it in `, ...contributorPieces(top), ...when(result, top, say)];
}

/** Changes that stand in the sentence; all of them stand at the contributor. */
const SAID = 2;

function when(
  { since, contributors }: AnalysisResult,
  top: Contributor | undefined,
  say: (instant: string) => string,
): readonly Piece[] {
  const at = top?.since ?? since;
  const coincidences = (top?.coincidences ?? []).slice(0, SAID);
  const told = top ?? contributors[0];
  return [
    ...(at === null ? [] : [`, since ${say(at)}`]),
    ...(told === undefined
      ? []
      : coincidences.flatMap((each, index) => [
          index === 0 ? "; coincides with " : " and ",
          ...coincidencePieces(each, told),
        ])),
  ];
}
