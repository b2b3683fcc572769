/** What an answer about effective security is worked out from: all objects, of which the reader may see some. */
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { printPath, type Segments } from "#lib/policy/path.ts";
import { refOf } from "#lib/policy/ref.ts";
import type { Source } from "#lib/policy/security.ts";
import type { MeshFacts } from "../../settings/facts.ts";
import { type PeerPolicies, peerPolicies } from "../inbound-mtls.ts";
import type { ReadWorld } from "../revisions.ts";
import type { Keeps } from "../routing/world.ts";

export interface SecurityWorld extends Pick<ReadWorld, "everything" | "readers" | "keepsBy"> {
  readonly cluster: string;
  readonly rootNamespace: string;
  /** All of a kind, whoever may see them; with `readers` those that their control plane may read. */
  readonly objects: (kind: string) => readonly Manifest[];
  /** As far as the reader may see it. */
  readonly inventory: ClusterInventory;
  /** The reader may not see all namespaces: what isn't in the inventory may be there all the same. */
  readonly partial?: boolean;
  readonly sees: (manifest: Manifest) => boolean;
  /** Absent: the mesh's settings aren't read. */
  readonly mesh?: MeshFacts;
  /** Services that clients of a namespace don't know; absent: they know all. */
  readonly keeps?: Keeps;
  /** Why a kind isn't known; null where it is, or where the cluster has no such kind. */
  readonly unread: (kind: string) => string | null;
}

/** What an object out of sight is called: neither its name nor what it says. */
export const HIDDEN = "an object you may not see";

/** What absence from a reader's part of the inventory doesn't say, whether anything is hidden or not: so it tells nothing of it. */
export const unseen = (
  { partial }: Pick<SecurityWorld, "partial">,
  what: "Services" | "workloads",
): readonly string[] => (partial === true ? [`${what} of namespaces you may not see`] : []);

export const sourceOf = ({ cluster }: SecurityWorld, manifest: Manifest, path: Segments): Source => ({
  object: refOf(cluster, manifest),
  path: printPath(path),
});

const gathered = new WeakMap<readonly Manifest[], Map<string, PeerPolicies>>();

/** PeerAuthentications by where they count; gathered once of a list. */
export function peersOf({ objects, rootNamespace }: Pick<SecurityWorld, "objects" | "rootNamespace">): PeerPolicies {
  const list = objects("PeerAuthentication");
  const own = gathered.get(list) ?? new Map<string, PeerPolicies>();
  gathered.set(list, own);
  const found = own.get(rootNamespace) ?? peerPolicies(list, rootNamespace);
  own.set(rootNamespace, found);
  return found;
}

/** Kinds among these that aren't known, with the reason. */
export const blind = (world: SecurityWorld, ...kinds: readonly string[]): readonly string[] =>
  kinds.flatMap((kind) => {
    const why = world.unread(kind);
    return why === null ? [] : [`${kind}: ${why}`];
  });
