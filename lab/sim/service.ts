import type { KubeObject } from "../kube/object.ts";
import { labelsAt, listAt, numberAt } from "../kube/read.ts";
import { DOMAIN } from "./virtual-service.ts";

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  /** null: no selector, so no endpoints of its own. */
  readonly selector: Readonly<Record<string, string>> | null;
  readonly ports: readonly { readonly port: number; readonly target: number }[];
  /** `namespace/name` of the waypoint that its clients' ztunnels use. */
  readonly waypoint: string | null;
}

/** `namespaceLabel` reads a label of the service's namespace: what the service doesn't say of its waypoint, that may. */
export function readService(
  object: KubeObject,
  namespaceLabel: (namespace: string, label: string) => string | undefined,
): Service {
  const { name, labels, namespace = "default" } = object.metadata;
  const label = "istio.io/use-waypoint";
  const waypoint = labels?.[label] ?? namespaceLabel(namespace, label);
  const selector = labelsAt(object.spec, "selector");
  return {
    namespace,
    name,
    host: `${name}.${namespace}.${DOMAIN}`,
    selector: Object.keys(selector).length > 0 ? selector : null,
    ports: listAt(object.spec, "ports").map((p) => ({
      port: numberAt(p, "port") ?? 80,
      target: numberAt(p, "targetPort") ?? numberAt(p, "port") ?? 80,
    })),
    waypoint: waypoint === undefined || waypoint === "none" ? null : `${namespace}/${waypoint}`,
  };
}
