"use client";

import { Cell, DataTable } from "#components/ui/section.tsx";
import type { DryRunsAnswer } from "#lib/api/dry-runs.ts";
import { durationSeconds } from "#lib/api/windows.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { dryRunSpansQuery } from "#lib/query/security.ts";
import { EndName } from "../impact/pair-ends.tsx";
import { ObjectLink } from "../links.tsx";
import { Asked } from "./asked.tsx";
import { ACTIONS } from "./words.ts";

/** Which policy and which caller, by the tags of sampled spans. */
export function SpanEvidence(of: { readonly cluster: string; readonly namespace: string; readonly workload: string }) {
  return (
    <Asked
      query={dryRunSpansQuery(of.cluster, of.namespace, of.workload)}
      words={{
        ask: "Ask traces which policy and which caller",
        again: "Read traces again",
        reading: "Reading traces…",
      }}
    >
      {(answer) => <SpanEvidenceView answer={answer} />}
    </Asked>
  );
}

export function SpanEvidenceView({ answer }: { readonly answer: DryRunsAnswer }) {
  const { spans, window, workloads } = answer;
  if (spans === null) return <p className="mt-1 text-ink-2">No tracing backend keeps spans of this cluster.</p>;
  const seconds = (window === null ? null : durationSeconds(window)) ?? 0;
  return spans.map((each) => {
    const { action, kept, full, policies, callers, problem } = each;
    const tried = workloads[0]?.tried.find((one) => one.action === action && one.protocol === "http");
    const calls = Math.round((tried?.denied ?? 0) * seconds);
    return (
      <div key={action} className="mt-3">
        {problem !== null && <p className="text-degraded">◣ {problem}</p>}
        <p className="text-ink-2">
          <span className="font-mono text-[12px]">{ACTIONS[action]}</span> {full ? "At least " : ""}
          {formatPlural(kept, "span")} of about {formatCount(calls)} such calls {kept === 1 ? "was" : "were"} kept: a
          sample, in which what is rare may be missing.
        </p>
        {kept > 0 && (
          <div className="mt-2 flex flex-col gap-2">
            <DataTable label="By policy" columns={[{ title: "Policy" }, { title: "Spans", numeric: true }]}>
              {policies.map(({ policy, spans: count }) => (
                <tr key={policy === null ? "" : `${policy.namespace}/${policy.name}`}>
                  <Cell>
                    {policy !== null ? (
                      <ObjectLink object={policy} className="whitespace-normal" />
                    ) : action === "allow" ? (
                      "no rule took them"
                    ) : (
                      "a policy that you may not see, or that is gone"
                    )}
                  </Cell>
                  <Cell numeric>{formatCount(count)}</Cell>
                </tr>
              ))}
            </DataTable>
            <DataTable label="By caller" columns={[{ title: "Caller" }, { title: "Spans", numeric: true }]}>
              {callers.map(({ source, spans: count }) => (
                <tr key={source ?? ""}>
                  <Cell className="wrap-anywhere">
                    {source === null ? "no span tells, or none that you may see" : <EndName id={source} />}
                  </Cell>
                  <Cell numeric>{formatCount(count)}</Cell>
                </tr>
              ))}
            </DataTable>
          </div>
        )}
      </div>
    );
  });
}
