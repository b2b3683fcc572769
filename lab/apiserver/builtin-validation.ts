/**
 * Rules of built-in kinds that no schema tells (pkg/apis/*\/validation of k8s.io/kubernetes): those that a wrong manifest
 * of a workload or service is most likely to break.
 */
import { rbacGroup, validateRbac } from "./builtin-rbac.ts";
import { equal, isObject, type Json, type JsonObject } from "./json.ts";
import type { KubeObject } from "./object.ts";
import type { Resource } from "./resource.ts";
import { missing } from "./schema/checks.ts";
import type { Cause } from "./status.ts";

const workloads: ReadonlySet<string> = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);

function member(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), value);
}

function objectsOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** All causes, in the order of the fields. `before` is null on creation. */
export function validateBuiltin(resource: Resource, object: KubeObject, before: KubeObject | null): Cause[] {
  if (resource.kind === "Pod") return podSpec(object["spec"], "spec");
  if (resource.kind === "Service" && resource.group === "") return service(object, before);
  if (resource.group === rbacGroup) return validateRbac(object, before);
  if (resource.kind === "ControllerRevision") return revision(object, before);
  if (workloads.has(resource.kind) && isObject(object["spec"])) return workload(object, before);
  return [];
}

/** A revision is a record: what it holds never changes. */
function revision(object: KubeObject, before: KubeObject | null): Cause[] {
  const number = object["revision"];
  const causes: Cause[] =
    typeof number === "number" && number < 0
      ? [
          {
            reason: "FieldValueInvalid",
            message: `Invalid value: ${number}: must be greater than or equal to 0`,
            field: "revision",
          },
        ]
      : [];
  if (object["data"] === undefined)
    causes.push({ reason: "FieldValueRequired", message: "Required value: data is mandatory", field: "data" });
  if (before !== null && !equal(object["data"] ?? null, before["data"] ?? null))
    causes.push({
      reason: "FieldValueInvalid",
      message: `Invalid value: ${JSON.stringify(object["data"] ?? null)}: field is immutable`,
      field: "data",
    });
  return causes;
}

function podSpec(spec: Json | undefined, path: string): Cause[] {
  const containers = objectsOf(member(spec, "containers"));
  if (containers.length === 0)
    // An absent list is told by the schema already.
    return Array.isArray(member(spec, "containers")) || spec === undefined ? [missing(`${path}.containers`)] : [];
  return containers.flatMap((container, i) => {
    const image = container["image"];
    return typeof image === "string" && image !== "" ? [] : [missing(`${path}.containers[${i}].image`)];
  });
}

function workload(object: KubeObject, before: KubeObject | null): Cause[] {
  const selector = member(object, "spec", "selector");
  const template = member(object, "spec", "template");
  const causes: Cause[] = [];
  if (isObject(selector) && isObject(template)) {
    const wanted = member(selector, "matchLabels");
    const labels = member(template, "metadata", "labels");
    const matches = Object.entries(isObject(wanted) ? wanted : {}).every(
      ([key, value]) => member(labels, key) === value,
    );
    const empty = wanted === undefined && selector["matchExpressions"] === undefined;
    if (empty)
      causes.push({
        reason: "FieldValueInvalid",
        message: "Invalid value: {}: empty selector is invalid for deployment",
        field: "spec.selector",
      });
    if (!matches)
      causes.push({
        reason: "FieldValueInvalid",
        message: `Invalid value: ${JSON.stringify(labels ?? {})}: \`selector\` does not match template \`labels\``,
        field: "spec.template.metadata.labels",
      });
    causes.push(...podSpec(member(template, "spec"), "spec.template.spec"));
  }
  if (before !== null && !equal(selector, member(before, "spec", "selector")))
    causes.push({
      reason: "FieldValueInvalid",
      message: `Invalid value: ${JSON.stringify(selector ?? null)}: field is immutable`,
      field: "spec.selector",
    });
  return causes;
}

function service(object: KubeObject, before: KubeObject | null): Cause[] {
  const spec = object["spec"];
  const ports = objectsOf(member(spec, "ports"));
  const causes: Cause[] = [];
  const type = member(spec, "type");
  if (ports.length === 0 && type !== "ExternalName" && member(spec, "clusterIP") !== "None")
    causes.push(missing("spec.ports"));
  const seen = new Set<Json | undefined>();
  for (const [i, port] of ports.entries()) {
    const number = port["port"];
    if (typeof number === "number" && (number < 1 || number > 65535))
      causes.push({
        reason: "FieldValueInvalid",
        message: `Invalid value: ${number}: must be between 1 and 65535, inclusive`,
        field: `spec.ports[${i}].port`,
      });
    const name = port["name"];
    if (ports.length > 1 && (name === undefined || name === "")) causes.push(missing(`spec.ports[${i}].name`));
    else if (name !== undefined && seen.has(name))
      causes.push({
        reason: "FieldValueDuplicate",
        message: `Duplicate value: ${JSON.stringify(name)}`,
        field: `spec.ports[${i}].name`,
      });
    seen.add(name);
  }
  const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
  if (typeof type === "string" && !types.includes(type))
    causes.push({
      reason: "FieldValueNotSupported",
      message: `Unsupported value: ${JSON.stringify(type)}: supported values: ${types.map((item) => JSON.stringify(item)).join(", ")}`,
      field: "spec.type",
    });
  const address = member(before ?? undefined, "spec", "clusterIP");
  const asked = member(spec, "clusterIP");
  if (
    typeof address === "string" &&
    address !== "" &&
    asked !== undefined &&
    asked !== address &&
    type !== "ExternalName"
  )
    causes.push({
      reason: "FieldValueInvalid",
      message: `Invalid value: ${JSON.stringify(asked)}: field is immutable`,
      field: "spec.clusterIP",
    });
  return causes;
}
