/** What a plan's steps bring to the checks' findings, and what they take away. */
import type { PlanStep } from "#lib/policy/plan.ts";
import type { Credential } from "../identity.ts";
import { viewerOf } from "../policy/listable.ts";
import type { Tried } from "./dry-run.ts";
import type { PlanDeps } from "./model.ts";

export const UNCHECKED = "Not all of the cluster's objects have been read yet. Plan again in a moment.";

/** By step; null: not all objects have been read yet. Of a refused step what was wanted is checked. */
export async function findingsOf(
  deps: PlanDeps,
  credential: Credential,
  steps: readonly Tried[],
  signal: AbortSignal | undefined,
): Promise<readonly PlanStep["findings"][] | null> {
  if (steps.length === 0) return [];
  const places = steps.map(({ draft: { ref } }) => ({ cluster: ref.cluster, namespace: ref.namespace }));
  const viewer = await viewerOf({ ...deps, port: { kinds: deps.kinds } }, credential, signal, places);
  const clusters = [...new Set(places.map(({ cluster }) => cluster))];
  const found = new Map<Tried, PlanStep["findings"]>();
  for (const cluster of clusters) {
    const own = steps.filter(({ draft }) => draft.ref.cluster === cluster);
    const planned = own.map(({ draft, after, dryRun }) => ({
      ...{ ref: draft.ref, before: draft.before },
      after: "error" in dryRun ? draft.after : after,
    }));
    const answer = deps.checks.ofPlan(cluster, viewer, planned);
    if (answer === null) return null;
    for (const [index, step] of own.entries()) found.set(step, answer[index] ?? []);
  }
  return steps.map((step) => found.get(step) ?? []);
}
