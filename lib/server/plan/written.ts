/** A change that was made, with what was predicted of it and what others did since: what its outcome is told from. */
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { decodeManifest } from "#lib/kube/manifest.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { StepOp } from "#lib/policy/plan.ts";
import { type ObjectRef, refKey } from "#lib/policy/ref.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import type { Viewer } from "../policy/deps.ts";
import { viewerOf } from "../policy/listable.ts";
import { asReauth, clusterOf, RECORDS, recordNamespace, seesObject } from "./access.ts";
import type { Applied } from "./apply.ts";
import { changeId, parseChangeId } from "./change-id.ts";
import { listChanges } from "./changes.ts";
import { type JournalRecord, readRecord } from "./journal.ts";
import type { PlanDeps } from "./model.ts";
import type { KeptPrediction } from "./predicted.ts";
import { openKept } from "./prediction.ts";
import { recordsOf, revertable } from "./revert.ts";

export interface WrittenObject {
  readonly object: ObjectRef;
  readonly op: StepOp;
  readonly before: Manifest | null;
  readonly after: Manifest | null;
  readonly changeId: string;
}

export interface OtherChange {
  readonly object: ObjectRef;
  readonly who: string | null;
  /** RFC 3339 */
  readonly when: string;
  readonly source: "meshscope" | "other";
}

export interface Written {
  readonly cluster: string;
  readonly planId: string;
  /** Objects of the plan in this cluster that the viewer may see and that were written, in its order. */
  readonly objects: readonly WrittenObject[];
  /** When the first write was sent, and when the last was answered; an unfinished change: the same. */
  readonly began: UnixSeconds;
  readonly finished: UnixSeconds;
  /** By record; null: it holds none. Not yet as far as the viewer may see it. */
  readonly kept: readonly (KeptPrediction | null)[];
  /** Changes since, oldest first, as far as the viewer may see them. */
  readonly since: readonly OtherChange[];
  /** The first of them to one of the plan's own objects: what follows isn't this change's alone any more. */
  readonly again: OtherChange | null;
  readonly viewer: Viewer;
}

/** Changes that are looked through; more than these since one change say as much. */
const MOST = 500;

/** @throws MeshscopeError `not_found`, `forbidden`, `conflict` for what left nothing, `reauth` */
export async function written(
  deps: PlanDeps,
  applied: Applied,
  credential: Credential,
  id: string,
  signal?: AbortSignal,
): Promise<Written> {
  const { cluster, namespace, name } = parseChangeId(id);
  const visibility = await deps.rights.visibility(credential, signal, [{ cluster, namespace }]);
  if (!visibility.namespace(cluster, namespace))
    throw new MeshscopeError("forbidden", `You may not see namespace ${namespace} of cluster "${cluster}".`);
  const known = recordsOf(deps, cluster).filter(({ object }) => seesObject(visibility, object));
  const isNamed = (record: JournalRecord) => record.namespace === namespace && record.name === name;
  // The watch hears of a record a moment after it was made: whoever made it may ask at once.
  const unheard = known.some(isNamed)
    ? null
    : await readRecordOf(deps, credential, { cluster, namespace, name }, signal);
  const all = unheard === null ? known : [...known, unheard];
  const named = all.find(isNamed);
  if (named === undefined)
    throw new MeshscopeError("not_found", "There is no such change any more. Of each object the last 20 are kept.");
  const records = all
    .filter((record) => record.plan === named.plan && revertable(record))
    .toSorted((a, b) => a.step - b.step);
  if (records.length === 0)
    throw new MeshscopeError("conflict", `This change is ${named.state}: nothing of it could have an effect.`);
  const began = Math.min(...records.map(({ when }) => Date.parse(when))) / 1000;
  const ends = records.map(({ finished, when }) => Date.parse(finished ?? when) / 1000);
  const kept = await Promise.all(records.map((record) => openKept(record.predicted, record, deps.keys)));
  const rules = kept.flatMap((each) => each?.items.flatMap(({ rule }) => rule?.object ?? []) ?? []);
  const viewer = await viewerOf({ ...deps, port: { kinds: deps.kinds } }, credential, signal, [], rules);
  const since = await changesSince(
    deps,
    applied,
    credential,
    { cluster, planId: named.plan, after: Math.max(...ends) },
    signal,
  );
  const own = new Set(records.map(({ object }) => refKey(object)));
  return {
    ...{ cluster, planId: named.plan, objects: records.map(objectOf), kept, since, viewer },
    ...{ began: unixSeconds(Math.floor(began)), finished: unixSeconds(Math.ceil(Math.max(began, ...ends))) },
    again: since.find(({ object }) => own.has(refKey(object))) ?? null,
  };
}

/** With the user's own token; null: it isn't there, or not for them. */
async function readRecordOf(
  deps: PlanDeps,
  credential: Credential,
  { cluster, namespace, name }: { readonly cluster: string; readonly namespace: string; readonly name: string },
  signal: AbortSignal | undefined,
): Promise<JournalRecord | null> {
  if (credential.clusters.get(cluster)?.token === undefined) return null;
  const { kube, as, rootNamespace } = clusterOf(deps, credential, cluster);
  try {
    const asked = { as, namespace, objectName: name, ...(signal ? { signal } : {}) };
    const found = decodeManifest(RECORDS)(await kube.get(RECORDS, asked));
    const record = found === null ? null : readRecord(cluster, found);
    return record !== null && recordNamespace(record.object, rootNamespace) === namespace ? record : null;
  } catch (thrown) {
    const { code } = problemOf(thrown);
    if (code === "not_found" || code === "forbidden") return null;
    throw asReauth(thrown, cluster);
  }
}

function objectOf({ cluster, namespace, name, object, op, before, after }: JournalRecord): WrittenObject {
  return { object, op, before, after, changeId: changeId(cluster, { metadata: { name, namespace } } as Manifest) };
}

async function changesSince(
  deps: PlanDeps,
  applied: Applied,
  credential: Credential,
  { cluster, planId, after }: { readonly cluster: string; readonly planId: string; readonly after: number },
  signal: AbortSignal | undefined,
): Promise<readonly OtherChange[]> {
  const query = { clusters: [cluster], namespaces: [], since: String(Math.floor(after)), limit: MOST };
  const { items } = await listChanges(deps, applied, credential, query, signal);
  return items
    .filter((each) => each.planId !== planId && Date.parse(each.when) / 1000 > after)
    .filter(({ state = "applied" }) => state === "applied" || state === "open")
    .map(({ object, who, when, source }) => ({ object, who, when, source }))
    .toReversed();
}
