"use client";

import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { useMemo, useSyncExternalStore } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { Name } from "#components/ui/name.tsx";
import { Fact, Section } from "#components/ui/section.tsx";
import { durationSeconds, sayWindow, type Window, windowSeconds } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { formatAge, formatCount, formatRate, NO_DATA } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { Graph, GraphEdge, Outcome } from "#lib/graph/model.ts";
import { type GroupChange, outcomeChange } from "#lib/graph/outcome-change.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { RouteVersion } from "#lib/policy/routing.ts";
import { liveGraphQuery } from "#lib/query/live-graph.ts";
import { perSecond, seconds } from "#lib/units.ts";
import { observedShares, trafficByVersion } from "./observed.ts";
import { windowSince } from "./since.ts";
import { boundText } from "./words.ts";

const BEFORE: Window = "5m";

const CLASSES: Readonly<Record<Outcome, string>> = {
  ok: "Answered",
  client: "Refused (4xx)",
  policy: "Denied or limited by policy",
  neverArrived: "Never arrived",
  server: "Failed (5xx)",
  injected: "Injected faults",
  cancelled: "Cancelled by the caller",
};

/** What the traffic into the touched workloads did since an apply, beside the five minutes before it. */
export function TrafficMoved({
  cluster,
  namespaces,
  at,
  service,
  versions = [],
}: {
  readonly cluster: string;
  readonly namespaces: readonly string[];
  /** RFC 3339: when it was applied. */
  readonly at: string;
  /** null: everything into the namespaces. */
  readonly service: ServiceRef | null;
  readonly versions?: readonly RouteVersion[];
}) {
  const second = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const elapsed = second === 0 ? 0 : Math.max(0, second - Date.parse(at) / 1000);
  const window = windowSince(elapsed);
  const before = useQuery(liveGraphQuery({ cluster, namespaces, window: BEFORE, at }));
  const since = useQuery({
    ...liveGraphQuery({ cluster, namespaces, window, at: null }),
    placeholderData: (old) => old,
  });
  const error = before.error ?? since.error;
  const workloads = useMemo(() => new Set(versions.flatMap((version) => version.workloads)), [versions]);
  const groupOf = useMemo(() => {
    return (edge: GraphEdge): string | null => {
      const key = parseNodeId(edge.target);
      if (key === null || key.cluster !== cluster) return null;
      if (namespaces.length > 0 && !namespaces.includes(key.namespace)) return null;
      if (service === null) return `${nameOf(edge.source)} → ${key.name}`;
      const hit =
        key.kind === "workload" ? workloads.has(key.name) : key.kind === "service" && key.name === service.name;
      return hit ? nameOf(edge.source) : null;
    };
  }, [cluster, namespaces, service, workloads]);
  if (error !== null)
    return (
      <Notice tone="degraded" role="status" title="The traffic can’t be watched.">
        {problemOf(error).detail} Undo works without it.
      </Notice>
    );
  if (before.data === undefined || since.data === undefined)
    return <p className="text-ink-3">Reading the traffic before and since…</p>;
  const silent = since.data.sources.find(({ kind, state }) => kind === "prometheus" && state === "down");
  const length = durationSeconds(since.data.window) ?? windowSeconds(window);
  const change = outcomeChange(
    { edges: before.data.edges, seconds: durationSeconds(before.data.window) ?? 0 },
    { edges: since.data.edges, seconds: length },
    groupOf,
  );
  const mixed = length > elapsed + 1;
  return (
    <Section
      title="What the traffic did"
      aside={`last ${sayWindow(since.data.window)} beside ${sayWindow(before.data.window)} before`}
    >
      <div className="flex flex-col gap-2">
        {silent !== undefined && (
          <Notice tone="degraded" role="status" title={`Prometheus “${silent.name}” doesn’t answer.`}>
            What follows is old. Undo works without it.
          </Notice>
        )}
        {change.adverse && (
          <Notice tone="failing" role="alert" title="Something got worse than before.">
            Undo takes the change back.
          </Notice>
        )}
        {mixed && (
          <p className="text-ink-3">
            Applied {formatAge(seconds(elapsed))} ago: the {since.data.window} shown still hold calls from before.
          </p>
        )}
      </div>
      <dl className="mt-2">
        {versions.length > 1 && service !== null && (
          <Shares graph={since.data} service={service} versions={versions} windowLength={length} />
        )}
        {change.classes.map(({ outcome, before: old, since: now, adverse }) => (
          <Fact key={outcome} name={CLASSES[outcome]}>
            <span className={clsx(adverse && "text-failing")}>
              {adverse && "✕ "}
              {formatRate(perSecond(old))} → {formatRate(perSecond(now))}
            </span>
          </Fact>
        ))}
        {change.codes
          .filter(({ code, significant }) => significant && !/^2/.test(code))
          .slice(0, 4)
          .map(({ code, before: old, since: now }) => (
            <Fact key={code} name={code === "-" ? "No response" : `Code ${code}`}>
              {formatRate(perSecond(old))} → {formatRate(perSecond(now))}
            </Fact>
          ))}
      </dl>
      {change.classes.length === 0 && (
        <p className="text-ink-2">No request was seen, before or since: nothing can be said.</p>
      )}
      <Groups groups={change.groups.filter(({ kind }) => kind !== "as before").slice(0, 6)} />
      <p className="mt-1 text-[11px] text-ink-3">
        By what the callers got, on {formatCount(change.requests)} requests
        {change.requests < 30 && ": too few for a trend"}.
      </p>
    </Section>
  );
}

const nameOf = (id: string): string => parseNodeId(id)?.name ?? id;

const KINDS: Readonly<Record<GroupChange["kind"], string>> = {
  "as before": "as before",
  new: "new",
  stopped: "stopped",
  few: "too few calls to tell",
  more: "more than before",
  less: "less than before",
};

function Groups({ groups }: { readonly groups: readonly GroupChange[] }) {
  if (groups.length === 0) return null;
  return (
    <dl>
      {groups.map(({ key, kind, before, since }) => (
        <Fact key={key} name={<Name text={key} />}>
          <span className={clsx(kind === "stopped" && "text-failing")}>
            {kind === "stopped" && "✕ "}
            {KINDS[kind]}, {formatRate(perSecond(before))} → {formatRate(perSecond(since))}
          </span>
        </Fact>
      ))}
    </dl>
  );
}

function Shares({
  graph,
  service,
  versions,
  windowLength,
}: {
  readonly graph: Graph;
  readonly service: ServiceRef;
  readonly versions: readonly RouteVersion[];
  readonly windowLength: number;
}) {
  const shares = observedShares(trafficByVersion(graph, service, versions, windowLength));
  return versions.map(({ name }, index) => {
    const one = shares[index];
    return (
      <Fact key={name} name={`Share of ${name}`}>
        {one === undefined ? NO_DATA : boundText(one)}
      </Fact>
    );
  });
}
