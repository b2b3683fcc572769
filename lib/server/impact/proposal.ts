/** GET /meaning/proposals/…: deny by default for a namespace, from the calls that were seen, told as far as the viewer may see them. */
import { formatInstant } from "#lib/api/instant.ts";
import type { ProposalAnswer } from "#lib/api/proposal.ts";
import { propose } from "#lib/mesh/impact.ts";
import type { Credential } from "../identity.ts";
import { viewerOf } from "../policy/listable.ts";
import { meshOf } from "../policy/settings.ts";
import { sees, silence, unreadOf } from "../policy/told.ts";
import { checkListable, type DraftDeps } from "./draft.ts";
import type { ImpactDeps } from "./impact.ts";
import { readTraffic } from "./traffic.ts";

export type ProposalDeps = ImpactDeps & Omit<DraftDeps, "impacts">;

/** @throws MeshscopeError `forbidden`, `unknown_cluster`, `reauth` */
export async function showProposal(
  deps: ProposalDeps,
  credential: Credential,
  { cluster, namespace }: { readonly cluster: string; readonly namespace: string },
  signal?: AbortSignal,
): Promise<ProposalAnswer> {
  const object = {
    cluster,
    group: "security.istio.io",
    version: "v1",
    kind: "AuthorizationPolicy",
    namespace,
    name: "any",
  };
  const viewer = await viewerOf(deps, credential, signal, [{ cluster, namespace }], [object]);
  checkListable(deps, viewer, object);
  const place = { cluster, namespace };
  const none = { ...place, at: null, window: null, week: false, limits: [], proposal: null };
  const { store, rootNamespace, telemetry, timers } = deps;
  const text = deps.text(viewer);
  const inventory = deps.inventory().get(cluster);
  const policies = store.clusters().get(cluster);
  const unread = unreadOf(policies);
  const why = inventory === undefined ? "the cluster’s workloads haven’t been read yet" : unread(object.kind);
  if (inventory === undefined || why !== null)
    return { ...none, notEvaluated: text(`Not all that decides about calls is known: ${why}.`) };
  const scope = { side: "destination", namespaces: [namespace] } as const;
  const traffic = await readTraffic(telemetry, timers, cluster, { scope }, signal);
  if (typeof traffic === "string") return { ...none, notEvaluated: text(traffic) };
  const { mesh, objects } = meshOf(deps, cluster, viewer);
  const proposal = propose({
    ...{ namespace, calls: traffic.calls, visible: viewer.visibility.namespace },
    world: {
      ...{ cluster, rootNamespace: rootNamespace(cluster), inventory, unread, elsewhere: [] },
      sees: (manifest) => sees(deps, cluster, viewer, manifest),
      ...{ mesh, objects },
    },
  });
  return {
    ...{ ...place, at: formatInstant(traffic.at), window: traffic.window, week: traffic.week },
    limits: [...silence(policies, timers.now()), ...traffic.limits].map(text),
    proposal: structuredClone(proposal) as NonNullable<ProposalAnswer["proposal"]>,
  };
}
