/** Keeping records with the user's own token: opened before the first step, finished one by one, pruned. */
import { formatInstant } from "#lib/api/instant.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { decodeManifest } from "#lib/kube/manifest.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refKey } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { asReauth, clusterOf, RECORDS, recordNamespace } from "./access.ts";
import { type JournalRecord, openRecord, PREFIX, type RecordState, readRecord } from "./journal.ts";
import type { PlanDeps, SealedPlan } from "./model.ts";
import { keep } from "./prediction.ts";

/** As many changes of one object are kept. */
export const KEPT = 20;

export interface OpenRecord {
  readonly manifest: Manifest;
  /** true: it was there already, of an earlier try of the same plan. */
  readonly known: boolean;
}

export interface Beginning {
  readonly note: string | undefined;
  /** Clusters and namespaces in which the user may keep none. */
  readonly without: ReadonlySet<string>;
  /** The user said that it may be done without a record. */
  readonly mayLack: boolean;
}

/** null: the user may keep no record there. @throws MeshscopeError `not_acknowledged`, and where the cluster can't be written to */
export async function begin(
  deps: PlanDeps,
  credential: Credential,
  plan: SealedPlan,
  index: number,
  { note, without, mayLack }: Beginning,
): Promise<OpenRecord | null> {
  const object = plan.steps[index]?.object;
  if (object === undefined) return null;
  const { kube, as, rootNamespace } = clusterOf(deps, credential, object.cluster);
  const namespace = recordNamespace(object, rootNamespace);
  if (without.has(`${object.cluster}/${namespace}`)) return null;
  const who = credential.clusters.get(object.cluster)?.user ?? "";
  const predicted = await keep(plan.predicted, { plan: plan.id, step: index, namespace }, deps.keys);
  const manifest = openRecord(plan, index, { who, now: deps.clock.now(), note, rootNamespace, predicted });
  try {
    return { manifest: (await kube.create(RECORDS, { as, namespace, manifest })).object, known: false };
  } catch (thrown) {
    const { code } = problemOf(thrown);
    if (code === "forbidden") {
      if (mayLack) return null;
      throw new MeshscopeError(
        "not_acknowledged",
        `Acknowledge this first: no_history. The cluster refuses to keep a record: ${problemOf(thrown).detail}`,
      );
    }
    const lost = code === "upstream_timeout" || code === "upstream_unreachable";
    if (code !== "already_exists" && !lost) throw asReauth(thrown, object.cluster);
    const found = decodeManifest(RECORDS)(
      await kube.get(RECORDS, { as, namespace, objectName: manifest.metadata.name }),
    );
    if (found === null || readRecord(object.cluster, found)?.plan !== plan.id) throw thrown;
    return { manifest: found, known: !lost };
  }
}

/** Writes a record's end. Never throws: the change itself is what counts; a record left open is listed as such. */
export async function finish(
  deps: PlanDeps,
  credential: Credential,
  cluster: string,
  record: Manifest,
  state: RecordState,
): Promise<boolean> {
  const { name, namespace } = record.metadata;
  const at = (key: string) => `/metadata/annotations/${PREFIX.replace("/", "~1")}${key}`;
  try {
    const { kube, as } = clusterOf(deps, credential, cluster);
    await kube.patch(RECORDS, {
      as,
      objectName: name,
      ...(namespace === undefined ? {} : { namespace }),
      operations: [
        { op: "add", path: at("state"), value: state },
        { op: "add", path: at("finished"), value: formatInstant(deps.clock.now()) },
      ],
    });
    return true;
  } catch {
    return false;
  }
}

/** Deletes the oldest finished records of an object beyond the last 20. Open ones never. Never throws. */
export async function prune(deps: PlanDeps, credential: Credential, object: ObjectRef): Promise<void> {
  const records = deps.store
    .records(object.cluster)
    .flatMap((manifest): { manifest: Manifest; record: JournalRecord }[] => {
      const record = readRecord(object.cluster, manifest);
      return record !== null && refKey(record.object) === refKey(object) ? [{ manifest, record }] : [];
    });
  const old = records.sort((a, b) => b.record.revision - a.record.revision).slice(KEPT);
  for (const { manifest, record } of old.filter((each) => each.record.state !== "open")) {
    const { name, namespace, uid = "", resourceVersion = "" } = manifest.metadata;
    try {
      const { kube, as } = clusterOf(deps, credential, object.cluster);
      await kube.delete(RECORDS, {
        as,
        objectName: name,
        namespace: namespace ?? record.namespace,
        uid,
        resourceVersion,
      });
    } catch {
      // No right to delete, or somebody else pruned it: more than 20 are kept, which hurts nobody.
      return;
    }
  }
}
