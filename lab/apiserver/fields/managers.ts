/** Who owns which fields: metadata.managedFields, read and written. */
import { isObject, type Json, type JsonObject } from "../json.ts";
import { emptySet, type FieldSet, fromFields, toFields } from "./set.ts";

/** What one manager owns by one kind of write. */
export interface Owned {
  readonly set: FieldSet;
  readonly apiVersion: string;
  readonly applied: boolean;
  /** RFC 3339; of the last write that changed something. */
  readonly time: string | null;
}

/** By identifier (`identify`). */
export type Managers = ReadonlyMap<string, Owned>;

/** Who writes, and how. */
export interface Identity {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** The key of an entry. An applier is one manager, whatever version it applies. */
export function identify({ manager, operation, apiVersion, subresource }: Identity): string {
  return JSON.stringify({
    ...(manager === "" ? {} : { manager }),
    operation,
    ...(operation === "Apply" ? {} : { apiVersion }),
    ...(subresource === "" ? {} : { subresource }),
  });
}

/** The managers that a metadata.managedFields names; null when it can't be read. */
export function readManagers(entries: Json | undefined): Managers | null {
  const managers = new Map<string, Owned>();
  for (const entry of Array.isArray(entries) ? (entries as readonly Json[]) : []) {
    const read = isObject(entry) ? readEntry(entry) : null;
    if (read === null) return null;
    managers.set(...read);
  }
  return managers;
}

function readEntry(entry: JsonObject): [string, Owned] | null {
  const { operation, apiVersion, fieldsType, fieldsV1, manager, subresource, time } = entry;
  if (operation !== "Apply" && operation !== "Update") return null;
  if (typeof apiVersion !== "string" || apiVersion === "" || fieldsType !== "FieldsV1") return null;
  const set = isObject(fieldsV1) ? fromFields(fieldsV1) : emptySet;
  if (set === null) return null;
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  const key = identify({ manager: text(manager), operation, apiVersion, subresource: text(subresource) });
  return [key, { set, apiVersion, applied: operation === "Apply", time: typeof time === "string" ? time : null }];
}

/** metadata.managedFields in the order of the real server: appliers first, then by time, name, version. */
export function writeManagers(managers: Managers): JsonObject[] {
  const entries = [...managers].map(([key, owned]) => {
    const { manager, subresource } = JSON.parse(key) as Partial<Identity>;
    return {
      ...(manager === undefined ? {} : { manager }),
      operation: owned.applied ? "Apply" : "Update",
      apiVersion: owned.apiVersion,
      ...(owned.time === null ? {} : { time: owned.time }),
      fieldsType: "FieldsV1",
      fieldsV1: toFields(owned.set),
      ...(subresource === undefined ? {} : { subresource }),
    };
  });
  const seconds = (time: string | undefined): number => Math.floor(Date.parse(time ?? "1970-01-01T00:00:00Z") / 1000);
  const compare = (a = "", b = ""): number => (a < b ? -1 : a > b ? 1 : 0);
  return entries.sort(
    (a, b) =>
      compare(a.operation, b.operation) ||
      seconds(a.time) - seconds(b.time) ||
      compare(a.manager, b.manager) ||
      compare(a.apiVersion, b.apiVersion) ||
      compare(a.subresource, b.subresource),
  );
}

/** A manager as messages name it. */
export function showManager(key: string): string {
  const { manager = "", operation, apiVersion, subresource } = JSON.parse(key) as Partial<Identity>;
  const name = JSON.stringify(manager) + (subresource === undefined ? "" : ` with subresource "${subresource}"`);
  return operation === "Update" ? `${name} using ${apiVersion ?? ""}` : name;
}
