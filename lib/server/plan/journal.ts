/**
 * Records of changes, kept in the cluster as ControllerRevisions: what was and what was to be in `data`, which is
 * immutable; progress in annotations. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/
 */
import { formatInstant } from "#lib/api/instant.ts";
import { isObject, own, textAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { StepOp, StepResult } from "#lib/policy/plan.ts";
import { type ObjectRef, refKey } from "#lib/policy/ref.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { RECORDS, recordNamespace } from "./access.ts";
import { plainText } from "./audit.ts";
import { sha256 } from "./hash.ts";
import type { SealedPlan } from "./model.ts";

export const PREFIX = "meshscope.dev/";
export const MANAGED_BY = "app.kubernetes.io/managed-by";
export type RecordState = "open" | StepResult;
const STATES: ReadonlySet<string> = new Set(["open", "applied", "failed", "rolledBack", "unchanged", "skipped"]);

export interface JournalRecord {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly plan: string;
  readonly step: number;
  readonly of: number;
  readonly object: ObjectRef;
  readonly op: StepOp;
  readonly before: Manifest | null;
  readonly after: Manifest | null;
  readonly who: string;
  /** RFC 3339. */
  readonly when: string;
  readonly note: string | null;
  readonly state: RecordState;
  readonly until: string | null;
  /** Somebody settled it, though nobody can say what became of it. */
  readonly closed: boolean;
  /** RFC 3339: when its last write was answered; null: it isn't finished. */
  readonly finished: string | null;
  /** What was predicted, as it lies there (prediction.ts). */
  readonly predicted: unknown;
}

const shortId = (plan: string) => plan.slice(0, 16);
/** The same for every try to apply the same plan: a second one collides instead of doubling. */
export const recordName = (plan: string, step: number) => `meshscope-${shortId(plan)}-${step}`;
export const objectLabel = (ref: ObjectRef) => sha256(refKey(ref)).slice(0, 40);

export interface Opening {
  readonly who: string;
  readonly now: UnixSeconds;
  readonly note: string | undefined;
  readonly rootNamespace: string;
  readonly predicted: object;
}

/** The record of a step that is about to be tried. */
export function openRecord(
  plan: SealedPlan,
  index: number,
  { who, now, note, rootNamespace, predicted }: Opening,
): Manifest {
  const step = plan.steps[index];
  if (step === undefined) throw new Error("no such step");
  const { object, op, before, after, uid } = step;
  const ends = (key: string) => textAt(after?.metadata, "annotations", `${PREFIX}${key}`);
  // Of faults, lib/mesh/istio/policy writes an end of their own.
  const until = ends("fault-until") ?? ends("until");
  return {
    apiVersion: "apps/v1",
    kind: RECORDS.kind,
    metadata: {
      name: recordName(plan.id, index),
      namespace: recordNamespace(object, rootNamespace),
      labels: {
        [MANAGED_BY]: "meshscope",
        [`${PREFIX}object`]: objectLabel(object),
        [`${PREFIX}plan`]: shortId(plan.id),
        ...(uid === null ? {} : { [`${PREFIX}uid`]: uid }),
      },
      annotations: {
        [`${PREFIX}who`]: plainText(who),
        [`${PREFIX}when`]: formatInstant(now),
        [`${PREFIX}state`]: "open",
        ...(note === undefined || note === "" ? {} : { [`${PREFIX}note`]: plainText(note, 1000) }),
        ...(until === null ? {} : { [`${PREFIX}until`]: until }),
      },
    },
    // Milliseconds order records of one object; a plan's steps follow each other.
    revision: Math.floor(now * 1000) + index,
    data: { plan: plan.id, step: index, of: plan.steps.length, objects: [object], op, before, after, predicted },
  };
}

/** What a record says; null for what isn't one of ours, or was tampered with beyond reading. */
export function readRecord(cluster: string, manifest: Manifest): JournalRecord | null {
  const data = own(manifest, "data");
  const refs = own(data, "objects");
  const ref: unknown = Array.isArray(refs) ? refs[0] : null;
  const { name, namespace, annotations } = manifest.metadata;
  const note = (key: string) => textAt(annotations, `${PREFIX}${key}`);
  const [state, when, op, plan] = [note("state"), note("when"), textAt(data, "op"), textAt(data, "plan")];
  const object = objectRef(cluster, ref);
  if (manifest.metadata.labels?.[MANAGED_BY] !== "meshscope" || object === null || namespace === undefined) return null;
  if (state === null || !STATES.has(state) || when === null || Number.isNaN(Date.parse(when)) || plan === null)
    return null;
  if (op !== "create" && op !== "update" && op !== "delete") return null;
  // A record speaks of objects of the place where it lies: who may write records here may not speak for elsewhere.
  if (object.namespace !== null && object.namespace !== namespace) return null;
  const until = note("until");
  return {
    ...{ cluster, namespace, name, plan, object, op, when: new Date(when).toISOString().replace(".000Z", "Z") },
    revision: numberOf(own(manifest, "revision")),
    step: numberOf(own(data, "step")),
    of: numberOf(own(data, "of")),
    before: manifestOf(object, own(data, "before")),
    after: manifestOf(object, own(data, "after")),
    who: note("who") ?? "",
    note: note("note"),
    state: state as RecordState,
    closed: note("closed") !== null,
    until: instantOf(until),
    finished: instantOf(note("finished")),
    predicted: own(data, "predicted") ?? null,
  };
}

const instantOf = (text: string | null): string | null =>
  text === null || Number.isNaN(Date.parse(text)) ? null : new Date(text).toISOString().replace(".000Z", "Z");
const numberOf = (value: unknown) => (typeof value === "number" ? value : 0);

function manifestOf(ref: ObjectRef, value: unknown): Manifest | null {
  const named = textAt(value, "metadata", "name") === ref.name && own(value, "kind") === ref.kind;
  const placed = (textAt(value, "metadata", "namespace") ?? null) === ref.namespace;
  return isObject(value) && named && placed ? (value as unknown as Manifest) : null;
}

export function objectRef(cluster: string, value: unknown): ObjectRef | null {
  const [group, version, kind] = [own(value, "group"), own(value, "version"), own(value, "kind")];
  const [namespace, name] = [own(value, "namespace"), own(value, "name")];
  if (typeof group !== "string" || typeof version !== "string" || typeof kind !== "string") return null;
  if (typeof name !== "string" || (namespace !== null && typeof namespace !== "string")) return null;
  return { cluster, group, version, kind, namespace, name };
}
