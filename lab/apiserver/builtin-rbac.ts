/** Defaults and validation of roles and bindings (pkg/apis/rbac/v1/defaults.go and pkg/apis/rbac/validation of k8s.io/kubernetes). */
import { equal, isObject, type Json, type JsonObject } from "./json.ts";
import type { KubeObject } from "./object.ts";
import { missing } from "./schema/checks.ts";
import type { Cause } from "./status.ts";

export const rbacGroup = "rbac.authorization.k8s.io";

const listOf = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const size = (value: Json | undefined): number => (Array.isArray(value) ? value.length : 0);
const unset = (value: Json | undefined): boolean => value === undefined || value === "";
const wrong = (field: string, value: Json | undefined, why: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value ?? null)}: ${why}`,
  field,
});
const required = (field: string, why: string): Cause => ({
  reason: "FieldValueRequired",
  message: `Required value: ${why}`,
  field,
});
const unsupported = (field: string, value: Json | undefined, supported: readonly string[]): Cause => ({
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${JSON.stringify(value ?? "")}: supported values: ${supported.map((one) => JSON.stringify(one)).join(", ")}`,
  field,
});

/** The API group that references and subjects belong to where they don't say it. */
export function rbacDefaults(object: KubeObject): KubeObject {
  if (!object.kind.endsWith("Binding")) return object;
  const ref = object["roleRef"];
  const subjects = object["subjects"];
  return {
    ...object,
    roleRef: isObject(ref) && unset(ref["apiGroup"]) ? { ...ref, apiGroup: rbacGroup } : (ref ?? {}),
    ...(Array.isArray(subjects) && {
      subjects: subjects.map((subject: Json) =>
        isObject(subject) && unset(subject["apiGroup"]) && (subject["kind"] === "User" || subject["kind"] === "Group")
          ? { ...subject, apiGroup: rbacGroup }
          : subject,
      ),
    }),
  };
}

/** All causes. `before` is null on creation. */
export function validateRbac(object: KubeObject, before: KubeObject | null): Cause[] {
  const bound = object.kind.endsWith("Binding");
  if (!bound) return listOf(object["rules"]).flatMap((rule, i) => ruleCauses(rule, `rules[${i}]`, object.kind));
  const ref = isObject(object["roleRef"]) ? object["roleRef"] : {};
  const kinds = object.kind === "RoleBinding" ? ["ClusterRole", "Role"] : ["ClusterRole"];
  return [
    ...(ref["apiGroup"] === rbacGroup ? [] : [unsupported("roleRef.apiGroup", ref["apiGroup"], [rbacGroup])]),
    ...(kinds.some((kind) => kind === ref["kind"]) ? [] : [unsupported("roleRef.kind", ref["kind"], kinds)]),
    ...(ref["name"] === "" ? [missing("roleRef.name")] : []),
    ...listOf(object["subjects"]).flatMap((one, i) => subjectCauses(one, `subjects[${i}]`, object.kind)),
    // What a binding's subjects may do never changes behind their back: another role is another binding.
    ...(before === null || equal(ref, before["roleRef"]) ? [] : [wrong("roleRef", ref, "cannot change roleRef")]),
  ];
}

function ruleCauses(rule: JsonObject, path: string, kind: string): Cause[] {
  // An absent list is told by the schema already.
  const empty = rule["verbs"] !== undefined && size(rule["verbs"]) === 0;
  const causes = empty ? [required(`${path}.verbs`, "verbs must contain at least one value")] : [];
  const groups = size(rule["apiGroups"]);
  const resources = size(rule["resources"]);
  if (size(rule["nonResourceURLs"]) > 0) {
    const urls = rule["nonResourceURLs"];
    if (kind === "Role")
      causes.push(wrong(`${path}.nonResourceURLs`, urls, "namespaced rules cannot apply to non-resource URLs"));
    if (groups + resources + size(rule["resourceNames"]) > 0)
      causes.push(
        wrong(`${path}.nonResourceURLs`, urls, "rules cannot apply to both regular resources and non-resource URLs"),
      );
    return causes;
  }
  if (groups === 0) causes.push(required(`${path}.apiGroups`, "resource rules must supply at least one api group"));
  if (resources === 0) causes.push(required(`${path}.resources`, "resource rules must supply at least one resource"));
  return causes;
}

function subjectCauses(subject: JsonObject, path: string, binding: string): Cause[] {
  const causes = subject["name"] === "" ? [missing(`${path}.name`)] : [];
  const kind = subject["kind"];
  const group = subject["apiGroup"] ?? "";
  const account = kind === "ServiceAccount";
  if (!account && kind !== "User" && kind !== "Group")
    return [...causes, unsupported(`${path}.kind`, kind, ["Group", "ServiceAccount", "User"])];
  const expected = account ? "" : rbacGroup;
  if (group !== expected) causes.push(unsupported(`${path}.apiGroup`, group, [expected]));
  if (account && binding === "ClusterRoleBinding" && unset(subject["namespace"]))
    causes.push(missing(`${path}.namespace`));
  return causes;
}
