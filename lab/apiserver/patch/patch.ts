/** PATCH: reads the media type, applies the patch to the object in the version asked for. */
import type { Context } from "../context.ts";
import { manageApply } from "../fields/field-manager.ts";
import { isObject, type Json } from "../json.ts";
import { decodeMetadata } from "../metadata.ts";
import { apiVersionOf, isKubeObject, type KubeObject, keyOf, withMeta } from "../object.ts";
import { badRequest, conflict, invalid, notFound, StatusError, staleObject, unsupportedMediaType } from "../status.ts";
import type { WriteTarget } from "../target.ts";
import { collectionOf, create, read, replace, writerOf } from "../write.ts";
import { applyJsonPatch, PatchFailure, parseJsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge.ts";
import { strategicMerge } from "./strategic.ts";

export type PatchType = "json" | "merge" | "strategic" | "apply";

/** The media type of server-side apply. */
export const applyType = "application/apply-patch+yaml";

const types: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  [applyType]: "apply",
};

/** The kind of patch a Content-Type announces. 415 for others, and for strategic merge on custom resources. */
export function patchType(contentType: string, builtin: boolean): PatchType {
  const type = types[contentType];
  if (type === undefined || (type === "strategic" && !builtin))
    throw unsupportedMediaType(
      Object.entries(types)
        .filter(([, kind]) => builtin || kind !== "strategic")
        .map(([name]) => name),
    );
  return type;
}

/** Patches the present object. Throws 400, 404, 409 and 422; nothing is changed then. */
export function applyPatch(
  context: Context,
  target: WriteTarget,
  name: string,
  type: Exclude<PatchType, "apply">,
  patch: Json,
): KubeObject {
  const { resource, version } = target;
  const before = read(context, resource, target.namespace, name);
  const current: KubeObject = { ...before, apiVersion: apiVersionOf(resource.group, version.name) };
  const result = patched(target, current, type, patch);
  if (!isKubeObject(result)) throw badRequest("the patched object has no metadata");
  const after = decodeMetadata(result);
  checkPatched(target, current, after);
  return replace(context, target, before, after);
}

function patched(target: WriteTarget, current: KubeObject, type: Exclude<PatchType, "apply">, patch: Json): Json {
  if (type === "json" && !Array.isArray(patch))
    throw badRequest("error decoding patch: a JSON patch is an array of operations");
  if (type !== "json" && !isObject(patch))
    throw badRequest("error decoding patch: a merge patch of an object is an object");
  try {
    if (type === "json") return applyJsonPatch(current, parseJsonPatch(patch));
    if (type === "strategic" && isObject(patch)) return strategicMerge(current, patch, target.version.schema);
    return mergePatch(current, patch);
  } catch (error) {
    if (!(error instanceof PatchFailure)) throw error;
    if (type === "strategic") throw badRequest(error.message);
    throw new StatusError(
      422,
      "Invalid",
      `the server rejected our request due to an error in our request: ${error.message}`,
      {
        subject: {},
      },
    );
  }
}

/** Server-side apply: merges a configuration, or creates its object. Throws 400, 404, 409, 422 and 500. */
export function applyConfiguration(
  context: Context,
  target: WriteTarget,
  name: string,
  configuration: Json,
  force: boolean,
): KubeObject {
  const { resource, version } = target;
  if (!isObject(configuration)) throw badRequest("error decoding YAML: a configuration is an object");
  const given = { kind: "", apiVersion: "", metadata: {}, ...configuration };
  if (!isKubeObject(given)) throw badRequest("error decoding YAML: the configuration has no metadata");
  const before = collectionOf(context, resource).get(keyOf(target.namespace, name)) ?? null;
  const { object, managedFields } = manageApply(writerOf(context, target), before, given, force);
  const after = decodeMetadata(object);
  if (before === null) {
    if ((after.metadata.name ?? "") === "")
      throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
    const { uid } = after.metadata;
    if (uid !== undefined)
      throw conflict(
        resource,
        name,
        `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
      );
    if (target.status) throw notFound(resource, name);
    checkPlace(target, name, after);
    // A version asked for is no condition on an object that isn't there: the real server creates it.
    return create(context, target, withMeta(after, { resourceVersion: undefined }), managedFields);
  }
  checkPatched(target, { ...before, apiVersion: apiVersionOf(resource.group, version.name) }, after);
  return replace(context, target, before, after, managedFields);
}

/** Is a new object of the name and namespace on the URL? */
function checkPlace(target: WriteTarget, name: string, { metadata }: KubeObject): void {
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name ?? ""}) does not match the name on the URL (${name})`);
  if ((metadata.namespace ?? target.namespace) !== target.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

/** What a patch must leave as it is. A resourceVersion that a patch sets is a condition. */
function checkPatched(target: WriteTarget, before: KubeObject, after: KubeObject): void {
  const { resource } = target;
  const { name, uid, resourceVersion } = before.metadata;
  const immutable = (field: string, value: Json | undefined, rule: string): StatusError =>
    invalid(resource, name, [
      { reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value ?? "")}: ${rule}`, field },
    ]);
  if (after.kind !== before.kind) throw immutable("kind", after.kind, `must be ${before.kind}`);
  if (after.apiVersion !== before.apiVersion)
    throw immutable("apiVersion", after.apiVersion, `must be ${before.apiVersion}`);
  if (after.metadata.name !== name)
    throw badRequest(
      `the name of the object (${after.metadata.name ?? ""}) does not match the name on the URL (${name})`,
    );
  if ((after.metadata.namespace ?? "") !== (before.metadata.namespace ?? ""))
    throw badRequest("the namespace of the object does not match the namespace on the URL");
  if (after.metadata.uid !== undefined && after.metadata.uid !== uid)
    throw immutable("metadata.uid", after.metadata.uid, "field is immutable");
  const asked = after.metadata.resourceVersion;
  if (asked !== undefined && asked !== "" && asked !== resourceVersion) throw conflict(resource, name, staleObject);
}
