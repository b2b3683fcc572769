/** The scale subresource of workloads: what `kubectl scale` and autoscalers read and write. */

import type { Context } from "./context.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { apiVersionOf, type KubeObject } from "./object.ts";
import { applyJsonPatch, PatchFailure, parseJsonPatch } from "./patch/json-patch.ts";
import { mergePatch } from "./patch/merge.ts";
import type { PatchType } from "./patch/patch.ts";
import { badRequest, conflict, invalid, StatusError, staleObject } from "./status.ts";
import type { WriteTarget } from "./target.ts";
import { replace } from "./write.ts";

/** The Scale that stands for a workload. */
export function scaleOf(object: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = isObject(object["spec"]) ? object["spec"] : {};
  const status = isObject(object["status"]) ? object["status"] : {};
  const selector = isObject(spec["selector"]) ? spec["selector"]["matchLabels"] : undefined;
  const labels = Object.entries(isObject(selector) ? selector : {}).map(([key, value]) => `${key}=${String(value)}`);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec["replicas"] ?? 0 },
    status: { replicas: status["replicas"] ?? 0, selector: labels.sort().join(",") },
  };
}

/** Sets a workload's replicas from a whole Scale. Throws 400, 409 and 422. */
export function writeScale(context: Context, target: WriteTarget, before: KubeObject, body: Json): JsonObject {
  const { resource } = target;
  const { name } = before.metadata;
  if (!isObject(body) || body["kind"] !== "Scale" || body["apiVersion"] !== "autoscaling/v1")
    throw badRequest(`a Scale of ${apiVersionOf("autoscaling", "v1")} is expected`);
  const metadata = isObject(body["metadata"]) ? body["metadata"] : {};
  if (metadata["name"] !== undefined && metadata["name"] !== name)
    throw badRequest(
      `the name of the object (${String(metadata["name"])}) does not match the name on the URL (${name})`,
    );
  const version = metadata["resourceVersion"] ?? "";
  if (version !== "" && version !== before.metadata.resourceVersion) throw conflict(resource, name, staleObject);
  const spec = isObject(body["spec"]) ? body["spec"] : {};
  const replicas = spec["replicas"] ?? 0;
  if (typeof replicas !== "number" || !Number.isInteger(replicas)) throw badRequest("spec.replicas is not an integer");
  if (replicas < 0)
    throw invalid({ group: "autoscaling", plural: "scales", kind: "Scale" }, name, [
      {
        reason: "FieldValueInvalid",
        message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
        field: "spec.replicas",
      },
    ]);
  const own = isObject(before["spec"]) ? before["spec"] : {};
  return scaleOf(replace(context, target, before, { ...before, spec: { ...own, replicas } }));
}

/** Patches a workload's Scale. Throws 400, 409, 415 and 422. */
export function patchScale(
  context: Context,
  target: WriteTarget,
  before: KubeObject,
  type: Exclude<PatchType, "apply">,
  patch: Json,
): JsonObject {
  // A Scale has no lists, so a strategic patch of it is a merge patch.
  if (type !== "json") return writeScale(context, target, before, mergePatch(scaleOf(before), patch));
  try {
    return writeScale(context, target, before, applyJsonPatch(scaleOf(before), parseJsonPatch(patch)));
  } catch (error) {
    if (!(error instanceof PatchFailure)) throw error;
    throw new StatusError(
      422,
      "Invalid",
      `the server rejected our request due to an error in our request: ${error.message}`,
    );
  }
}
