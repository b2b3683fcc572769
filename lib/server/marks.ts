/** GET /marks: changes of policies, rollouts and restarts on one time axis, as far as the viewer may see them. */
import { formatInstant } from "#lib/api/instant.ts";
import type { Mark, MarksAnswer, MarksQuery } from "#lib/api/marks.ts";
import type { ChangeRecord } from "#lib/api/policies.ts";
import type { Inventory, WorkloadEvent } from "#lib/inventory/model.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { refKey } from "#lib/policy/ref.ts";
import type { UnixSeconds } from "#lib/units.ts";
import type { Credential } from "./identity.ts";
import { page } from "./page.ts";
import { seesObject } from "./plan/access.ts";
import type { PlanUseCases } from "./plan/use-cases.ts";
import type { PolicyDeps } from "./policy/deps.ts";
import { viewerOf } from "./policy/listable.ts";
import { checkScope } from "./rights/filter.ts";

export interface MarksDeps extends Pick<PolicyDeps, "rights" | "store" | "port"> {
  readonly inventory: () => Inventory;
  readonly changes: PlanUseCases["changes"];
  /** When this process began to watch. */
  readonly watchingSince: UnixSeconds;
}

/** Pages of changes that are read at most, 500 each; the store keeps few more. */
const PAGES = 8;

/** @throws MeshscopeError `forbidden` for a scope that the viewer can't see, `bad_parameter` (next), `reauth` */
export async function marks(
  deps: MarksDeps,
  credential: Credential,
  query: MarksQuery,
  signal?: AbortSignal,
): Promise<MarksAnswer> {
  const within = (at: number) => at >= query.start && (query.end === undefined || at < query.end);
  const recorded = (await changesSince(deps, credential, query, signal)).filter(({ when }) =>
    within(Date.parse(when) / 1000),
  );
  // Of what was deleted nothing may be left to ask the rights of, and yet whoever may list such is told.
  const gone = recorded.map(({ object }) => object);
  const { visibility, mayList } = await viewerOf(deps, credential, signal, [], gone);
  const inventory = deps.inventory();
  checkScope(query, [...inventory.keys()], visibility);
  const wanted = (list: readonly string[], text: string) => list.length === 0 || list.includes(text);
  const events = [...inventory.values()]
    .filter(({ cluster }) => visibility.cluster(cluster) && wanted(query.clusters, cluster))
    .flatMap(({ cluster, events = [] }) =>
      events
        .filter(({ at, namespace }) => within(at) && wanted(query.namespaces, namespace))
        .filter(({ namespace }) => visibility.namespace(cluster, namespace))
        .map((event) => eventMark(cluster, event)),
    );
  const changes = recorded
    .filter(({ object }) => seesObject(visibility, object))
    .filter(({ object: { cluster, namespace, name, ...kind } }) => mayList(cluster, kindKey(kind), namespace, name))
    .map(changeMark);
  const { items, ...more } = page([...changes, ...events], newestFirst, query);
  return { items, ...more, knownSince: knownSince(deps.watchingSince) };
}

async function changesSince(
  { changes }: MarksDeps,
  credential: Credential,
  { clusters, namespaces, start }: MarksQuery,
  signal?: AbortSignal,
): Promise<readonly ChangeRecord[]> {
  const found: ChangeRecord[] = [];
  let next: string | undefined;
  for (let read = 0; read < PAGES; read++) {
    const asked = { clusters, namespaces, since: formatInstant(start), limit: 500, next };
    const answer = await changes(credential, asked, signal);
    found.push(...answer.items);
    next = answer.next;
    if (next === undefined) break;
  }
  return found;
}

const DONE = { create: "created", update: "changed", delete: "deleted" } as const;

function changeMark({ object, when, who, source, op, note }: ChangeRecord): Mark {
  const what = `${object.kind} ${object.namespace === null ? "" : `${object.namespace}/`}${object.name}`;
  const done = op == null ? "last written" : DONE[op];
  return {
    at: when,
    kind: source === "meshscope" ? "change" : "policy",
    object,
    text: `${what} ${done}${note === undefined ? "" : `: ${note}`}`,
    ...(who === null ? {} : { who }),
    ...(op === "delete" ? { deleted: true } : {}),
  };
}

const GROUPS: Readonly<Record<string, string>> = {
  ...{ Deployment: "apps", StatefulSet: "apps", DaemonSet: "apps", ReplicaSet: "apps" },
  ...{ Job: "batch", CronJob: "batch", Rollout: "argoproj.io" },
};

function eventMark(cluster: string, { kind, namespace, workload, at, text }: WorkloadEvent): Mark {
  const group = GROUPS[workload.kind] ?? "";
  const version = workload.kind === "Rollout" ? "v1alpha1" : "v1";
  const object = { cluster, group, version, kind: workload.kind, namespace, name: workload.name };
  return { at: formatInstant(at), kind, object, text };
}

function newestFirst({ at, kind, object, text }: Mark): string {
  return `${String(8.64e15 - Date.parse(at)).padStart(16, "0")} ${kind} ${refKey(object)} ${text}`;
}

/** docs/numbers.md 19 */
function knownSince(watching: UnixSeconds): MarksAnswer["knownSince"] {
  return [
    { kind: "change", since: null, text: "Changes by this console, as long as its records are kept in the cluster." },
    {
      kind: "policy",
      since: formatInstant(watching),
      text: "Every change since the console began to watch; of the time before, each manager's last write of what still exists.",
    },
    {
      kind: "deployment",
      since: null,
      text: "Rollouts whose ReplicaSets are still kept: the last 10 of a Deployment, unless revisionHistoryLimit says otherwise. Not of StatefulSets and DaemonSets.",
    },
    { kind: "restart", since: null, text: "Each container's last restart, in pods that still exist." },
  ];
}
