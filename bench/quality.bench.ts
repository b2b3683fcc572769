/**
 * How well the map can be read: crossings, length of the edges, shape, and how far survivors move after 1 % churn, on fixed
 * data sets, beside elkjs and dagre in the same run where they end in reasonable time. Results: docs/adr/0008-layout.md.
 */
import { layout } from "#lib/layout/layout.ts";
import type { LayoutInput } from "#lib/layout/model.ts";
import { churn, generatedMesh } from "./support/mesh.ts";
import { aspect, crossings, movement, type Points, pointsOf, totalLength } from "./support/quality.ts";
import { layeredByDagre, layeredByElk } from "./support/rivals.ts";
import type { Figure } from "./support/scale.ts";

export const sizes = [100, 300, 1000] as const;

/** A library, and up to which size it ends within a minute. */
const RIVALS: readonly (readonly [
  name: string,
  most: number,
  lay: (input: LayoutInput) => Points | Promise<Points>,
])[] = [
  ["elkjs", 1000, layeredByElk],
  ["dagre", 300, layeredByDagre],
];

const METRICS: readonly (readonly [metric: string, unit: string, of: (input: LayoutInput, at: Points) => number])[] = [
  ["crossings", "1", crossings],
  ["total edge length", "cells", totalLength],
  ["aspect ratio", "1", (_, at) => aspect(at)],
];

export async function* run(size: number): AsyncGenerator<Figure> {
  const input = generatedMesh(size, 1);
  const next = churn(input, 1);
  const began = performance.now();
  const drawing = layout(input, { seed: 1 });
  const ms = performance.now() - began;
  const ours = pointsOf(drawing);
  const moved = movement(ours, pointsOf(layout(next, { seed: 1, previous: drawing })));
  for (const [rival, most, lay] of RIVALS) {
    if (size > most) continue;
    const name = `quality beside ${rival}`;
    const start = performance.now();
    const theirs = await lay(input);
    const theirMs = performance.now() - start;
    yield { name, size, metric: "time", value: ms, unit: "ms", baseline: theirMs };
    for (const [metric, unit, of] of METRICS) {
      yield { name, size, metric, value: of(input, ours), unit, baseline: of(input, theirs) };
    }
    const theirMove = movement(theirs, await lay(next));
    yield { name, size, metric: "movement after 1 % churn", value: moved, unit: "widths", baseline: theirMove };
  }
}
