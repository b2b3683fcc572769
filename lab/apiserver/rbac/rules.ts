/** One rule of a role against one request (pkg/apis/rbac/v1/evaluation_helpers.go of k8s.io/kubernetes). */
import { isObject, type Json } from "../json.ts";
import type { Attributes } from "./attributes.ts";

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** The rules of a stored Role or ClusterRole. */
export function rulesOf(value: Json | undefined): readonly Rule[] {
  return Array.isArray(value) ? value.filter(isObject).map(rule) : [];
}

function rule(value: { readonly [key: string]: Json | undefined }): Rule {
  const texts = (key: string): readonly string[] => {
    const list = value[key];
    return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
  };
  return {
    verbs: texts("verbs"),
    apiGroups: texts("apiGroups"),
    resources: texts("resources"),
    resourceNames: texts("resourceNames"),
    nonResourceURLs: texts("nonResourceURLs"),
  };
}

const matches = (list: readonly string[], value: string): boolean => list.includes("*") || list.includes(value);

/** Does the rule allow it? */
export function allows(rule: Rule, attributes: Attributes): boolean {
  if (!matches(rule.verbs, attributes.verb)) return false;
  if ("path" in attributes) return rule.nonResourceURLs.some((url) => pathMatches(url, attributes.path));
  const { group, resource, subresource, name } = attributes;
  if (!matches(rule.apiGroups, group)) return false;
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  const named = matches(rule.resources, whole) || (subresource !== "" && rule.resources.includes(`*/${subresource}`));
  return named && (rule.resourceNames.length === 0 || rule.resourceNames.includes(name));
}

function pathMatches(url: string, path: string): boolean {
  if (url === "*" || url === path) return true;
  return url.endsWith("*") && path.startsWith(url.replace(/\*+$/, ""));
}
