/**
 * Which proxies a policy of the security API is for.
 * https://istio.io/latest/docs/reference/config/security/authorization-policy/#AuthorizationPolicy
 */
import type { KubeObject } from "../../kube/object.ts";
import { isObject, labelsAt, listAt, objectAt, selects, textAt } from "../../kube/read.ts";

/** Where decisions are made: before a workload, or in front of services. */
export type Point =
  | {
      readonly kind: "sidecar" | "ztunnel" | "gateway";
      readonly namespace: string;
      readonly labels: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "waypoint";
      readonly namespace: string;
      /** Of the Gateway that it belongs to. */
      readonly gateway: string;
      /** The service that is called. */
      readonly service: { readonly namespace: string; readonly name: string };
    };

export interface Attachment {
  readonly namespace: string;
  /** null = every workload of the namespace; in the root namespace of all. */
  readonly selector: Readonly<Record<string, string>> | null;
  readonly targets: readonly { readonly kind: string; readonly name: string }[];
}

export function readAttachment(object: KubeObject): Attachment {
  const { spec } = object;
  const selector = labelsAt(objectAt(spec, "selector"), "matchLabels");
  const single = isObject(spec?.["targetRef"]) ? [objectAt(spec, "targetRef")] : [];
  return {
    namespace: object.metadata.namespace ?? "default",
    selector: Object.keys(selector).length > 0 ? selector : null,
    targets: [...listAt(spec, "targetRefs"), ...single].map((ref) => ({
      kind: textAt(ref, "kind") ?? "",
      name: textAt(ref, "name") ?? "",
    })),
  };
}

/** Waypoints go by targets alone, sidecars and ztunnels by labels alone, gateways by either. */
export function isFor({ namespace, selector, targets }: Attachment, point: Point, root: string): boolean {
  if (point.kind === "waypoint")
    return targets.some(({ kind, name }) => {
      if (kind === "Gateway") return namespace === point.namespace && name === point.gateway;
      if (kind === "Service") return namespace === point.service.namespace && name === point.service.name;
      return kind === "GatewayClass" && name === "istio-waypoint" && namespace === root;
    });
  if (targets.length > 0)
    return (
      point.kind === "gateway" &&
      namespace === point.namespace &&
      targets.some((t) => t.kind === "Gateway" && t.name === point.labels["gateway.networking.k8s.io/gateway-name"])
    );
  return (
    (namespace === point.namespace || namespace === root) && (selector === null || selects(selector, point.labels))
  );
}
