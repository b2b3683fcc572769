/** Create, update and delete: what the strategies of kube-apiserver's generic registry do around the store. */
import { randomUUID } from "node:crypto";
import { admit } from "./admit.ts";
import { type Context, timestamp } from "./context.ts";
import { manageUpdate, settled, type Writer } from "./fields/field-manager.ts";
import { equal, isObject, type Json, type JsonObject, omit } from "./json.ts";
import { decodeMetadata } from "./metadata.ts";
import { generateName, nameProblem } from "./names.ts";
import { apiVersionOf, type KubeObject, keyOf, withMeta } from "./object.ts";
import { type Resource, storageVersion } from "./resource.ts";
import { withAddress } from "./service-address.ts";
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  notFound,
  qualified,
  StatusError,
  staleObject,
} from "./status.ts";
import type { Collection } from "./store.ts";
import type { WriteTarget } from "./target.ts";

/** The collection that holds a resource's objects. */
export function collectionOf(context: Context, resource: Resource): Collection {
  return context.store.collection(qualified(resource));
}

/** The object at a place, or 404. */
export function read(context: Context, resource: Resource, namespace: string, name: string): KubeObject {
  const object = collectionOf(context, resource).get(keyOf(namespace, name));
  if (object === undefined) throw notFound(resource, name);
  return object;
}

/** Is the body an object of the path's kind, version and namespace? 400 where it isn't. */
function checkIdentity(target: WriteTarget, body: KubeObject): KubeObject {
  const { resource, version } = target;
  const object = decodeMetadata(body);
  const apiVersion = apiVersionOf(resource.group, version.name);
  if (object.apiVersion !== apiVersion)
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  if (object.kind !== resource.kind) {
    if (resource.builtin)
      throw badRequest(`${object.kind} in version "${version.name}" cannot be handled as a ${resource.kind}`);
    throw invalid({ ...resource, kind: object.kind }, object.metadata.name ?? "", [
      {
        reason: "FieldValueInvalid",
        message: `Invalid value: "${object.kind}": must be ${resource.kind}`,
        field: "kind",
      },
    ]);
  }
  const namespace = object.metadata.namespace ?? "";
  if (resource.namespaced && namespace !== "" && namespace !== target.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  return withMeta(object, { namespace: resource.namespaced ? target.namespace : undefined });
}

/** The stored form: the storage version's apiVersion. */
function stored(resource: Resource, object: KubeObject): KubeObject {
  const { kind: _kind, apiVersion: _version, metadata, ...rest } = object;
  return {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource.group, storageVersion(resource).name),
    metadata,
    ...rest,
  };
}

/** The writer that a target's changes are recorded for. */
export function writerOf(context: Context, target: WriteTarget): Writer {
  return { ...target, now: timestamp(context) };
}

type Managed = readonly JsonObject[];

/** Creates an object; `managed` are its managers where they are known already. Throws 400, 404 (namespace), 409, 422. */
export function create(context: Context, target: WriteTarget, body: KubeObject, managed?: Managed): KubeObject {
  const { resource } = target;
  const collection = collectionOf(context, resource);
  const given = checkIdentity(target, body);
  if (given.metadata.resourceVersion !== undefined && given.metadata.resourceVersion !== "")
    throw new StatusError(500, "", "resourceVersion should not be set on objects to be created");
  const prefix = given.metadata.generateName ?? "";
  const generated = (given.metadata.name ?? "") === "" && prefix !== "";
  const name = generated ? generateName(prefix) : (given.metadata.name ?? "");
  if (resource.namespaced) requireNamespace(context, target, name);
  if (name === "")
    throw invalid(resource, "", [
      {
        reason: "FieldValueRequired",
        message: "Required value: name or generateName is required",
        field: "metadata.name",
      },
    ]);
  const problem = nameProblem(resource, name);
  const fresh = withMeta(target.version.status ? (omit(given, "status") as KubeObject) : given, {
    name,
    uid: randomUUID(),
    creationTimestamp: timestamp(context),
    resourceVersion: undefined,
    generation: resource.generation ? 1 : undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    managedFields: undefined,
    selfLink: undefined,
  });
  const admitted = admit(target, fresh, null, problem === null ? [] : [problem]);
  const key = keyOf(target.namespace, name);
  if (collection.get(key) !== undefined) throw alreadyExists(resource, name);
  const { managedFields } = given.metadata;
  const own = settled(resource, admitted, given, null);
  const managers = managed ?? manageUpdate(writerOf(context, target), null, own, managedFields);
  const whole = withManagers(withAddress(context.store, resource, admitted), managers);
  const final = stored(resource, whole);
  return target.dryRun ? final : collection.commit(key, final);
}

function withManagers(object: KubeObject, managed: Managed): KubeObject {
  return withMeta(object, { managedFields: managed.length === 0 ? undefined : managed });
}

/** Are these the same managers with the same fields, whenever they wrote? */
function sameManagers(managed: Managed, entries: Json | undefined): boolean {
  const timeless = (list: readonly Json[]): Json =>
    list.map((entry) => (isObject(entry) ? omit(entry, "time") : entry));
  return equal(timeless(managed), timeless(Array.isArray(entries) ? entries : []));
}

function requireNamespace(context: Context, target: WriteTarget, name: string): void {
  const namespaces = context.catalogue.find("", "v1", "namespaces");
  if (namespaces === null) throw new Error("no namespaces in the catalogue");
  const namespace = collectionOf(context, namespaces.resource).get(keyOf("", target.namespace));
  if (namespace === undefined) throw notFound(namespaces.resource, target.namespace);
  if (namespace.metadata.deletionTimestamp !== undefined)
    throw new StatusError(
      403,
      "Forbidden",
      `${qualified(target.resource)} "${name}" is forbidden: unable to create new content in namespace ${target.namespace} because it is being terminated`,
      { subject: { name, kind: target.resource.plural } },
    );
}

/** Replaces an object; `body` is whole. Throws 400, 404, 409, 422. */
export function update(context: Context, target: WriteTarget, name: string, body: KubeObject): KubeObject {
  const { resource } = target;
  const given = checkIdentity(target, body);
  if (given.metadata.name !== name)
    throw badRequest(
      `the name of the object (${given.metadata.name ?? ""}) does not match the name on the URL (${name})`,
    );
  const collection = collectionOf(context, resource);
  const key = keyOf(target.namespace, name);
  const before = collection.get(key);
  if (before === undefined) {
    if (resource.createOnUpdate && !target.status) return create(context, target, given);
    throw notFound(resource, name);
  }
  const asked = given.metadata.resourceVersion ?? "";
  const version = asked === "0" ? "" : asked;
  if (version === "" && !resource.unconditionalUpdate)
    throw invalid(resource, name, [
      {
        reason: "FieldValueInvalid",
        message: "Invalid value: 0: must be specified for an update",
        field: "metadata.resourceVersion",
      },
    ]);
  if (version !== "" && version !== before.metadata.resourceVersion) throw conflict(resource, name, staleObject);
  if (given.metadata.uid !== undefined && given.metadata.uid !== before.metadata.uid)
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${given.metadata.uid}, UID in object meta: ${before.metadata.uid ?? ""}`,
    );
  return replace(context, target, before, given);
}

/**
 * Puts a whole new state in place of `before`, keeping what clients can't change; `managed` are its managers where they
 * are known already. No change, no new version.
 */
export function replace(
  context: Context,
  target: WriteTarget,
  before: KubeObject,
  given: KubeObject,
  managed?: Managed,
): KubeObject {
  const { resource } = target;
  const wanted = target.status
    ? { ...before, status: given["status"] }
    : target.version.status
      ? { ...given, status: before["status"] }
      : given;
  const kept = withMeta(wanted, {
    uid: before.metadata.uid,
    creationTimestamp: before.metadata.creationTimestamp,
    resourceVersion: before.metadata.resourceVersion,
    generation: before.metadata.generation,
    deletionTimestamp: before.metadata.deletionTimestamp,
    deletionGracePeriodSeconds: before.metadata.deletionGracePeriodSeconds,
    generateName: before.metadata.generateName,
    managedFields: undefined,
    selfLink: undefined,
  });
  const bare = stored(resource, admit(target, kept, before, []));
  const { managedFields } = given.metadata;
  const own = settled(resource, bare, given, before);
  const managers = managed ?? manageUpdate(writerOf(context, target), before, own, managedFields);
  if (sameManagers(managers, before.metadata["managedFields"]) && equal(bare, withManagers(before, []))) return before;
  const admitted = withManagers(bare, managers);
  const changed = resource.generation && !equal(content(resource, admitted), content(resource, before));
  const next = changed ? withMeta(admitted, { generation: (before.metadata.generation ?? 0) + 1 }) : admitted;
  if (target.dryRun) return next;
  const collection = collectionOf(context, resource);
  const key = keyOf(target.namespace, before.metadata.name);
  const finished = next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
  return collection.commit(key, finished ? null : next);
}

/**
 * What counts for metadata.generation: everything but metadata, and status where it is a subresource. The labels of an
 * EndpointSlice count as well.
 */
function content(resource: Resource, object: KubeObject): Json {
  if (resource.kind === "EndpointSlice")
    return [omit(object, "kind", "apiVersion", "metadata"), object.metadata.labels ?? null];
  return omit(object, "kind", "apiVersion", "metadata", ...(storageVersion(resource).status ? ["status"] : []));
}
