/** PeerAuthentications: https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
import type { Json, KubeObject } from "../kube/object.ts";
import { isObject, labelsAt, objectAt, textAt } from "../kube/read.ts";

export interface PeerAuthentication {
  readonly namespace: string;
  readonly createdAt: string;
  /** null = the whole namespace (in the root namespace: the mesh). */
  readonly selector: Readonly<Record<string, string>> | null;
  /** null = UNSET, inherits. */
  readonly mode: MtlsMode | null;
  readonly ports: ReadonlyMap<number, MtlsMode>;
}

export type MtlsMode = "STRICT" | "PERMISSIVE" | "DISABLE";

const mtlsMode = (value: Json): MtlsMode | null => {
  const mode = textAt(value, "mode");
  return mode === "STRICT" || mode === "PERMISSIVE" || mode === "DISABLE" ? mode : null;
};

export function readPeerAuthentication(object: KubeObject): PeerAuthentication {
  const spec = objectAt(object, "spec");
  const selector = labelsAt(objectAt(spec, "selector"), "matchLabels");
  const ports = new Map<number, MtlsMode>();
  for (const [port, value] of Object.entries(objectAt(spec, "portLevelMtls"))) {
    const mode = isObject(value) ? mtlsMode(value) : null;
    if (mode !== null) ports.set(Number(port), mode);
  }
  return {
    namespace: object.metadata.namespace ?? "default",
    createdAt: object.metadata.creationTimestamp ?? "",
    selector: Object.keys(selector).length > 0 ? selector : null,
    mode: mtlsMode(objectAt(spec, "mtls")),
    ports,
  };
}
