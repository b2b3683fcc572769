/** GET /effect/{object path}: has what the API server took reached the proxies? */
import type { EffectAnswer } from "#lib/api/effect.ts";
import { problemOf } from "#lib/errors.ts";
import { syncVerdict } from "#lib/mesh/istio/sync.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { quoted } from "#lib/upstream/failure.ts";
import type { Credential } from "../identity.ts";
import { checkObject } from "../policy/access.ts";
import type { PolicyDeps } from "../policy/deps.ts";
import type { Istiod } from "./istiod.ts";

export interface EffectDeps extends Pick<PolicyDeps, "clients" | "rights"> {
  /** By configured cluster name; absent where no istiod is configured. */
  readonly istiods: ReadonlyMap<string, Istiod>;
}

/** Names at most so many proxies that refused. */
const NAMED = 10;

/**
 * What istiod says has become of a change made at `since`. An istiod that isn't configured or doesn't answer is an answer
 * (`unknown`, with the reason), not an error. @throws MeshscopeError `forbidden`, `unknown_cluster`
 */
export async function effectOf(
  deps: EffectDeps,
  credential: Credential,
  object: ObjectRef,
  since: UnixSeconds,
  signal?: AbortSignal,
): Promise<EffectAnswer> {
  const visibility = await deps.rights.visibility(credential, signal);
  checkObject(deps, visibility, object);
  const istiod = deps.istiods.get(object.cluster);
  if (istiod === undefined) {
    const setting = "clusters[].mesh.istiod.url";
    return unknown(`Istiod of cluster "${object.cluster}" isn't asked: ${setting} says where it answers.`);
  }
  try {
    const proxies = await istiod.proxies();
    // Of several behind one address it may be one that serves none; and one that doesn't say when can't tell since.
    if (proxies.length === 0) return unknown("No proxy is connected to the istiod that answered.");
    if (proxies.every(({ sent }) => sent.every(({ at }) => at === null)))
      return unknown("Istiod doesn't say when it sent its proxies anything, so what came since isn't known.");
    const { rejected, ...verdict } = syncVerdict(proxies, since, kindKey(object));
    const seen = rejected.filter(({ namespace }) => visibility.namespace(object.cluster, namespace));
    return {
      ...verdict,
      reason: null,
      rejected: seen
        .slice(0, NAMED)
        .map(({ proxy, error }) => ({ proxy: quoted(proxy, []), error: quoted(error, []) })),
      rejectedCount: rejected.length,
    };
  } catch (thrown) {
    return unknown(problemOf(thrown).detail);
  }
}

const NOBODY = { proxies: null, perhaps: null, sent: null, acknowledged: null, rejected: [], rejectedCount: 0 };

function unknown(reason: string): EffectAnswer {
  return { state: "unknown", reason, ...NOBODY };
}
