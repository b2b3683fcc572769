/** What of a cluster's objects a viewer may be told, and what isn't known of them. */
import { formatInstant } from "#lib/api/instant.ts";
import { formatAge } from "#lib/format.ts";
import { kindKey, manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { seconds, type UnixSeconds } from "#lib/units.ts";
import type { PolicyDeps, Viewer } from "./deps.ts";
import { SETTINGS, visible } from "./listable.ts";
import type { ClusterPolicies } from "./store.ts";

const NOT_YET = "the cluster’s objects haven’t all been read yet";

export function sees(
  { port }: Pick<PolicyDeps, "port">,
  cluster: string,
  { visibility, mayList }: Viewer,
  manifest: Manifest,
): boolean {
  const key = manifestKindKey(manifest);
  const { namespace = null, name } = manifest.metadata;
  if (key === SETTINGS) return mayList(cluster, key, namespace, name);
  const kind = port.kinds.find((each) => kindKey(each) === key);
  return kind !== undefined && visible(visibility, cluster, kind, manifest) && mayList(cluster, key, namespace, name);
}

/** A kind that the cluster doesn't have is known to have no objects. */
export function unreadOf(policies: ClusterPolicies | undefined): (kind: string) => string | null {
  return (kind) => {
    const unread = policies?.unread.find((each) => each.kind === kind && each.code !== "not_found");
    if (unread !== undefined) return unread.reason;
    return policies === undefined || policies.asOf === null ? NOT_YET : null;
  };
}

/** Of when an answer's objects are, and since when nobody says that they are still so. */
export function ageOf(policies: ClusterPolicies | undefined): {
  readonly asOf: string | null;
  readonly silentSince?: string;
} {
  const { asOf = null, silentSince } = policies ?? {};
  return {
    asOf: asOf === null ? null : formatInstant(asOf),
    ...(silentSince === undefined ? {} : { silentSince: formatInstant(silentSince) }),
  };
}

/** The same as a sentence beside what else isn't known; none: the API server answers. */
export function silence(policies: ClusterPolicies | undefined, now: UnixSeconds): readonly string[] {
  const since = policies?.silentSince;
  if (since === undefined) return [];
  const age = formatAge(seconds(now - since));
  return [
    `Objects are as of ${formatInstant(since)}, ${age} before this was worked out: the cluster’s API server hasn’t answered since.`,
  ];
}
