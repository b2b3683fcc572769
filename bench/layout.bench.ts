/**
 * How fast generated meshes are laid out, cold and after 1 % churn, beside what a force simulation of d3 needs in the same
 * run. How well they can be read is measured by quality.bench.ts.
 */
import { layout } from "#lib/layout/layout.ts";
import type { Layout } from "#lib/layout/model.ts";
import { churn, generatedMesh } from "./support/mesh.ts";
import { forwards, meanLength, movement, pointsOf } from "./support/quality.ts";
import { force } from "./support/rivals.ts";
import { type Figure, median } from "./support/scale.ts";

/** Sizes this benchmark is meant for, in workloads. */
export const sizes = [100, 300, 1000, 5000] as const;

function time<T>(work: () => T): { ms: number; result: T } {
  const start = performance.now();
  const result = work();
  return { ms: performance.now() - start, result };
}

/** Runs at one size; five times cold and warm, the force simulation once, where it ends in reasonable time. */
export async function* run(size: number): AsyncGenerator<Figure> {
  const name = "layout";
  const input = generatedMesh(size, 1);
  const cold = Array.from({ length: 5 }, () => time(() => layout(input, { seed: 1 })));
  const drawing = cold[0]?.result as Layout;
  const rival = size <= 1000 ? time(() => force(input)) : null;
  const beside = (baseline: number | undefined) => (baseline === undefined ? {} : { baseline });
  yield { name, size, metric: "cold", value: median(cold.map(({ ms }) => ms)), unit: "ms", ...beside(rival?.ms) };

  const next = churn(input, 1);
  const warm = Array.from({ length: 5 }, () => time(() => layout(next, { seed: 1, previous: drawing })));
  yield { name, size, metric: "warm, 1 % churn", value: median(warm.map(({ ms }) => ms)), unit: "ms" };

  const points = pointsOf(drawing);
  const after = pointsOf(warm[0]?.result as Layout);
  // The limit the project has set itself.
  const moved = movement(points, after);
  yield { name, size, metric: "movement of survivors", value: moved, unit: "widths", baseline: 0.01 };
  const rivals = rival?.result;
  const length = { value: meanLength(input, points), ...beside(rivals && meanLength(input, rivals)) };
  yield { name, size, metric: "mean edge length", unit: "cells", ...length };
  const forward = { value: forwards(input, points), ...beside(rivals && forwards(input, rivals)) };
  yield { name, size, metric: "edges left to right", unit: "share", ...forward };
}
