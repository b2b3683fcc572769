/** GET /changes: what the console recorded, what its watches saw, and what managedFields say of others' last writes. */
import { formatInstant, parseInstant } from "#lib/api/instant.ts";
import type { ChangesAnswer } from "#lib/api/plans.ts";
import type { ChangeRecord } from "#lib/api/policies.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { shown } from "#lib/policy/clean.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { changedBy, managersOf } from "#lib/policy/managers.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, parseRefPath, refKey, refOf } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { page } from "../page.ts";
import type { Visibility } from "../rights/model.ts";
import { seesObject } from "./access.ts";
import type { Applied } from "./apply.ts";
import { changeId } from "./change-id.ts";
import { halfDone } from "./half-done.ts";
import { sha256 } from "./hash.ts";
import type { JournalRecord } from "./journal.ts";
import type { PlanDeps } from "./model.ts";
import { recordsOf, revertable } from "./revert.ts";

export interface ChangesQuery {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  /** An object's path. */
  readonly object?: string | undefined;
  readonly since?: string | undefined;
  readonly state?: "open" | undefined;
  readonly limit: number;
  readonly next?: string | undefined;
}

const CONSOLE = "meshscope";
/** managedFields count in seconds, and the watch tells a moment later. */
const SAME_WRITE = 5;

/** @throws MeshscopeError `bad_parameter`, `bad_instant`, `forbidden` for what is asked for by name and can't be seen */
export async function listChanges(
  deps: PlanDeps,
  applied: Applied,
  credential: Credential,
  query: ChangesQuery,
  signal?: AbortSignal,
): Promise<ChangesAnswer> {
  const visibility = await deps.rights.visibility(credential, signal);
  const only = query.object === undefined ? null : objectOf(query.object, visibility);
  const since = query.since === undefined ? null : parseInstant(query.since);
  if (query.since !== undefined && since === null)
    throw new MeshscopeError("bad_instant", "Parameter 'since' must be RFC 3339 or unix seconds.");
  const clusters = [...deps.store.clusters().keys()].filter(
    (name) => visibility.cluster(name) && (query.clusters.length === 0 || query.clusters.includes(name)),
  );
  for (const namespace of query.namespaces)
    if (!clusters.some((cluster) => visibility.namespace(cluster, namespace)))
      throw new MeshscopeError("forbidden", `You may not see namespace ${namespace}.`);
  const all = clusters.flatMap((cluster) => changesOf(deps, applied, cluster, query.state === "open", visibility));
  const items = all.filter(({ object, when }) => {
    if (only !== null && refKey(object) !== refKey(only)) return false;
    if (since !== null && Date.parse(when) / 1000 < since) return false;
    const place = object.namespace ?? (object.kind === "Namespace" ? object.name : null);
    return query.namespaces.length === 0 || (place !== null && query.namespaces.includes(place));
  });
  const { items: taken, ...more } = page(items, newestFirst, query);
  return { items: taken, ...more, unread: unreadOf(deps, clusters) };
}

/** Sorts by time, newest first, and the same each time. */
function newestFirst({ when, id }: ChangeRecord): string {
  return `${String(8.64e15 - Date.parse(when)).padStart(16, "0")} ${id}`;
}

/** A cluster without one of the kinds has no changes of it: that is nothing missing. */
function unreadOf(deps: PlanDeps, clusters: readonly string[]): ChangesAnswer["unread"] {
  return clusters.flatMap((cluster) =>
    (deps.store.clusters().get(cluster)?.unread ?? [])
      .filter(({ code }) => code !== "not_found")
      .map((each) => ({ cluster, ...each })),
  );
}

function objectOf(path: string, visibility: Visibility): ObjectRef {
  let segments: string[];
  try {
    segments = path.split("/").map(decodeURIComponent);
  } catch {
    segments = [];
  }
  const ref = parseRefPath(segments);
  if (ref === null)
    throw new MeshscopeError("bad_parameter", "Parameter 'object' must be cluster/group/version/kind/namespace/name.");
  if (!seesObject(visibility, ref)) throw new MeshscopeError("forbidden", "You may not see this object's namespace.");
  return ref;
}

function changesOf(
  deps: PlanDeps,
  applied: Applied,
  cluster: string,
  open: boolean,
  visibility: Visibility,
): readonly ChangeRecord[] {
  const visible = ({ object }: { readonly object: ObjectRef }) => seesObject(visibility, object);
  const records = recordsOf(deps, cluster).filter(visible);
  if (open) return halfDone(deps, applied, records).map(recorded);
  const seen = seenByOthers(deps, cluster, records).filter(visible);
  const known = new Map<string, number[]>();
  for (const { object, when } of seen)
    known.set(refKey(object), [...(known.get(refKey(object)) ?? []), Date.parse(when)]);
  const policies = deps.store.clusters().get(cluster);
  const written = deps.kinds.flatMap((kind) =>
    (policies?.objects(kindKey(kind)) ?? [])
      .filter((manifest) => refOf(cluster, manifest).group === kind.group)
      .flatMap((manifest) => lastWrites(cluster, manifest)),
  );
  const unseen = written.filter(visible).filter(({ object, when }) => {
    const times = known.get(refKey(object)) ?? [];
    return !times.some((time) => Math.abs(time - Date.parse(when)) <= SAME_WRITE * 1000);
  });
  return [...records.map(recorded), ...seen, ...unseen];
}

function recorded(record: JournalRecord): ChangeRecord {
  const { cluster, namespace, name, object, who, when, note, op, before, after, plan, state, until } = record;
  return {
    id: changeId(cluster, { metadata: { name, namespace } } as Manifest),
    ...{ object, who: who === "" ? null : who, when, source: "meshscope", op },
    before: visibleText(before),
    after: visibleText(after, before),
    ...{ planId: plan, state, revertable: revertable(record) },
    ...(note === null ? {} : { note }),
    ...(until === null ? {} : { until }),
  };
}

/** What the watch saw and the console didn't do. Deletions leave no manager: the console's own are told by their record. */
function seenByOthers(deps: PlanDeps, cluster: string, records: readonly JournalRecord[]): readonly ChangeRecord[] {
  const own = new Set(
    records
      .filter(({ op }) => op === "delete")
      .map(({ object, when }) => `${refKey(object)} ${minute(Date.parse(when))}`),
  );
  return deps.store.seen().flatMap(({ object, at, before, after }): ChangeRecord[] => {
    if (object.cluster !== cluster) return [];
    const who = after === null ? null : changedBy(after);
    if (who === CONSOLE) return [];
    const near = [minute(at * 1000), minute(at * 1000) - 1];
    if (after === null && near.some((each) => own.has(`${refKey(object)} ${each}`))) return [];
    return [
      {
        id: `other-${sha256(`${refKey(object)} ${at} ${after?.metadata.resourceVersion ?? ""}`).slice(0, 24)}`,
        ...{ object, who, when: formatInstant(at), source: "other" },
        op: before === null ? "create" : after === null ? "delete" : "update",
        before: visibleText(before),
        after: visibleText(after, before),
        revertable: false,
      },
    ];
  });
}

const minute = (ms: number) => Math.floor(ms / 60_000);

/** Others' last writes by managedFields: who and when; what it was before isn't known. */
function lastWrites(cluster: string, manifest: Manifest): readonly ChangeRecord[] {
  const object = refOf(cluster, manifest);
  return managersOf(manifest).flatMap(({ name, operation, at }): ChangeRecord[] =>
    name === CONSOLE || at === null
      ? []
      : [
          {
            id: `other-${sha256(`${refKey(object)} ${name} ${operation} ${at}`).slice(0, 24)}`,
            ...{ object, who: name, when: at, source: "other", op: null, revertable: false },
          },
        ],
  );
}

function visibleText(
  manifest: Manifest | null,
  before: Manifest | null = null,
): NonNullable<ChangeRecord["after"]> | null {
  return manifest === null ? null : (shown(manifest, before) as NonNullable<ChangeRecord["after"]>);
}
