/**
 * Field management around the writes of one resource: what k8s.io/apimachinery/pkg/util/managedfields does.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
import { isObject, type Json, type JsonObject, omit } from "../json.ts";
import { apiVersionOf, type KubeObject, withMeta } from "../object.ts";
import type { Resource, ResourceVersion } from "../resource.ts";
import { badRequest, StatusError } from "../status.ts";
import { faultsOf } from "./check.ts";
import { applyConflict } from "./conflict.ts";
import { allowedConflicts, lastAppliedKey, withLastApplied } from "./last-applied.ts";
import { identify, type Managers, type Owned, readManagers, writeManagers } from "./managers.ts";
import { difference, type FieldSet, hasPath, isEmpty, setOf, union } from "./set.ts";
import { objectType } from "./type.ts";
import { applyConfiguration, type Rules, updateOwnership } from "./updater.ts";

/** Who writes where, and when. */
export interface Writer {
  readonly resource: Resource;
  readonly version: ResourceVersion;
  /** The manager's name. */
  readonly manager: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** RFC 3339, whole seconds. */
  readonly now: string;
}

const fields = (...path: readonly string[]): string[] => path.map((name) => `f:${name}`);
const meta = (name: string): string[] => fields("metadata", name);

/** Members that nobody owns: they name the object, or the server sets them. */
const unowned = setOf(
  ...["apiVersion", "kind", "metadata"].map((name) => fields(name)),
  ...["name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation"].map(meta),
  ...["managedFields", "resourceVersion"].map(meta),
);
const statusAlone = setOf(fields("status"));
const nothing = setOf();
const allButStatus = setOf(fields("spec"), fields("metadata"));
const allButStatusOf: Readonly<Record<string, FieldSet>> = {
  Deployment: setOf(fields("spec"), meta("labels")),
  Pod: setOf(fields("spec"), meta("deletionTimestamp"), meta("ownerReferences")),
};
const specAlone = setOf(fields("spec"));

/** What a write there resets (GetResetFields of the strategies in pkg/registry of k8s.io/kubernetes). */
function ignoredBy({ resource, version, subresource }: Writer): FieldSet {
  if (subresource !== "status") return version.status ? statusAlone : nothing;
  return resource.builtin ? (allButStatusOf[resource.kind] ?? specAlone) : allButStatus;
}

const known = new WeakMap<ResourceVersion, Map<string, Rules>>();

/** The rules of a version and subresource; made once. */
function rulesOf(writer: Writer): Rules {
  const rules = known.get(writer.version) ?? new Map<string, Rules>();
  known.set(writer.version, rules);
  const found = rules.get(writer.subresource) ?? makeRules(writer);
  rules.set(writer.subresource, found);
  return found;
}

function makeRules(writer: Writer): Rules {
  const { resource, version } = writer;
  const apiVersion = apiVersionOf(resource.group, version.name);
  const types = new Map(
    resource.versions.map((one) => [apiVersionOf(resource.group, one.name), objectType(one.schema, resource.builtin)]),
  );
  return {
    type: objectType(version.schema, resource.builtin),
    typeOf: (name) => types.get(name) ?? null,
    apiVersion,
    ignored: ignoredBy(writer),
  };
}

function withoutManagers(object: KubeObject): KubeObject {
  return withMeta(object, { managedFields: undefined });
}

/** What the strategy or the server adds after ownership is settled; owned only where the client said it. */
const late: Readonly<Record<string, readonly string[]>> = {
  Service: ["ipFamilies", "ipFamilyPolicy", "clusterIP", "clusterIPs"],
  Namespace: ["finalizers"],
  Pod: ["priority", "preemptionPolicy"],
};

/** The object as its client wrote it, with defaults but without what is only added later. */
export function settled(
  resource: Resource,
  object: KubeObject,
  given: JsonObject,
  before: KubeObject | null,
): KubeObject {
  const names = resource.builtin ? late[resource.kind] : undefined;
  const [spec, asked, old] = [object["spec"], given["spec"], before?.["spec"]];
  if (names === undefined || !isObject(spec)) return object;
  const said = (name: string): boolean =>
    (isObject(asked) && asked[name] !== undefined) || (isObject(old) && old[name] !== undefined);
  const added = names.filter((name) => spec[name] !== undefined && !said(name));
  return added.length === 0 ? object : { ...object, spec: omit(spec, ...added) };
}

function isReset(entries: Json | undefined): boolean {
  if (!Array.isArray(entries)) return false;
  const [first] = entries as readonly Json[];
  return entries.length === 0 || (entries.length === 1 && isObject(first) && Object.keys(first).length === 0);
}

/** The managers to start from: what the client sent, if anything that can be read, else what there is. */
function startOf(writer: Writer, before: KubeObject | null, entries: Json | undefined): Managers {
  const live = readManagers(before?.metadata["managedFields"]) ?? new Map<string, Owned>();
  if (writer.subresource !== "") return live;
  if (isReset(entries)) return new Map();
  const sent = readManagers(entries);
  return sent === null || sent.size === 0 ? live : sent;
}

/** The empty object that a creation is compared with. Objects of custom resources know their kind even then. */
function blank(writer: Writer, object: KubeObject): JsonObject {
  return writer.resource.builtin ? { metadata: {} } : { apiVersion: object.apiVersion, kind: object.kind };
}

/** managedFields after a create, update or patch; `entries` is what the client sent as such. */
export function manageUpdate(
  writer: Writer,
  before: KubeObject | null,
  after: KubeObject,
  entries: Json | undefined,
): readonly JsonObject[] {
  const managers = startOf(writer, before, entries);
  // An object whose managers were forgotten is only watched again once somebody applies it.
  if (before !== null && managers.size === 0) return [];
  const rules = rulesOf(writer);
  const live = before === null ? blank(writer, after) : withoutManagers(before);
  const key = identify({ ...writer, operation: "Update", apiVersion: rules.apiVersion });
  return writeManagers(capped(recordUpdate(writer, rules, live, withoutManagers(after), managers, key)));
}

function recordUpdate(
  writer: Writer,
  rules: Rules,
  live: Json,
  after: Json,
  managers: Managers,
  key: string,
): Managers {
  const self = "current-operation";
  const result = new Map(updateOwnership(rules, live, after, managers, self));
  const now = result.get(self);
  result.delete(self);
  const set = now === undefined ? nothing : difference(now.set, unowned);
  if (now === undefined || isEmpty(set)) return result;
  const previous = result.get(key);
  result.set(key, { ...now, set: previous === undefined ? set : union(set, previous.set), time: writer.now });
  return result;
}

const maximum = 10;

/** At most ten updaters: of more, the oldest of a version become one, `ancient-changes`. */
function capped(managers: Managers): Managers {
  const seconds = ({ time }: Owned): number => (time === null ? 0 : Date.parse(time));
  const updaters = [...managers]
    .filter(([, owned]) => !owned.applied)
    .sort(([a, left], [b, right]) => seconds(left) - seconds(right) || (a < b ? -1 : 1));
  if (updaters.length <= maximum) return managers;
  const result = new Map(managers);
  const firsts = new Map<string, string>();
  let count = updaters.length;
  for (const [key, owned] of updaters) {
    if (count <= maximum) break;
    const first = firsts.get(owned.apiVersion);
    if (first === undefined) {
      firsts.set(owned.apiVersion, key);
      continue;
    }
    const { apiVersion } = owned;
    const bucket = identify({ manager: "ancient-changes", operation: "Update", apiVersion, subresource: "" });
    const old = result.get(bucket) ?? result.get(first);
    if (!result.has(bucket)) result.delete(first);
    result.delete(key);
    result.set(bucket, { ...owned, set: old === undefined ? owned.set : union(owned.set, old.set) });
    count -= 1;
  }
  return result;
}

/** What applying leads to, before defaults and validation. */
export interface Applied {
  readonly object: KubeObject;
  readonly managedFields: readonly JsonObject[];
}

/**
 * Applies a configuration to the live object, or to none. Throws 400 for what can't be applied, 409 with every conflict,
 * and 500, as the real server does, for what isn't of the kind's schema.
 */
export function manageApply(writer: Writer, before: KubeObject | null, applied: KubeObject, force: boolean): Applied {
  const { resource, manager } = writer;
  const rules = rulesOf(writer);
  const kind = `${resource.group}/${writer.version.name}, Kind=${resource.kind}`;
  const [group, version] = applied.apiVersion.includes("/") ? applied.apiVersion.split("/") : ["", applied.apiVersion];
  const given = `${group}/${version}, Kind=${applied.kind}`;
  if (given !== kind) throw badRequest(`invalid object type: ${given}`);
  if (Array.isArray(applied.metadata["managedFields"])) throw badRequest("metadata.managedFields must be nil");
  const faults = faultsOf(rules.type, applied);
  if (faults.length > 0) throw untyped(applied, kind, faults);
  const key = identify({ ...writer, operation: "Apply", apiVersion: rules.apiVersion });
  const empty = blank(writer, applied);
  const live = before === null ? empty : withoutManagers({ ...before, apiVersion: rules.apiVersion });
  let managers = readManagers(before?.metadata["managedFields"]) ?? new Map<string, Owned>();
  if (managers.size === 0) {
    const first = { ...writer, manager: "before-first-apply", operation: "Update" as const };
    const old = identify({ ...first, apiVersion: rules.apiVersion });
    managers = recordUpdate(writer, rules, empty, live, managers, old);
  }
  let result = applyConfiguration(rules, live, applied, managers, key, force);
  if (Array.isArray(result) && manager === "kubectl" && before !== null) {
    const allowed = allowedConflicts(rules, before);
    const left = result.filter(({ path }) => allowed === null || !hasPath(allowed, path));
    result = left.length > 0 ? left : applyConfiguration(rules, live, applied, managers, key, true);
  }
  if (!("managers" in result)) throw applyConflict(result);
  const owners = new Map(result.managers);
  const own = owners.get(key);
  if (own !== undefined) {
    const set = difference(own.set, unowned);
    if (isEmpty(set)) owners.delete(key);
    else owners.set(key, { ...own, set, time: result.object === null ? own.time : writer.now });
  }
  const merged = (result.object ?? live) as KubeObject;
  const object =
    manager === "kubectl" && merged.metadata.annotations?.[lastAppliedKey] !== undefined
      ? withLastApplied(merged, applied)
      : merged;
  return { object, managedFields: writeManagers(owners) };
}

function untyped(applied: KubeObject, kind: string, faults: readonly string[]): StatusError {
  const { namespace, name } = applied.metadata;
  const lines = faults.length === 1 ? faults[0] : `errors:\n${faults.map((fault) => `  ${fault}`).join("\n")}`;
  const what = `${namespace ?? ""}/${name ?? ""}; ${kind}`;
  return new StatusError(500, "", `failed to create typed patch object (${what}): ${lines}`);
}

/** A name for who doesn't give one: what the User-Agent says before its first slash. */
export function managerOf(fieldManager: string, userAgent: string | undefined): string {
  if (fieldManager !== "") return fieldManager;
  const printable = (userAgent ?? "").split("/")[0]?.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "") ?? "";
  let name = "";
  for (const character of printable) {
    if (Buffer.byteLength(name + character) > 128) break;
    name += character;
  }
  return name === "" ? "unknown" : name;
}
