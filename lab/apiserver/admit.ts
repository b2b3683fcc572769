/** Between a client's object and the store: unknown fields, defaults, validation. */
import { builtinDefaults } from "./builtin-defaults.ts";
import { validateBuiltin } from "./builtin-validation.ts";
import { isObject, type Json, omit } from "./json.ts";
import { isLabelKey, isLabelValue } from "./label-selector.ts";
import type { KubeObject } from "./object.ts";
import { applyDefaults, dropNulls } from "./schema/default.ts";
import { pruneObject } from "./schema/prune.ts";
import { validate } from "./schema/validate.ts";
import { badRequest, type Cause, invalid } from "./status.ts";
import type { WriteTarget } from "./target.ts";

/** The object as it will be stored. `before` is null on creation. Throws 400 (decoding) and 422 (validation). */
export function admit(
  target: WriteTarget,
  object: KubeObject,
  before: KubeObject | null,
  problems: readonly Cause[],
): KubeObject {
  const { resource, version } = target;
  const { builtin } = resource;
  const clean = builtin ? withoutNulls(object) : object;
  const { object: pruned, unknown } = pruneObject(clean, version.schema, builtin);
  report(target, unknown);
  const defaulted = applyDefaults(pruned, version.schema, builtin) as KubeObject;
  const whole = builtin ? builtinDefaults(resource, defaulted, before) : defaulted;
  // Metadata has rules of its own, not the schema's; a CRD's schema says no more than that it is an object.
  const causes = validate(omit(whole, "metadata"), {
    ...version.schema,
    required: requiredOutside(version.schema["required"]),
  });
  const decoding = builtin ? causes.find((cause) => cause.reason === "FieldValueTypeInvalid") : undefined;
  if (decoding !== undefined)
    throw badRequest(
      `${resource.kind} in version "${version.name}" cannot be handled as a ${resource.kind}: ${decoding.message}`,
    );
  const all = [
    ...problems,
    ...labelProblems(whole),
    ...(builtin ? causes.filter((cause) => !isOptional(cause)) : causes),
    ...(builtin ? validateBuiltin(resource, whole, before) : []),
  ];
  if (all.length > 0) throw invalid(resource, object.metadata.name, all);
  return whole;
}

/** Decoding a built-in kind takes null for absent, but in what it keeps as it came: the data of a ControllerRevision. */
function withoutNulls(object: KubeObject): KubeObject {
  const clean = dropNulls(object) as KubeObject;
  const data = object["data"];
  return object.kind === "ControllerRevision" && isObject(data) ? { ...clean, data } : clean;
}

function requiredOutside(required: Json | undefined): Json {
  return Array.isArray(required) ? required.filter((name) => name !== "metadata") : [];
}

/**
 * Fields that Kubernetes' documents call required although the server takes an object without them: they are Go fields
 * without omitempty.
 */
function isOptional(cause: Cause): boolean {
  const field = cause.field ?? "";
  return cause.reason === "FieldValueRequired" && (field.startsWith("status.") || field === "endpoints");
}

function report(target: WriteTarget, unknown: readonly string[]): void {
  if (unknown.length === 0 || target.fieldValidation === "Ignore") return;
  const texts = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (target.fieldValidation === "Warn") {
    target.warnings.push(...texts);
    return;
  }
  const { kind } = target.resource;
  throw badRequest(
    `${kind} in version "${target.version.name}" cannot be handled as a ${kind}: strict decoding error: ${texts.join(", ")}`,
  );
}

function labelProblems(object: KubeObject): Cause[] {
  const causes: Cause[] = [];
  for (const [key, value] of Object.entries(object.metadata.labels ?? {})) {
    if (!isLabelKey(key))
      causes.push({
        reason: "FieldValueInvalid",
        message: `Invalid value: ${JSON.stringify(key)}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
        field: "metadata.labels",
      });
    if (!isLabelValue(value))
      causes.push({
        reason: "FieldValueInvalid",
        message: `Invalid value: ${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
        field: "metadata.labels",
      });
  }
  for (const key of Object.keys(object.metadata.annotations ?? {}))
    if (!isLabelKey(key.toLowerCase()))
      causes.push({
        reason: "FieldValueInvalid",
        message: `Invalid value: ${JSON.stringify(key)}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
        field: "metadata.annotations",
      });
  return causes;
}
