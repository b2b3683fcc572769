/** Which share of requests begins a trace, as objects that the viewer may see set it, the mesh's own settings among them. */
import type { SamplingRate, TraceBackendsAnswer } from "#lib/api/traces.ts";
import { samplingOf } from "#lib/mesh/meaning.ts";
import type { Credential } from "../identity.ts";
import type { PolicyDeps } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import { settingsOf } from "../policy/settings.ts";
import { sees, unreadOf } from "../policy/told.ts";
import { inView } from "../policy/world.ts";

export type ConfiguredDeps = Pick<PolicyDeps, "port" | "rights" | "inventory" | "rootNamespace" | "istiodNamespace"> & {
  readonly store: Pick<PolicyDeps["store"], "clusters">;
};

type Configured = Pick<TraceBackendsAnswer, "sampling" | "samplingUnknown">;

const TELEMETRY = "Telemetry";

/** Never rejects: tracing is there whatever becomes of policies. */
export async function configuredSampling(
  deps: ConfiguredDeps,
  credential: Credential,
  signal?: AbortSignal,
): Promise<Configured> {
  try {
    const viewer = await viewerOf(deps, credential, signal);
    const rates: SamplingRate[] = [];
    const unknown: Configured["samplingUnknown"] = [];
    for (const [cluster, policies] of deps.store.clusters()) {
      if (!viewer.visibility.cluster(cluster)) continue;
      const root = deps.rootNamespace(cluster);
      const inventory = deps.inventory().get(cluster);
      const all = policies.objects(TELEMETRY);
      const telemetries = all.filter((each) => sees(deps, cluster, viewer, each));
      const hidden = all.some((each) => each.metadata.namespace === root && !telemetries.includes(each));
      const unread = unreadOf(policies)(TELEMETRY);
      const sampling = samplingOf({
        ...{ telemetries, root, settings: settingsOf(deps, cluster, viewer) },
        unknown: unread ?? (hidden ? `a Telemetry of ${root} that you may not see may set it` : null),
        workloads: inventory === undefined ? [] : inView(inventory, viewer.visibility).workloads.values(),
      });
      rates.push(...sampling.rates.map((rate) => ({ cluster, ...rate })));
      if (sampling.why !== null) unknown.push({ cluster, why: sampling.why });
    }
    return { sampling: rates, samplingUnknown: unknown };
  } catch {
    return { sampling: null, samplingUnknown: [] };
  }
}
