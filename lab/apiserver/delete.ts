/** Deletion: preconditions, finalizers, and the parts of controllers that a lab without controllers has to play. */
import { type Context, timestamp } from "./context.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { type KubeObject, keyOf, withMeta } from "./object.ts";
import type { Resource } from "./resource.ts";
import { badRequest, conflict } from "./status.ts";
import { collectionOf, read } from "./write.ts";

export interface DeleteOptions {
  readonly uid: string | null;
  readonly resourceVersion: string | null;
  readonly gracePeriodSeconds: number | null;
  readonly dryRun: boolean;
}

/** Reads DeleteOptions from a body (may be empty) and the query. 400 when it is something else. */
export function parseDeleteOptions(body: Json | undefined, query: URLSearchParams): DeleteOptions {
  if (body !== undefined && !isObject(body)) throw badRequest("DeleteOptions expected");
  const options: JsonObject = body ?? {};
  const kind = options["kind"];
  if (kind !== undefined && kind !== "DeleteOptions") throw badRequest(`DeleteOptions expected, found ${String(kind)}`);
  const preconditions = isObject(options["preconditions"]) ? options["preconditions"] : {};
  const textOf = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);
  const grace = options["gracePeriodSeconds"] ?? query.get("gracePeriodSeconds");
  const dryRun = options["dryRun"];
  return {
    uid: textOf(preconditions["uid"]),
    resourceVersion: textOf(preconditions["resourceVersion"]),
    gracePeriodSeconds: grace === null || grace === undefined ? null : Number(grace),
    dryRun: (Array.isArray(dryRun) && dryRun.includes("All")) || query.getAll("dryRun").includes("All"),
  };
}

/** What a deletion did: `finished` is false when finalizers keep the object. */
export interface Deletion {
  readonly object: KubeObject;
  readonly finished: boolean;
}

/** Deletes one object. Throws 404, and 409 when a precondition doesn't hold. */
export function remove(
  context: Context,
  resource: Resource,
  namespace: string,
  name: string,
  options: DeleteOptions,
): Deletion {
  const before = read(context, resource, namespace, name);
  const precondition = (what: string, asked: string, actual: string | undefined): void => {
    if (asked !== actual)
      throw conflict(
        resource,
        name,
        `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${actual ?? ""}`,
      );
  };
  if (options.uid !== null) precondition("UID", options.uid, before.metadata.uid);
  if (options.resourceVersion !== null)
    precondition("ResourceVersion", options.resourceVersion, before.metadata.resourceVersion);
  const collection = collectionOf(context, resource);
  const key = keyOf(namespace, name);
  const marked: KubeObject = withMeta(before, {
    deletionTimestamp: before.metadata.deletionTimestamp ?? timestamp(context),
    deletionGracePeriodSeconds: before.metadata.deletionGracePeriodSeconds ?? 0,
    ...(resource.generation && before.metadata.deletionTimestamp === undefined
      ? { generation: (before.metadata.generation ?? 0) + 1 }
      : {}),
  });
  if ((before.metadata.finalizers ?? []).length > 0) {
    if (options.dryRun) return { object: marked, finished: false };
    const waiting = before.metadata.deletionTimestamp === undefined ? collection.commit(key, marked) : before;
    return { object: waiting, finished: false };
  }
  const answered = resource.deleteReturnsObject ? marked : before;
  if (options.dryRun) return { object: answered, finished: true };
  if (resource.group === "" && resource.kind === "Namespace") {
    const terminating = collection.commit(key, { ...marked, status: { phase: "Terminating" } });
    empty(context, name, options);
    collection.commit(key, null);
    return { object: terminating, finished: true };
  }
  if (resource.group === "" && resource.kind === "Pod") {
    // The kubelet's part: a pod is seen terminating before it is gone.
    const graceful =
      options.gracePeriodSeconds !== 0 && isObject(before["spec"]) && before["spec"]["nodeName"] !== undefined;
    const terminating = graceful ? collection.commit(key, marked) : marked;
    collection.commit(key, null);
    return { object: terminating, finished: true };
  }
  return { object: collection.commit(key, null), finished: true };
}

/** The namespace controller's part: what a deleted namespace holds goes with it. */
function empty(context: Context, namespace: string, options: DeleteOptions): void {
  for (const resource of context.catalogue.resources) {
    if (!resource.namespaced) continue;
    for (const object of objectsIn(context, resource, namespace))
      remove(context, resource, namespace, object.metadata.name, { ...options, uid: null, resourceVersion: null });
  }
}

/** The objects of one namespace, or of all when it is empty, in the order of their keys. */
export function objectsIn(context: Context, resource: Resource, namespace: string): KubeObject[] {
  const collection = collectionOf(context, resource);
  const keys =
    namespace === "" ? collection.keys() : collection.keys().filter((key) => key.startsWith(`${namespace}/`));
  return keys.flatMap((key) => collection.get(key) ?? []);
}
