/** GET /reminders: what is meant to end and what didn't come to an end, from the console's own watches alone. */
import type { Reminder, RemindersAnswer, RemindersQuery } from "#lib/api/reminders.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Temporary } from "#lib/mesh/policies.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { changedAt } from "#lib/policy/managers.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refKey, refOf } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import type { Visibility } from "../rights/model.ts";
import { recordNamespace, seesObject } from "./access.ts";
import type { Applied } from "./apply.ts";
import { changeId } from "./change-id.ts";
import { halfDone, type Standing, standing } from "./half-done.ts";
import type { JournalRecord } from "./journal.ts";
import type { PlanDeps } from "./model.ts";
import { recordsOf, revertable } from "./revert.ts";

/** All of them, what needs somebody first. @throws MeshscopeError `forbidden` for a namespace that can't be seen */
export async function listReminders(
  deps: PlanDeps,
  applied: Applied,
  credential: Credential,
  query: RemindersQuery,
  signal?: AbortSignal,
): Promise<RemindersAnswer> {
  const visibility = await deps.rights.visibility(credential, signal);
  const clusters = [...deps.store.clusters().keys()].filter(
    (name) => visibility.cluster(name) && (query.clusters.length === 0 || query.clusters.includes(name)),
  );
  for (const namespace of query.namespaces)
    if (!clusters.some((cluster) => visibility.namespace(cluster, namespace)))
      throw new MeshscopeError("forbidden", `You may not see namespace ${namespace}.`);
  const inScope = (object: ObjectRef, root: string) =>
    query.namespaces.length === 0 || query.namespaces.includes(recordNamespace(object, root));
  const items = clusters.flatMap((cluster) => {
    const root = deps.clusters.get(cluster)?.rootNamespace ?? "istio-system";
    const seen = (object: ObjectRef) => seesObject(visibility, object) && inScope(object, root);
    const records = recordsOf(deps, cluster).filter(({ object }) => seesObject(visibility, object));
    return [
      ...stopped(deps, applied, cluster, records).filter(({ object }) => seen(object)),
      ...temporaries(deps, cluster, records, visibility).filter(({ object }) => seen(object)),
    ];
  });
  return { items: items.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)) };
}

/** Half-done plans, then what is overdue, then by when it ends; what has no end last. */
function rank({ kind, overdue, until, object }: Reminder): string {
  return `${kind === "half-done" ? 0 : overdue ? 1 : 2} ${until ?? "~"} ${refKey(object)}`;
}

function temporaries(
  deps: PlanDeps,
  cluster: string,
  records: readonly JournalRecord[],
  visibility: Visibility,
): readonly Reminder[] {
  const policies = deps.store.clusters().get(cluster);
  return deps.kinds.flatMap((kind) =>
    (policies?.objects(kindKey(kind)) ?? []).flatMap((manifest): Reminder[] => {
      const object = refOf(cluster, manifest);
      const found = object.group === kind.group && seesObject(visibility, object) ? deps.temporary(manifest) : null;
      return found === null ? [] : [reminder(deps, object, manifest, found, records)];
    }),
  );
}

function reminder(
  deps: PlanDeps,
  object: ObjectRef,
  manifest: Manifest,
  { kind, until, text }: Temporary,
  records: readonly JournalRecord[],
): Reminder {
  const end = until === null || Number.isNaN(Date.parse(until)) ? null : instant(until);
  const key = refKey(object);
  const began = records
    .filter((record) => refKey(record.object) === key && revertable(record) && begins(deps, record, kind))
    .reduce<JournalRecord | null>((last, each) => (last === null || each.revision > last.revision ? each : last), null);
  const changed = changedAt(manifest);
  return {
    ...{ kind, object, text, until: end },
    since: began?.when ?? (changed === null ? null : instant(changed)),
    overdue: end !== null && Date.parse(end) / 1000 <= deps.clock.now(),
    ...(began === null ? {} : { changeId: idOf(began) }),
  };
}

function begins(deps: PlanDeps, { before, after }: JournalRecord, kind: Temporary["kind"]): boolean {
  const has = (manifest: Manifest | null) => manifest !== null && deps.temporary(manifest)?.kind === kind;
  return has(after) && !has(before);
}

function stopped(
  deps: PlanDeps,
  applied: Applied,
  cluster: string,
  records: readonly JournalRecord[],
): readonly Reminder[] {
  const open = halfDone(deps, applied, records);
  return [...new Set(open.map(({ plan }) => plan))].flatMap((plan): Reminder[] => {
    // Also those that a later change dealt with: the plan is what is counted.
    const all = records.filter((record) => record.plan === plan).sort((a, b) => a.step - b.step);
    const [first] = all;
    if (first === undefined) return [];
    const found = all.map((record) => standingOf(deps, cluster, record));
    const written = found.filter((each) => each === "written").length;
    const untouched = found.filter((each) => each === "untouched").length;
    const of = Math.max(first.of, all.length);
    return [
      {
        ...{ kind: "half-done", object: first.object, since: first.when, until: null, overdue: true },
        text: `${written} of ${of} ${of === 1 ? "object" : "objects"} written`,
        changeId: idOf(first),
        plan: { id: plan, who: first.who === "" ? null : first.who, written, untouched, of },
      },
    ];
  });
}

/** By what the watch knows; of a kind that isn't read, nobody can say. */
function standingOf(deps: PlanDeps, cluster: string, record: JournalRecord): Standing {
  const policies = deps.store.clusters().get(cluster);
  const key = kindKey(record.object);
  if (policies === undefined || policies.unread.some(({ kind }) => kind === key)) return "other";
  const live = policies.objects(key).find((each) => refKey(refOf(cluster, each)) === refKey(record.object));
  return standing(live ?? null, record);
}

function idOf({ cluster, namespace, name }: JournalRecord): string {
  return changeId(cluster, { metadata: { name, namespace } } as Manifest);
}

const instant = (text: string) => new Date(text).toISOString().replace(".000Z", "Z");
