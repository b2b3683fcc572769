/**
 * The comparison of e2e/policy-truth.real.test.ts over many more pairs of policies and requests, batch by batch, each on a cluster
 * of its own: 10,000 of them take about ten minutes on two cores. Any difference fails it, printed with its seed.
 */
import { compareAccess } from "../e2e/policy-truth/access.ts";
import { chance } from "../e2e/policy-truth/chance.ts";
import { compareConnections } from "../e2e/policy-truth/connections.ts";
import { compareGateways } from "../e2e/policy-truth/gateways.ts";
import { compareGoverned } from "../e2e/policy-truth/governed.ts";
import { type Outcome, total } from "../e2e/policy-truth/outcome.ts";
import { compareRouting } from "../e2e/policy-truth/routing.ts";
import { MESH_OF_ACCESS, someMesh } from "../e2e/policy-truth/settings.ts";
import { compareTlsEnds } from "../e2e/policy-truth/tls-ends.ts";
import { compareWaypointBytes } from "../e2e/policy-truth/waypoint-bytes.ts";
import { compareWaypointRoutes } from "../e2e/policy-truth/waypoint-routes.ts";
import { compareWaypoints } from "../e2e/policy-truth/waypoints.ts";
import { interruption } from "../scripts/process/interrupt.ts";
import { provisionReal, realComponents } from "../scripts/real/components.ts";
import type { Figure } from "./support/scale.ts";

/** Pairs that are decided. */
export const sizes = [10_000] as const;

/** It builds a control plane first, which takes minutes, and isn't about speed: not among those that run without being named. */
export const onlyByName = true;

/** Of one batch: as many as one control plane takes in quickly. */
const SCENES = 125;
const EACH = 12;
/** Of a batch under settings. */
const MESHES_EACH = 4;
/** CI has the first. */
const FIRST_SEED = 100;

const signal = interruption();

type Compare = typeof compareAccess;

export async function* run(pairs: number): AsyncGenerator<Figure> {
  for (const component of realComponents) {
    const path = await provisionReal(component);
    if (path === null) throw new Error(`No ${component.name}. Next step: ${component.nextStep}.`);
    process.env[component.env] = path;
  }
  const began = performance.now();
  // Half of the batches ask who is let in.
  const ways: readonly Compare[] = [
    ...[
      compareRouting,
      compareConnections,
      compareGateways,
      compareTlsEnds,
      compareRoutesGoverned,
      compareWaypointRoutes,
      compareWaypointBytes,
    ],
  ];
  const asked: readonly Compare[] = [
    ...[compareAccess, compareAccess, compareAccess, compareAccessGoverned, compareWaypoints],
  ];
  const order = ways.flatMap((compare, at) => [asked[at] ?? compareAccess, compare]);
  const sums = { decided: 0, open: 0, differences: 0 };
  for (let batch = 0; sums.decided < pairs; batch++) {
    const compare = order[batch % order.length] ?? compareAccess;
    const outcome = await compare(process.env, FIRST_SEED + batch, SCENES, EACH);
    sums.decided += total(outcome.decided);
    sums.open += total(outcome.open);
    sums.differences += outcome.differences.length;
    report(FIRST_SEED + batch, outcome);
    signal.throwIfAborted();
  }
  const figure = (metric: string, value: number, unit: string): Figure => ({
    ...{ name: "policy-truth", size: pairs, metric, value, unit },
  });
  yield figure("pairs decided", sums.decided, "pairs");
  yield figure("pairs left open", sums.open, "pairs");
  yield figure("differences", sums.differences, "pairs");
  yield figure("time", Math.round(performance.now() - began), "ms");
  if (sums.differences > 0)
    throw new Error(`${sums.differences} of ${sums.decided} pairs differ; they are printed above.`);
}

const compareAccessGoverned: Compare = (env, seed, scenes, each) =>
  compareAccess(env, seed, Math.ceil(scenes / 2), each, [{}, MESH_OF_ACCESS]);

/** Under meshes by chance, each with an istiod of its own. */
const compareRoutesGoverned: Compare = (env, seed, scenes, each) => {
  const from = chance(seed);
  const meshes = Array.from({ length: MESHES_EACH }, () => someMesh(from));
  return compareGoverned(env, seed, { scenes: Math.ceil(scenes / MESHES_EACH), each }, meshes);
};

function report(seed: number, { decided, open, differences }: Outcome): void {
  process.stderr.write(`seed ${seed}: ${JSON.stringify({ decided, open })}\n`);
  for (const difference of differences) process.stderr.write(`${difference}\n`);
}
