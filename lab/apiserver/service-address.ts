/** Cluster addresses of services: 10.96.0.0/12, as kubeadm configures it, handed out in turn. */
import { isObject } from "./json.ts";
import type { KubeObject } from "./object.ts";
import type { Resource } from "./resource.ts";
import type { Store } from "./store.ts";

const handedOut = new WeakMap<Store, number>();
const size = 2 ** 20;

/** A new service with an address, unless it brings one, is headless, or is a name for something outside. */
export function withAddress(store: Store, resource: Resource, object: KubeObject): KubeObject {
  if (resource.kind !== "Service" || resource.group !== "") return object;
  const spec = isObject(object["spec"]) ? object["spec"] : {};
  const given = spec["clusterIP"];
  if (spec["type"] === "ExternalName") return object;
  if (typeof given === "string" && given !== "")
    return { ...object, spec: { ...spec, clusterIPs: spec["clusterIPs"] ?? [given] } };
  const address = next(store);
  return { ...object, spec: { ...spec, clusterIP: address, clusterIPs: [address] } };
}

function next(store: Store): string {
  // The network's own address and the first, which kubernetes.default has, are never handed out.
  const index = (handedOut.get(store) ?? 1) + 1;
  if (index >= size) throw new Error("no cluster address is left");
  handedOut.set(store, index);
  return `10.${96 + (index >> 16)}.${(index >> 8) & 0xff}.${index & 0xff}`;
}
