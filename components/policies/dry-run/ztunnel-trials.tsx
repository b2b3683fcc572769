"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import type { LogCallersAnswer } from "#lib/api/log-callers.ts";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import { logCallersQuery } from "#lib/query/strict.ts";
import { LogProblems, LogTrials, sayRead, sayReadSince } from "../log-callers.tsx";

/** What the ztunnels of an ambient workload's nodes wrote of policies on trial. Nothing is read before somebody asks for it. */
export function ZtunnelTrials({
  cluster,
  namespace,
  workload,
}: {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
}) {
  const [asked, setAsked] = useState(false);
  const { data, error, isFetching, refetch } = useQuery({
    ...logCallersQuery(cluster, namespace, workload),
    enabled: asked,
  });
  return (
    <div className="border-t border-line py-2">
      <div className="flex flex-wrap items-center gap-2">
        <Chip tone="quiet" disabled={isFetching} onClick={() => (asked ? void refetch() : setAsked(true))}>
          {asked ? "Read the ztunnels’ logs again" : "Ask its ztunnels’ logs"}
        </Chip>
        {asked && isFetching && (
          <span className="text-ink-3" role="status">
            Reading logs…
          </span>
        )}
      </div>
      {error !== null && <p className="mt-1 text-degraded">◣ {problemOf(error).detail}</p>}
      {data !== undefined && <ZtunnelTrialsView answer={data} />}
    </div>
  );
}

export function ZtunnelTrialsView({ answer }: { readonly answer: LogCallersAnswer }) {
  const { logs, pods, trials, notes, notEvaluated } = answer;
  if (notEvaluated !== undefined) return <p className="mt-1 max-w-[90ch] text-ink-2">{notEvaluated}</p>;
  return (
    <div className="mt-1 flex flex-col gap-2">
      <p className="text-ink-2">
        Read {sayRead(logs)} of {formatPlural(pods, "ztunnel")}
        {sayReadSince(logs)}.
      </p>
      {notes.map((note) => (
        <p key={note} className="text-ink-2">
          {note}
        </p>
      ))}
      <LogProblems logs={logs} />
      {trials.length === 0 && logs.some(({ lines }) => lines !== null) && (
        <p className="max-w-[90ch] text-degraded">
          ? No such line is among them, which isn’t 0: at level debug these lines are mostly left out.
        </p>
      )}
      <LogTrials trials={trials} />
    </div>
  );
}
