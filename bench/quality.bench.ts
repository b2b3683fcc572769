/**
 * How well the map can be read: crossings, length of the edges, shape, and how far survivors move after 1 % churn, on two fixed
 * data sets, one of them the lab's `scale` scenario, beside libraries in the same run where they end in reasonable time.
 * Results: docs/adr/0008-layout.md.
 */
import { layout } from "#lib/layout/layout.ts";
import type { LayoutInput } from "#lib/layout/model.ts";
import { churn, generatedMesh, scaleMesh } from "./support/mesh.ts";
import { aspect, crossings, movement, type Points, pointsOf, totalLength } from "./support/quality.ts";
import { force, layeredByDag, layeredByDagre, layeredByElk } from "./support/rivals.ts";
import type { Figure } from "./support/scale.ts";

export const sizes = [100, 300, 1000] as const;

const MESHES = [
  ["generated mesh", generatedMesh],
  ["scale scenario", scaleMesh],
] as const;

/** A library, and up to which size it ends within a minute or two. */
const RIVALS: readonly (readonly [
  name: string,
  most: number,
  lay: (input: LayoutInput) => Points | Promise<Points>,
])[] = [
  ["elkjs", 1000, layeredByElk],
  ["d3-dag", 300, layeredByDag],
  ["d3-force", 1000, force],
  ["dagre", 300, layeredByDagre],
];

const METRICS: readonly (readonly [metric: string, unit: string, of: (input: LayoutInput, at: Points) => number])[] = [
  ["crossings", "1", crossings],
  ["total edge length", "cells", totalLength],
  ["aspect ratio", "1", (_, at) => aspect(at)],
];

export async function* run(size: number): AsyncGenerator<Figure> {
  for (const [mesh, make] of MESHES) yield* measure(mesh, make(size, 1), size);
}

async function* measure(mesh: string, input: LayoutInput, size: number): AsyncGenerator<Figure> {
  const next = churn(input, 1);
  const began = performance.now();
  const drawing = layout(input, { seed: 1 });
  const ms = performance.now() - began;
  const ours = pointsOf(drawing);
  const moved = movement(ours, pointsOf(layout(next, { seed: 1, previous: drawing })));
  for (const [rival, most, lay] of RIVALS) {
    if (size > most) continue;
    const name = `quality on the ${mesh} beside ${rival}`;
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
