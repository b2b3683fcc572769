"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { DryRunResults } from "#components/policies/dry-run/dry-run-results.tsx";
import { ACTIONS, deniedOf, partOf } from "#components/policies/dry-run/words.ts";
import { securityHref } from "#components/policies/links.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Section } from "#components/ui/section.tsx";
import { sayWindow } from "#lib/api/windows.ts";
import { formatCount, formatNumber, formatRate } from "#lib/format.ts";
import { parseEdgeId, parseNodeId } from "#lib/graph/id.ts";
import type { EdgeTrial, GraphEdge, NodeKind, Protocol } from "#lib/graph/model.ts";
import { mayDenyMore, mostDenied } from "#lib/graph/trial-sum.ts";
import type { DryRunWorkload, Tried } from "#lib/policy/dry-run.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { dryRunsQuery } from "#lib/query/security.ts";
import { idTitle } from "../names.ts";
import { SelectLink } from "../selection.tsx";

/** What dry runs would deny at a workload: all that is known of now. Of the past, and of other marks, what the graph has of the calls into it. */
export function NodeTrials({ node, inbound }: { readonly node: string; readonly inbound: readonly GraphEdge[] }) {
  const { kiosk, view } = useUrl().state;
  const key = parseNodeId(node);
  if (kiosk || key === null) return null;
  if (view.at !== null || key.kind !== "workload") return <InboundTrials inbound={inbound} />;
  return (
    <QueryProvider>
      <DryRunResults cluster={key.cluster} namespace={key.namespace} workload={key.name} />
    </QueryProvider>
  );
}

/** The same of one edge: into a workload with all that is known there; of the past, or of several, what the graph has added up of the calls in it. */
export function EdgeTrials({ edge }: { readonly edge: GraphEdge }) {
  const { kiosk, view } = useUrl().state;
  const ends = parseEdgeId(edge.id);
  if (kiosk || ends === null) return null;
  const { source, target } = ends;
  if (view.at !== null || target.kind !== "workload" || GROUPED.has(source.kind)) return <SummedTrials edge={edge} />;
  return (
    <QueryProvider>
      <OfEdge edge={edge.id} cluster={target.cluster} namespace={target.namespace} workload={target.name} />
    </QueryProvider>
  );
}

/** Who calls from these isn't one of the callers that a workload's own page tells apart. */
const GROUPED: ReadonlySet<NodeKind> = new Set(["app", "service", "namespace", "cluster"]);

export function SummedTrials({
  edge: { trials, protocol },
}: {
  readonly edge: Pick<GraphEdge, "trials" | "protocol">;
}) {
  if (trials === undefined) return null;
  return (
    <Section title="What dry runs would deny" aside="of the calls to workloads in it that are counted">
      {trials.map((trial) => (
        <p key={trial.action} className="border-t border-line py-[5px]">
          <span className="font-mono text-[12px] text-ink-2">{ACTIONS[trial.action]}</span>{" "}
          <span className={toneOf(trial.max, trial)}>{summed(trial, protocol)}</span>
        </p>
      ))}
    </Section>
  );
}

/** Rows that stand in a panel; the rest is counted. */
const ROWS = 8;

/** Caller by caller: bounds of several can't be added up to what is denied of all. */
export function InboundTrials({ inbound }: { readonly inbound: readonly GraphEdge[] }) {
  const tried = inbound
    .filter(({ trials }) => trials !== undefined)
    .toSorted(
      (a, b) =>
        mostDenied(b) - mostDenied(a) || Number(mayDenyMore(b)) - Number(mayDenyMore(a)) || (a.id < b.id ? -1 : 1),
    );
  if (tried.length === 0) return null;
  return (
    <Section title="What dry runs would deny" aside="of the calls into it, caller by caller">
      {tried.slice(0, ROWS).map(({ id, source, protocol, trials = [] }) => (
        <div key={id} className="border-t border-line py-[5px]">
          <SelectLink id={id} className="name underline-offset-2 hover:underline">
            <bdi>{idTitle(source)}</bdi>
          </SelectLink>
          {trials.map((trial) => (
            <p key={trial.action}>
              <span className="font-mono text-[12px] text-ink-2">{ACTIONS[trial.action]}</span>{" "}
              <span className={toneOf(trial.max, trial)}>{summed(trial, protocol)}</span>
            </p>
          ))}
        </div>
      ))}
      {tried.length > ROWS && (
        <p className="border-t border-line pt-[5px] text-ink-3">
          Of {formatCount(tried.length)} callers, those with the most.
        </p>
      )}
    </Section>
  );
}

const toneOf = (denied: number, { atLeast }: { readonly atLeast?: boolean }): string | undefined =>
  denied > 0 || atLeast === true ? "text-degraded" : undefined;

/** Of what nothing is counted as denied. */
const noneOf = ({ atLeast }: { readonly atLeast?: boolean }): string =>
  atLeast === true
    ? "? none of it by the pods that are there; others may have counted more"
    : "✓ none of it would be denied";

function summed(trial: EdgeTrial, protocol: Protocol): string {
  const { min, max, atLeast } = trial;
  if (max === 0) return noneOf(trial);
  const most = formatRate(max, protocol === "tcp" ? "conn/s" : "req/s");
  return `◣ ${atLeast ? "≥ " : ""}${min === max ? most : `${formatNumber(min)} to ${most}`} would be denied`;
}

function OfEdge({
  edge,
  cluster,
  namespace,
  workload,
}: {
  readonly edge: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
}) {
  const { data } = useQuery({ ...dryRunsQuery(cluster, namespace, workload), retry: false });
  const trial = data?.workloads[0];
  if (data === undefined || trial === undefined) return null;
  return (
    <Section
      title="What dry runs would deny"
      aside={data.window === null ? undefined : `average of ${sayWindow(data.window)}`}
    >
      {data.notEvaluated === undefined ? (
        <EdgeTrialView edge={edge} trial={trial} />
      ) : (
        <p className="border-t border-line pt-[5px] text-degraded">? Not known, which isn’t 0. {data.notEvaluated}</p>
      )}
      <p className="mt-1">
        <Link
          href={securityHref(cluster, namespace, workload)}
          prefetch={false}
          className="text-accent underline-offset-2 hover:underline"
        >
          By which policies, and of whom else
        </Link>
      </p>
    </Section>
  );
}

/** `source>target>protocol`: the counters tell requests from connections, and no caller. */
export function EdgeTrialView({ edge, trial }: { readonly edge: string; readonly trial: DryRunWorkload }) {
  const [source, , protocol] = edge.split(">");
  const tried = trial.tried.filter((each) => (each.protocol === "tcp") === (protocol === "tcp"));
  if (tried.length === 0)
    return <p className="border-t border-line pt-[5px] text-degraded">? Nothing of it is counted, which isn’t 0.</p>;
  return tried.map((each) => (
    <p key={each.action} className="border-t border-line py-[5px]">
      <span className="font-mono text-[12px] text-ink-2">{ACTIONS[each.action]}</span>{" "}
      <span className={toneOf(each.denied, each)}>{edgeWords(each, source ?? "")}</span>
      {each.denied > 0 && (
        <span className="block text-[11px] text-ink-3">
          {deniedOf(each)} of all calls to it; the counter names no caller.
        </span>
      )}
    </p>
  ));
}

function edgeWords(tried: Tried, source: string): string {
  if (tried.denied === 0) return noneOf(tried);
  const caller = tried.callers?.find((each) => each.source === source);
  if (caller === undefined) return "◣ how much of it would be denied isn’t known";
  const only = caller.certainty === "certain" ? ", its only caller’s" : "";
  return `◣ ${partOf(caller, tried)}${only} would be denied`;
}
