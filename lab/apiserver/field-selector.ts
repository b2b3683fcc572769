/** Field selectors: `metadata.name=x,status.phase!=Running`, on the few fields each kind supports. */
import { isObject, type Json } from "./json.ts";
import type { KubeObject } from "./object.ts";
import type { Resource } from "./resource.ts";
import { badRequest } from "./status.ts";

export interface FieldTerm {
  readonly path: readonly string[];
  readonly value: string;
  readonly equal: boolean;
}

/** Fields beyond metadata.name and metadata.namespace (pkg/apis/*\/v1/conversion.go of k8s.io/kubernetes). */
const extra: Readonly<Record<string, readonly string[]>> = {
  pods: ["spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase", "status.podIP"],
  namespaces: ["status.phase"],
  secrets: ["type"],
  services: ["spec.clusterIP", "spec.type"],
  nodes: ["spec.unschedulable"],
  events: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "reason",
    "type",
  ],
  replicasets: ["status.replicas"],
  jobs: ["status.successful"],
};

/** Parses a selector for one kind; throws 400 for a field that the kind can't be selected by. */
export function parseFieldSelector(input: string, resource: Resource): readonly FieldTerm[] {
  if (input === "") return [];
  return split(input)
    .filter((term) => term !== "")
    .map((term) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/s.exec(term);
      if (match === null) throw badRequest(`invalid selector: '${input}'; can't understand '${term}'`);
      const [, field = "", operator = "", raw = ""] = match;
      const known = field === "metadata.name" || (resource.namespaced && field === "metadata.namespace");
      if (!known && !(resource.builtin && (extra[resource.plural] ?? []).includes(field)))
        throw badRequest(`field label not supported: ${field}`);
      return { path: field.split("."), value: raw.replace(/\\([\\,=])/g, "$1"), equal: operator !== "!=" };
    });
}

/** Splits at commas that no backslash escapes. */
function split(input: string): string[] {
  return input.match(/(?:\\.|[^,\\])+/gs) ?? [];
}

/** Does the object satisfy all terms? An absent field is the empty string. */
export function matchesFields(terms: readonly FieldTerm[], object: KubeObject): boolean {
  return terms.every(({ path, value, equal }) => {
    let at: Json | undefined = object;
    for (const step of path) at = isObject(at) ? at[step] : undefined;
    return (at === undefined || at === null ? "" : String(at)) === value ? equal : !equal;
  });
}

/** The one name a selector asks for, when it does: such a list is a look-up. */
export function selectedName(terms: readonly FieldTerm[]): string | null {
  return terms.find((term) => term.equal && term.path.join(".") === "metadata.name")?.value ?? null;
}
