/** Lists: selectors, pages of one consistent snapshot, and the rules of resourceVersion. */
import type { Context } from "./context.ts";
import type { ListMeta } from "./encode.ts";
import { type FieldTerm, matchesFields, parseFieldSelector, selectedName } from "./field-selector.ts";
import { matchesLabels, parseLabelSelector, type Requirement } from "./label-selector.ts";
import { type KubeObject, keyOf } from "./object.ts";
import type { Resource } from "./resource.ts";
import { badRequest, invalid, StatusError } from "./status.ts";
import { parseRevision } from "./store.ts";
import { collectionOf } from "./write.ts";

/** Which objects of a collection a request is about. */
export interface Selection {
  readonly namespace: string;
  readonly labels: readonly Requirement[];
  readonly fields: readonly FieldTerm[];
}

/** Reads the selectors of a query. Throws 400. */
export function parseSelection(resource: Resource, namespace: string, query: URLSearchParams): Selection {
  return {
    namespace,
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: parseFieldSelector(query.get("fieldSelector") ?? "", resource),
  };
}

/** Is the object inside the selection? */
export function selects(selection: Selection, object: KubeObject): boolean {
  return (
    (selection.namespace === "" || object.metadata.namespace === selection.namespace) &&
    matchesLabels(selection.labels, object.metadata.labels ?? {}) &&
    matchesFields(selection.fields, object)
  );
}

export interface Page {
  readonly meta: ListMeta;
  readonly objects: readonly KubeObject[];
}

interface Continuation {
  readonly v: "meta.k8s.io/v1";
  readonly rv: number;
  /** The last key that was sent. */
  readonly start: string;
}

function encodeContinue(rv: number, start: string): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv, start } satisfies Continuation)).toString("base64url");
}

function decodeContinue(token: string): Continuation {
  try {
    const value = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as Partial<Continuation>;
    if (value.v === "meta.k8s.io/v1" && typeof value.rv === "number" && typeof value.start === "string")
      return { v: value.v, rv: value.rv, start: value.start };
  } catch {
    // Told below, like a token of another shape.
  }
  throw badRequest("continue key is not valid: it must be a token that a list answered");
}

/** One page of a list. Throws 400, 410 (a token or exact version that is forgotten), 504 (a version not reached yet). */
export function list(context: Context, resource: Resource, selection: Selection, query: URLSearchParams): Page {
  const collection = collectionOf(context, resource);
  const limit = limitOf(query);
  const token = query.get("continue") ?? "";
  const { revision, start } = snapshotOf(context, resource, query, token);
  const present = revision === context.store.revision;
  let state: ReadonlyMap<string, KubeObject> | null = null;
  if (!present)
    try {
      state = collection.at(revision);
    } catch (error) {
      throw token === "" ? error : expired(context.store.revision, start);
    }
  const keys = keysIn(selection, state === null ? collection.keys() : [...state.keys()].sort());
  const objects: KubeObject[] = [];
  let last = start;
  let remaining = 0;
  let more = false;
  for (const key of keys) {
    if (key <= start) continue;
    if (limit > 0 && objects.length === limit) {
      more = true;
      remaining += 1;
      continue;
    }
    const object = state === null ? collection.get(key) : state.get(key);
    if (object === undefined || !selects(selection, object)) continue;
    objects.push(object);
    last = key;
  }
  const exact = selection.labels.length === 0 && selection.fields.length === 0;
  const meta = {
    resourceVersion: String(revision),
    ...(more ? { continue: encodeContinue(revision, last), ...(exact ? { remainingItemCount: remaining } : {}) } : {}),
  };
  return { meta, objects };
}

function limitOf(query: URLSearchParams): number {
  const text = query.get("limit") ?? "0";
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Number(text);
}

/** Narrows the keys to a namespace and a name where the selection asks for one. */
export function keysIn(selection: Selection, keys: readonly string[]): readonly string[] {
  const name = selectedName(selection.fields);
  if (name !== null && selection.namespace !== "")
    return keys.filter((key) => key === keyOf(selection.namespace, name));
  if (selection.namespace === "") return keys;
  const prefix = `${selection.namespace}/`;
  return keys.filter((key) => key.startsWith(prefix));
}

function snapshotOf(
  context: Context,
  resource: Resource,
  query: URLSearchParams,
  token: string,
): { revision: number; start: string } {
  const asked = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const current = context.store.revision;
  if (token !== "") {
    if (asked !== "" && asked !== "0")
      throw badRequest("specifying resource version is not allowed when using continue");
    const continuation = decodeContinue(token);
    return { revision: continuation.rv < 0 ? current : continuation.rv, start: continuation.start };
  }
  if (match !== "" && asked === "")
    throw forbiddenMatch(resource, "resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (match !== "" && match !== "Exact" && match !== "NotOlderThan")
    throw forbiddenMatch(resource, `supported values: "Exact", "NotOlderThan", ""`);
  if (match === "Exact" && asked === "0")
    throw forbiddenMatch(resource, `resourceVersionMatch "exact" is forbidden for resourceVersion "0"`);
  const revision = asked === "" ? 0 : parseRevision(asked);
  if (revision > current)
    throw new StatusError(504, "Timeout", `Too large resource version: ${revision}, current: ${current}`, {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    });
  return { revision: match === "Exact" ? revision : current, start: "" };
}

/** 422: resourceVersionMatch doesn't go with the rest of the query. */
export function forbiddenMatch(resource: Resource, why: string): StatusError {
  return invalid({ ...resource, group: "meta.k8s.io", kind: "ListOptions" }, "", [
    { reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field: "resourceVersionMatch" },
  ]);
}

/** 410 with a token that goes on at the same place, without the promise of one snapshot. */
function expired(_current: number, start: string): StatusError {
  return new StatusError(
    410,
    "Expired",
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    { continueToken: encodeContinue(-1, start) },
  );
}
