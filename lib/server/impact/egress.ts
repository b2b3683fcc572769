/** POST /meaning/egress: a Sidecar's egress proposed from what was seen, told as far as the viewer may see it. Reads alone. */
import type { EgressAnswer, EgressRequest } from "#lib/api/egress.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { proposeEgress } from "#lib/mesh/impact.ts";
import type { Credential } from "../identity.ts";
import { checkNamespace } from "../policy/access.ts";
import type { PolicyDeps } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import { meshOf } from "../policy/settings.ts";
import { sees, silence, unreadOf } from "../policy/told.ts";
import { inView } from "../policy/world.ts";
import type { ImpactDeps } from "./impact.ts";
import { readTraffic } from "./traffic.ts";

export type EgressDeps = ImpactDeps & Pick<PolicyDeps, "rights" | "clients">;

/** Prometheus that fails doesn't fail it: then it says why no calls are known. @throws MeshscopeError `forbidden`, `unknown_cluster`, `not_found`, `bad_intent`, `reauth` */
export async function showEgress(
  deps: EgressDeps,
  credential: Credential,
  asked: EgressRequest,
  signal?: AbortSignal,
): Promise<EgressAnswer> {
  const { cluster, namespace } = asked;
  const [workload, hosts] = [asked.workload ?? null, asked.hosts ?? null];
  const viewer = await viewerOf(deps, credential, signal, [{ cluster, namespace }]);
  checkNamespace(deps, viewer.visibility, cluster, namespace);
  const inventory = deps.inventory().get(cluster);
  if (inventory === undefined || (workload !== null && !inventory.workloads.has(`${namespace}/${workload}`))) {
    const why = inventory ? "has no workload" : "hasn't been read yet, so the console doesn't know workload";
    throw new MeshscopeError("not_found", `Cluster "${cluster}" ${why} ${namespace}/${workload ?? "*"}.`);
  }
  const scope = { side: "source", namespaces: [namespace] } as const;
  const traffic = await readTraffic(deps.telemetry, deps.timers, cluster, { scope }, signal);
  const policies = deps.store.clusters().get(cluster);
  const { visibility } = viewer;
  const text = deps.text(viewer);
  const { mesh, objects } = meshOf(deps, cluster, viewer);
  const found = proposeEgress({ namespace, workload, hosts }, typeof traffic === "string" ? [] : traffic.calls, {
    ...{ cluster, rootNamespace: deps.rootNamespace(cluster), unread: unreadOf(policies) },
    inventory: inView(inventory, visibility),
    elsewhere: [...deps.inventory().values()]
      .filter((each) => each.cluster !== cluster)
      .map((each) => inView(each, visibility)),
    sees: (manifest) => sees(deps, cluster, viewer, manifest),
    ...{ mesh, objects },
    visible: visibility.namespace,
    whole: [...inventory.services.values()].every((each) => visibility.namespace(cluster, each.namespace)),
  });
  const answer = {
    ...found,
    blindSpots: [...silence(policies, deps.timers.now()), ...found.blindSpots],
    traffic:
      typeof traffic === "string"
        ? null
        : {
            ...{ at: formatInstant(traffic.at), window: traffic.window, week: traffic.week },
            limits: traffic.limits.map(text),
          },
    ...(typeof traffic === "string" ? { notEvaluated: text(traffic) } : {}),
  };
  return structuredClone(answer) as EgressAnswer;
}
