/**
 * Deny by default for a namespace, from who was seen calling: one ALLOW policy for each workload, and for each Service behind a waypoint,
 * with exactly the identities that servers' proxies and waypoints reported. Pure. Rules ask for the identity alone: metrics know no port,
 * method or path.
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { PolicyTarget } from "#lib/policy/intent.ts";
import type { Guarded, Proposal, ProposedPolicy } from "#lib/policy/proposal.ts";
import { ownLabels } from "../own-labels.ts";
import type { ObservedCall } from "./calls.ts";
import { proxied } from "./past.ts";
import { atWaypoint, beforePods, type Fronts, frontsOf, unknownAtZtunnel, unsettled } from "./propose-waypoints.ts";
import { Names } from "./proposed-names.ts";
import { restOf } from "./proposed-rest.ts";
import { rulesOf, type Sight, witnessed } from "./proposed-rules.ts";
import type { ImpactWorld } from "./sides.ts";
import { waypointPoint } from "./stops.ts";

interface Input extends Sight {
  readonly namespace: string;
  readonly calls: readonly ObservedCall[];
  readonly world: ImpactWorld;
}

/** Rules of one policy are read by somebody; Istio's schema takes 512. */
const RULES = 256;

/** What becomes of one workload or Service. `open`: a policy of the namespace does it no harm. */
type Found =
  | { readonly policy: ProposedPolicy }
  | { readonly quiet: Guarded }
  | { readonly of: Guarded; readonly why: string; readonly open: boolean };

export function propose(input: Input): Proposal {
  const { namespace, world } = input;
  const fronts = frontsOf(namespace, world);
  const names = new Names(namespace, world);
  const found = [...ofWorkloads(input, fronts, names), ...ofServices(input, fronts, names)];
  const policies = found.flatMap((each) => ("policy" in each ? [each.policy] : []));
  const leftOut = found.flatMap((each) => ("why" in each ? [each] : []));
  return {
    policies,
    quiet: found.flatMap((each) => ("quiet" in each ? [each.quiet] : [])),
    leftOut: leftOut.map(({ of, why }) => ({ of, why })),
    rest: restOf({ ...input, fronts, names, policies, shut: leftOut.filter(({ open }) => !open).map(({ of }) => of) }),
  };
}

function ofWorkloads(input: Input, fronts: Fronts, names: Names): readonly Found[] {
  const { namespace, calls, world } = input;
  const here = [...world.inventory.workloads.values()]
    .filter((workload) => workload.namespace === namespace && workload.goneAt === null)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const byTarget = Map.groupBy(
    calls.filter(
      ({ target }) => target.kind === "workload" && target.cluster === world.cluster && target.namespace === namespace,
    ),
    ({ target }) => target.name,
  );
  return here.map((workload): Found => {
    const of: Guarded = { kind: "workload", name: workload.name };
    const own = byTarget.get(workload.name) ?? [];
    const labels = ownLabels(workload, here);
    const kept = proxied(workload);
    const ambient = kept.dataplane === "ambient";
    const unknown = ambient ? unknownAtZtunnel(workload, own, fronts, input) : null;
    const out =
      reasonOf(kept) ?? (unknown === null ? null : { why: unknown, open: false }) ?? (labels ? null : INDISTINCT);
    if (out !== null || labels === null) return { of, ...(out ?? INDISTINCT) };
    if (own.length === 0) return { quiet: of };
    const kind = ambient ? "ztunnel" : "sidecar";
    const seen = ambient ? beforePods(own, fronts, world) : own.flatMap(witnessed);
    const target: PolicyTarget = { level: "workloads", labels };
    const named = names.of(workload.name, target, { kind, namespace, labels: workload.labels });
    return within({ of, point: kind, target, ...named, ...rulesOf(seen, input) });
  });
}

function ofServices(input: Input, fronts: Fronts, names: Names): readonly Found[] {
  const { calls, world } = input;
  return [...fronts.services.values()].map(({ service, through }): Found => {
    const of: Guarded = { kind: "service", name: service.name };
    const why = unsettled(through, input);
    if (why !== null) return { of, why, open: false };
    const seen = atWaypoint({ service }, calls, fronts, world);
    if (seen.length === 0) return { quiet: of };
    const target: PolicyTarget = { level: "targets", refs: [{ kind: "Service", name: service.name }] };
    const point = waypointPoint(through.place, service, world);
    const named = names.of(`${service.name}-service`, target, point);
    return within({ of, point: "waypoint", target, ...named, ...rulesOf(seen, input) });
  });
}

const within = (policy: ProposedPolicy): Found =>
  policy.rules.length > RULES ? { of: policy.of, why: MANY, open: false } : { policy };

const MANY = `More than ${RULES} identities call it: a rule by namespace may be what is wanted.`;
const INDISTINCT = {
  why: "No labels tell it from other workloads here, so that a policy for it would count for those too.",
  open: false,
};

function reasonOf({ dataplane }: Workload): { readonly why: string; readonly open: boolean } | null {
  if (dataplane === "none") return { why: "It has no proxy: nothing is enforced there.", open: true };
  if (dataplane === "waypoint")
    return { why: "It is a waypoint: only policies that target it, or what it serves, count there.", open: true };
  if (dataplane === "gateway")
    return { why: "It is a gateway: who calls it from outside isn’t measured and has no identity.", open: false };
  return null;
}
