"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { LogProblems, LogTrials, LogWho, sayRead, sayReadSince } from "#components/policies/log-callers.tsx";
import { sayInstant } from "#components/shell/instant.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { WireFinding } from "#lib/api/findings.ts";
import type { LogCallersAnswer } from "#lib/api/log-callers.ts";
import { problemOf } from "#lib/errors.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { logCallersQuery } from "#lib/query/strict.ts";

export type OnFix = (what: Pick<WireFinding, "object" | "fix">) => void;

/** Who it was, by the access logs of a workload's proxies. Nothing is read before somebody asks for it. */
export function LogEvidence({ target, onFix }: { readonly target: string; readonly onFix: OnFix }) {
  const [asked, setAsked] = useState(false);
  const key = parseNodeId(target);
  if (key?.kind !== "workload") return null;
  if (asked) return <Asked cluster={key.cluster} namespace={key.namespace} workload={key.name} onFix={onFix} />;
  return (
    <p className="mt-1">
      <Chip tone="quiet" onClick={() => setAsked(true)}>
        Ask its access logs who it is
      </Chip>
    </p>
  );
}

function Asked({
  cluster,
  namespace,
  workload,
  onFix,
}: {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly onFix: OnFix;
}) {
  const { data, error, isFetching, refetch } = useQuery(logCallersQuery(cluster, namespace, workload));
  return (
    <section aria-label={`Access logs of ${workload}`} className="mt-1">
      <div className="flex flex-wrap items-center gap-2">
        <Chip tone="quiet" disabled={isFetching} onClick={() => void refetch()}>
          Read its access logs again
        </Chip>
        {isFetching && (
          <span className="text-ink-3" role="status">
            Reading logs…
          </span>
        )}
      </div>
      {error !== null && <p className="mt-1 text-degraded">◣ {problemOf(error).detail}</p>}
      {data !== undefined && <LogEvidenceView answer={data} onFix={onFix} />}
    </section>
  );
}

export function LogEvidenceView({ answer, onFix }: { readonly answer: LogCallersAnswer; readonly onFix: OnFix }) {
  const { by, callers, callersTotal, logs, mutual, notes, notEvaluated, switchOn, trials } = answer;
  if (notEvaluated !== undefined) return <p className="mt-1 text-ink-2">{notEvaluated}</p>;
  const inbound = logs.reduce((sum, each) => sum + each.inbound, 0);
  const unreadable = logs.reduce((sum, each) => sum + each.unreadable, 0);
  const { object, fix, text } = switchOn;
  return (
    <div className="mt-1 flex flex-col gap-2">
      <p className="text-ink-2">
        {coverageOf(answer)} {formatPlural(inbound, by === "ztunnel" ? "connection" : "call")} into it,{" "}
        {formatCount(mutual)} by mutual TLS
        {unreadable > 0 && `; ${formatPlural(unreadable, "line")} can’t be read for sure and count for nothing`}.
      </p>
      {notes.map((note) => (
        <p key={note} className="text-ink-2 wrap-anywhere">
          {note}
        </p>
      ))}
      <LogProblems logs={logs} />
      {callers.length === 0 && inbound > 0 && <p className="text-ink-2">None of these lines is of plaintext.</p>}
      {callers.length > 0 && (
        <DataTable
          label="Callers by access log"
          columns={[{ title: "Who" }, { title: "Sends" }, { title: "Last" }, { title: "Lines", numeric: true }]}
        >
          {callers.map((caller) => (
            <tr key={[caller.by, caller.source, caller.address, caller.sends].join(" ")}>
              <Cell className="wrap-anywhere">
                <LogWho caller={caller} />
              </Cell>
              <Cell>{SENDS[caller.sends]}</Cell>
              <Cell>{caller.lastAt === null ? "–" : sayInstant(caller.lastAt)}</Cell>
              <Cell numeric>
                {formatCount(caller.calls)}
                {caller.refused > 0 && `, ${formatCount(caller.refused)} refused by STRICT`}
              </Cell>
            </tr>
          ))}
        </DataTable>
      )}
      <LogTrials trials={trials} />
      {callersTotal > callers.length && (
        <p className="text-ink-2">
          Showing {formatCount(callers.length)} of {formatCount(callersTotal)} callers, the most lines first.
        </p>
      )}
      <p className="text-ink-3">
        Names are of the pods that have these addresses now. What calls less often than the lines reach back isn’t here,
        {by === "ztunnel"
          ? " and a ztunnel’s lines are of all pods of its node."
          : " and proxies may write down a part of their calls alone."}
      </p>
      {inbound === 0 && by === "ztunnel" && (
        <p className="text-ink-2">
          No connection into it is in these lines: nobody connected, or the ztunnel’s log level (RUST_LOG) leaves its
          access log out.
        </p>
      )}
      {inbound === 0 && by === "sidecar" && (
        <div className="flex flex-wrap items-baseline gap-2">
          <p className="text-ink-2">No call is in these lines: access logs may be off. {text}</p>
          {object !== null && (
            <Chip tone="quiet" onClick={() => onFix({ object, fix })}>
              Plan access logs for it
            </Chip>
          )}
        </div>
      )}
    </div>
  );
}

const SENDS: Readonly<Record<LogCallersAnswer["callers"][number]["sends"], string>> = {
  plaintext: "plaintext",
  "own TLS": "TLS of its own",
  unknown: "not told: an ambient client’s tunnel looks the same",
};

/** `Read the newest 1,200 lines of 3 of 5 pods, since 14:02:10:` */
function coverageOf({ by, logs, pods }: LogCallersAnswer): string {
  return `Read ${sayRead(logs)} of ${formatPlural(pods, by === "ztunnel" ? "ztunnel" : "pod")}${sayReadSince(logs)}:`;
}
