"use client";

import type { LogCallersAnswer } from "#lib/api/log-callers.ts";
import { formatPlural } from "#lib/format.ts";
import { logCallersQuery } from "#lib/query/strict.ts";
import { LogProblems, LogTrials, sayRead, sayReadSince } from "../log-callers.tsx";
import { Asked } from "./asked.tsx";

/** What the ztunnels of an ambient workload's nodes wrote of policies on trial. */
export function ZtunnelTrials(of: { readonly cluster: string; readonly namespace: string; readonly workload: string }) {
  return (
    <Asked
      query={logCallersQuery(of.cluster, of.namespace, of.workload)}
      words={{
        ask: "Ask its ztunnels’ logs",
        again: "Read the ztunnels’ logs again",
        reading: "Reading logs…",
      }}
    >
      {(answer) => <ZtunnelTrialsView answer={answer} />}
    </Asked>
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
