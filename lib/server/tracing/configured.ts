/** Which share of requests begins a trace, as the Telemetry objects that the viewer may list set it. */
import type { PoliciesQuery } from "#lib/api/policies.ts";
import type { SamplingRate } from "#lib/api/traces.ts";
import { samplingRates } from "#lib/mesh/meaning.ts";
import type { Credential } from "../identity.ts";
import type { ChangeDeps } from "./coincidences.ts";

interface ConfiguredDeps {
  readonly changes: Pick<ChangeDeps, "policies">;
  readonly rootNamespace: (cluster: string) => string;
}

/** A page of whole objects: meshes have a handful of Telemetries. */
const TELEMETRIES: PoliciesQuery = {
  ...{ clusters: [], namespaces: [], kinds: ["Telemetry"] },
  ...{ include: "manifest", limit: 100 },
};

/** Never rejects: tracing is there whatever becomes of policies. null: they can't be read, or haven't been yet. */
export async function configuredSampling(
  { changes, rootNamespace }: ConfiguredDeps,
  credential: Credential,
  signal: AbortSignal = new AbortController().signal,
): Promise<SamplingRate[] | null> {
  try {
    const { items, asOf, unread } = await changes.policies(credential, TELEMETRIES, signal);
    if (asOf === null || unread.some(({ code }) => code !== "not_found")) return null;
    return [...Map.groupBy(items, ({ object }) => object.cluster)].flatMap(([cluster, each]) => {
      const manifests = each.flatMap(({ manifest }) => manifest ?? []);
      return samplingRates(manifests, rootNamespace(cluster)).map((rate) => ({ cluster, ...rate }));
    });
  } catch {
    return null;
  }
}
