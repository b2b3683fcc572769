/**
 * Who wrote an object and who owns which of its fields, by metadata.managedFields.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { isObject, keysOf, own, same } from "./json.ts";
import type { ManagedFields, Manifest } from "./manifest.ts";
import { parsePath } from "./path.ts";
import type { ManagerTool } from "./plan.ts";

export interface Manager {
  /** The field manager as managedFields says it. */
  readonly name: string;
  readonly tool: ManagerTool;
  /** `Apply` or `Update`. */
  readonly operation: string;
  /** RFC 3339, UTC; null: not said. */
  readonly at: string | null;
}

/** The console's own manager; lib/kube/writing.ts names it to servers. */
const CONSOLE = "meshscope";

/**
 * Names that tools give themselves. kubectl: https://kubernetes.io/docs/reference/using-api/server-side-apply/ ·
 * Argo CD: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#server-side-apply · Flux (its controllers'
 * names): https://fluxcd.io/flux/components/kustomize/kustomizations/ · others: the names of their programs.
 */
const tools: readonly (readonly [RegExp, ManagerTool])[] = [
  [/^meshscope$/, "meshscope"],
  [/^kubectl(-|$)/, "kubectl"],
  [/^argocd(-|$)/, "argocd"],
  [/^(kustomize-controller|helm-controller|flux(-.*)?)$/, "flux"],
  [/^helm$/i, "helm"],
  [/^flagger$/, "flagger"],
  [/^(argo-rollouts|rollouts-controller)$/, "argo-rollouts"],
  [/^(pilot-discovery|istiod|istioctl|istio-operator)$/, "istio"],
];

/** The tool behind a manager's name. */
export function toolOf(name: string): ManagerTool {
  return tools.find(([pattern]) => pattern.test(name))?.[1] ?? "other";
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

function managerOf(entry: ManagedFields): Manager {
  const name = typeof entry.manager === "string" ? entry.manager : "";
  const time = typeof entry.time === "string" && INSTANT.test(entry.time) && !Number.isNaN(Date.parse(entry.time));
  const operation = typeof entry.operation === "string" ? entry.operation : "";
  return { name, tool: toolOf(name), operation, at: time ? (entry.time ?? null) : null };
}

/** Entries that say something about what a person can want: not those of status or other subresources, nor broken ones. */
function entriesOf(manifest: Manifest): readonly ManagedFields[] {
  const entries: unknown = own(manifest.metadata, "managedFields");
  if (!Array.isArray(entries)) return [];
  return (entries as readonly unknown[]).filter((entry): entry is ManagedFields => {
    if (!isObject(entry) || typeof own(entry, "manager") !== "string" || own(entry, "subresource")) return false;
    const fields = own(entry, "fieldsV1");
    return isObject(fields) && keysOf(fields).some((key) => key !== "f:status");
  });
}

const byTime = (a: Manager, b: Manager) => Date.parse(b.at ?? "1970-01-01") - Date.parse(a.at ?? "1970-01-01");

/** Who owns fields of spec or metadata, the last writer first; each manager once per operation. */
export function managersOf(manifest: Manifest): readonly Manager[] {
  const found = new Map<string, Manager>();
  for (const manager of entriesOf(manifest).map(managerOf).sort(byTime)) {
    const key = JSON.stringify([manager.name, manager.operation]);
    if (!found.has(key)) found.set(key, manager);
  }
  return [...found.values()];
}

/** When spec or metadata were last written; null: managedFields don't say. A manager that gave its fields up is forgotten. */
export function changedAt(manifest: Manifest): string | null {
  return managersOf(manifest)[0]?.at ?? null;
}

/** The field manager that did so; null as above. */
export function changedBy(manifest: Manifest): string | null {
  const [last] = managersOf(manifest);
  return last?.at == null ? null : last.name;
}

/** The text behind `k:` or `v:` as JSON; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The key in a fieldsV1 list node that stands for the element at `index`. */
function elementKey(node: object, element: unknown, index: number): string | undefined {
  return Object.keys(node).find((key) => {
    if (key === `i:${index}`) return true;
    if (key.startsWith("v:")) return same(parsed(key.slice(2)), element);
    if (!key.startsWith("k:")) return false;
    const id = parsed(key.slice(2));
    return isObject(id) && keysOf(id).length > 0 && keysOf(id).every((name) => same(id[name], own(element, name)));
  });
}

/** Whether a set of fields has this place, something in it, or a whole that it is part of. */
function covers(fields: unknown, manifest: Manifest, path: readonly (string | number)[]): boolean {
  let [node, value]: unknown[] = [fields, manifest];
  for (const [depth, segment] of path.entries()) {
    if (!isObject(node)) return false;
    // A leaf stands for all that is in it: an atomic list or map.
    if (depth > 0 && Object.keys(node).length === 0) return true;
    const inner: unknown = Array.isArray(value) ? value[Number(segment)] : own(value, String(segment));
    const key = typeof segment === "number" ? elementKey(node, inner, segment) : `f:${segment}`;
    if (key === undefined) return false;
    [node, value] = [own(node, key), inner];
  }
  return isObject(node);
}

/**
 * Owners of a place (`spec.http[0].route[1].weight`): managers that own it, something in it, or an atomic list or map that
 * it is part of. A place that is no path, or that nobody owns, has none.
 */
export function fieldOwners(manifest: Manifest): (path: string) => readonly Manager[] {
  const entries = entriesOf(manifest).map((entry) => ({ manager: managerOf(entry), fields: entry.fieldsV1 }));
  return (path) => {
    const segments = parsePath(path);
    if (segments === null) return [];
    return entries.filter(({ fields }) => covers(fields, manifest, segments)).map(({ manager }) => manager);
  };
}

/**
 * Whether the console may write the object whole: it applied it, and nobody else owns anything of spec, labels or
 * annotations. The console's own patches count as somebody else's here, because to the server `Update` is another owner
 * than `Apply` of the same name, and an apply would conflict with it.
 */
export function ownedByConsole(manifest: Manifest): boolean {
  const ours = (entry: ManagedFields) => entry.manager === CONSOLE && entry.operation === "Apply";
  const entries = entriesOf(manifest);
  const places = [["spec"], ["metadata", "labels"], ["metadata", "annotations"]];
  const shares = (entry: ManagedFields) => places.some((place) => covers(entry.fieldsV1, manifest, place));
  return entries.some(ours) && !entries.some((entry) => !ours(entry) && shares(entry));
}
