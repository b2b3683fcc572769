/**
 * Expressions of CEL, read here and by cel-go as Istio's webhook calls it (lab/real/istiod/go.mod pins both): written ones, ones that
 * the grammar makes, and those with slips. Which are parsed has to be the same.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { realCel } from "#lab/real/binaries.ts";
import { refusalsOf } from "#lab/real/cel.ts";
import { REFUSED, TAKEN } from "#lib/mesh/istio/policy/cel/cases.test-support.ts";
import {
  brokenExpressions,
  DEEP,
  jumbled,
  looseExpressions,
  soundExpressions,
} from "#lib/mesh/istio/policy/cel/made.test-support.ts";
import { celProblem } from "#lib/mesh/istio/policy/cel/problem.ts";

const binary = realCel(process.env);
const RUN = { numRuns: 1500, seed: 31 };

interface Compared {
  readonly taken: number;
  readonly refused: number;
  /** What isn't the same here and there. */
  readonly different: readonly (readonly [expression: string, theirs: string | null, ours: string | null])[];
}

async function compared(expressions: readonly string[]): Promise<Compared> {
  const theirs = await refusalsOf(binary, expressions);
  const rows = expressions.map(
    (each, i) => [each.slice(0, 400), theirs[i] ?? null, celProblem(each)?.message ?? null] as const,
  );
  const taken = rows.filter(([, refusal]) => refusal === null).length;
  const different = rows.filter(([, refusal, ours]) => (refusal === null) !== (ours === null));
  return { taken, refused: rows.length - taken, different };
}

test("written ones are taken and refused as the table says", async () => {
  const [taken, refused] = [TAKEN, REFUSED].map((table) => Object.values(table).flat());
  expect(await compared(taken ?? [])).toEqual({ taken: taken?.length, refused: 0, different: [] });
  expect(await compared(refused ?? [])).toEqual({ taken: 0, refused: refused?.length, different: [] });
});

test("what the grammar makes is taken", async () => {
  expect(await compared(fc.sample(soundExpressions, RUN))).toEqual({ taken: 1500, refused: 0, different: [] });
});

test.each([
  ["what may be refused for each of its reasons", looseExpressions, 200, 1000],
  ["slips of the hand", brokenExpressions, 400, 800],
  ["words in any order", jumbled, 80, 1200],
])("%s: no difference", async (_, expressions, taken, refused) => {
  const result = await compared(fc.sample(expressions, RUN));
  expect(result.different).toEqual([]);
  expect(result.taken).toBeGreaterThan(taken);
  expect(result.refused).toBeGreaterThan(refused);
});

test("what is nested: to the same depth", async () => {
  const depths = [82, 83, 84, 123, 124, 125, 126, 248, 249, 250, 251, 252, 500];
  const result = await compared(Object.values(DEEP).flatMap((of) => depths.map(of)));
  expect(result.different).toEqual([]);
  expect(result.refused).toBeGreaterThan(60);
});

test("as many characters as cel-go reads, and one more", async () => {
  const long = ["x", "é", "😀"].flatMap((letter) => [99_998, 99_999].map((count) => `'${letter.repeat(count)}'`));
  expect(await compared(long)).toEqual({ taken: 3, refused: 3, different: [] });
});
