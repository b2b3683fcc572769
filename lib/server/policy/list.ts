/** GET /policies: from the console's own watches, filtered by what the viewer may see. */
import { formatInstant } from "#lib/api/instant.ts";
import type { PoliciesAnswer, PoliciesQuery } from "#lib/api/policies.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { page } from "../page.ts";
import { checkScope } from "../rights/filter.ts";
import { checkNamespace } from "./access.ts";
import type { PolicyDeps } from "./deps.ts";
import { findingsByObject } from "./findings.ts";
import { policyItem, readable } from "./item.ts";
import { viewerOf } from "./listable.ts";
import { takes } from "./takes.ts";
import { worldOf } from "./world.ts";

/** Whole objects are large: a page holds fewer of them. */
const WHOLE_LIMIT = 100;

/** @throws MeshscopeError `reauth`, `bad_parameter` (next), `forbidden` for a scope that the viewer can't see */
export async function listPolicies(
  deps: PolicyDeps,
  credential: Credential,
  query: PoliciesQuery,
  signal?: AbortSignal,
): Promise<PoliciesAnswer> {
  const { node } = query;
  const viewer = await viewerOf(deps, credential, signal, node === undefined ? [] : [node]);
  if (node !== undefined) checkNamespace(deps, viewer.visibility, node.cluster, node.namespace);
  const { port, store } = deps;
  checkScope(query, [...store.clusters().keys()], viewer.visibility);
  const wanted = (list: readonly string[], ...texts: readonly string[]) =>
    list.length === 0 || texts.some((text) => list.includes(text));
  const clusters = [...store.clusters().values()].filter(
    ({ cluster }) =>
      viewer.visibility.cluster(cluster) &&
      wanted(query.clusters, cluster) &&
      (node === undefined || node.cluster === cluster),
  );
  const kinds = port.kinds.filter((kind) => wanted(query.kinds, kind.kind, kindKey(kind)));
  const found = clusters.flatMap((each) => {
    const world = worldOf(deps, each.cluster, viewer);
    return kinds.flatMap((kind) =>
      world.objects(kindKey(kind)).flatMap((manifest) => {
        const { namespace, name } = manifest.metadata;
        // A Namespace is found with what lies in it.
        if (!wanted(query.namespaces, namespace ?? name)) return [];
        if (node !== undefined && !takes(port, manifest, world, node)) return [];
        return [{ world, kind, manifest, key: `${each.cluster}/${kindKey(kind)}/${namespace ?? "-"}/${name}` }];
      }),
    );
  });
  const limit = query.include === "manifest" ? Math.min(query.limit, WHOLE_LIMIT) : query.limit;
  const { items, ...more } = page(found, ({ key }) => key, { limit, next: query.next });
  const keys = new Set(kinds.map(kindKey));
  const asOf = clusters.reduce<UnixSeconds | null>(
    (least, each, index) =>
      index === 0
        ? each.asOf
        : least === null || each.asOf === null
          ? null
          : (Math.min(least, each.asOf) as UnixSeconds),
    null,
  );
  const findings = findingsByObject(deps, viewer);
  return {
    items: items.map(({ world, kind, manifest }) => ({
      ...policyItem(port, kind, manifest, world, findings(world.cluster, refKey(refOf(world.cluster, manifest)))),
      ...(query.include === "manifest" ? { manifest: readable(manifest) } : {}),
    })),
    ...more,
    asOf: asOf === null ? null : formatInstant(asOf),
    unread: clusters.flatMap(({ cluster, unread }) =>
      unread.filter(({ kind }) => keys.has(kind)).map((each) => ({ cluster, ...each })),
    ),
  };
}
