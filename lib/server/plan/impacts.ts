/** What a plan's steps do to calls that were seen, cluster by cluster. */
import type { Credential } from "../identity.ts";
import type { PlanImpact } from "../impact/impact.ts";
import { viewerOf } from "../policy/listable.ts";
import type { Tried } from "./dry-run.ts";
import type { PlanDeps } from "./model.ts";

const SEVERAL = "The plan reaches into several clusters; its impact is worked out for one at a time.";

/** By step. `without`: why it isn't asked for. Of a refused step what was wanted counts. */
export async function impactsOf(
  deps: PlanDeps,
  credential: Credential,
  steps: readonly Tried[],
  without: string | null,
  signal: AbortSignal | undefined,
): Promise<PlanImpact> {
  const clusters = new Set(steps.map(({ draft }) => draft.ref.cluster));
  const [cluster] = clusters;
  const reason = without ?? (clusters.size > 1 ? SEVERAL : null);
  if (cluster === undefined || reason !== null)
    return { items: steps.map(() => null), left: steps.map(() => 0), view: null, reason };
  const places = steps.map(({ draft: { ref } }) => ({ cluster, namespace: ref.namespace }));
  // Of kinds that the cluster has no object of yet the viewer's rights are asked as well: the plan's own objects are theirs to see.
  const refs = steps.map(({ draft }) => draft.ref);
  const viewer = await viewerOf({ ...deps, port: { kinds: deps.kinds } }, credential, signal, places, refs);
  const wanted = steps.map(({ draft, after, dryRun }) => ({
    before: draft.before,
    after: "error" in dryRun ? draft.after : after,
  }));
  return deps.impacts.of(cluster, viewer, wanted, signal);
}
