/** Kubernetes objects: what every kind has in common. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
import { isObject, type Json, type JsonObject } from "./json.ts";

export interface ObjectMeta extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly managedFields?: Json;
}

export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** `v1` for the core group, else `group/version`. */
export function apiVersionOf(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The key of an object inside its collection; sorts by namespace, then by name, as etcd does. */
export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** A copy with some metadata changed; members given as undefined are removed. */
export function withMeta(object: KubeObject, changes: Readonly<Record<string, Json | undefined>>): KubeObject {
  const metadata: Record<string, Json> = {};
  for (const [key, value] of Object.entries({ ...object.metadata, ...changes }))
    if (value !== undefined) metadata[key] = value;
  return { ...object, metadata: metadata as ObjectMeta };
}

/** Does it look like an object of the API: an object with an object as metadata? */
export function isKubeObject(value: unknown): value is KubeObject {
  return isObject(value) && isObject(value["metadata"]);
}
