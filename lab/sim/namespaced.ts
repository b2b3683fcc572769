/**
 * Objects of one kind by namespace: a Service takes pods of its own namespace alone, so what looks for the one or the
 * other walks that namespace, not the cluster.
 */
import type { KubeObject } from "../kube/object.ts";
import { keyOf } from "../kube/object.ts";

export class Namespaced {
  /** Objects by key; those of cluster-wide kinds under "". */
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();

  /** `key`: as keyOf makes it. */
  get(key: string): KubeObject | undefined {
    return this.#namespaces.get(key.slice(0, Math.max(0, key.indexOf("/"))))?.get(key);
  }

  set(object: KubeObject): void {
    const namespace = object.metadata.namespace ?? "";
    const objects = this.#namespaces.get(namespace) ?? new Map<string, KubeObject>();
    this.#namespaces.set(namespace, objects.set(keyOf(object), object));
  }

  delete(object: KubeObject): void {
    const namespace = object.metadata.namespace ?? "";
    const objects = this.#namespaces.get(namespace);
    if (objects?.delete(keyOf(object)) === true && objects.size === 0) this.#namespaces.delete(namespace);
  }

  /** A namespace's objects, by key, in the order they came. */
  in(namespace: string): ReadonlyMap<string, KubeObject> {
    return this.#namespaces.get(namespace) ?? NONE;
  }
}

const NONE: ReadonlyMap<string, KubeObject> = new Map();
