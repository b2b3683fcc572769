/**
 * Which policies (AuthorizationPolicy, RequestAuthentication) count at a proxy: those of its namespace and of the root namespace,
 * by `targetRefs` or by labels. (ShouldAttachPolicy in pilot/pkg/model/policyattachment.go)
 * https://istio.io/latest/docs/reference/config/type/workload-selector/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API, NETWORKING } from "../../kinds.ts";
import { labelsAt, named, targetsOf } from "../../lookup.ts";
import { byAge, namespaceOf } from "../../routing/json.ts";

type Labels = Readonly<Record<string, string>>;
interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Where a policy is enforced. Excluded ports, pods in the node's network and UDP are enforced nowhere. */
export type EnforcementPoint =
  /** A pod's own proxy, or that of a gateway which Istio's Gateway objects open. */
  | {
      readonly kind: "sidecar" | "gateway";
      readonly namespace: string;
      readonly labels: Labels;
      readonly gateway?: string;
    }
  /** `services`, `entries`: those (ServiceEntries) that the call is for. */
  | {
      readonly kind: "waypoint";
      readonly namespace: string;
      readonly gateway: string;
      readonly services: readonly Place[];
      readonly entries: readonly Place[];
    }
  | { readonly kind: "ztunnel"; readonly namespace: string; readonly labels: Labels };

/** Oldest first. */
export function attached(
  policies: readonly Manifest[],
  point: EnforcementPoint,
  rootNamespace: string,
): readonly Manifest[] {
  return policies.filter((policy) => counts(policy, point, rootNamespace)).toSorted(byAge);
}

function counts(policy: Manifest, point: EnforcementPoint, root: string): boolean {
  const targets = targetsOf(policy);
  const near = [point.namespace, root].includes(namespaceOf(policy));
  if (point.kind === "waypoint") return targets.some(({ target }) => meansWaypoint(target, policy, point, root));
  const gateway = point.kind === "gateway" ? point.gateway : undefined;
  if (targets.length > 0) {
    return (
      gateway !== undefined &&
      namespaceOf(policy) === point.namespace &&
      targets.some(({ target }) => {
        const to = named(target, { group: "", kind: "", namespace: point.namespace });
        return to.group === GATEWAY_API && to.kind === "Gateway" && to.name === gateway;
      })
    );
  }
  const wanted = Object.entries(labelsAt(policy.spec, "selector", "matchLabels") ?? {});
  return near && wanted.every(([key, value]) => point.labels[key] === value);
}

/** A waypoint follows targets alone: itself, the services behind it, or from the root namespace the class of all waypoints. */
function meansWaypoint(
  target: unknown,
  policy: Manifest,
  point: EnforcementPoint & { readonly kind: "waypoint" },
  root: string,
): boolean {
  const own = namespaceOf(policy);
  const { group, kind, name } = named(target, { group: "", kind: "", namespace: own });
  const among = (places: readonly Place[]) => places.some((each) => each.namespace === own && each.name === name);
  if (group === GATEWAY_API && kind === "Gateway") return own === point.namespace && name === point.gateway;
  if (group === GATEWAY_API && kind === "GatewayClass") return own === root && name === "istio-waypoint";
  if (group === "" && kind === "Service") return among(point.services);
  return group === NETWORKING && kind === "ServiceEntry" && among(point.entries);
}
