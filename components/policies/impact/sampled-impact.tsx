"use client";

import { useQuery } from "@tanstack/react-query";
import { configuredKept, whyUnknown } from "#components/traces/kept.ts";
import { Chip } from "#components/ui/chip.tsx";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { impactSamplesQuery } from "#lib/query/impact-samples.ts";
import { traceBackendsQuery } from "#lib/query/trace-search.ts";
import { ImpactSection } from "./impact-section.tsx";
import { sayKept } from "./sample-words.ts";

/** A plan's impact, and beside what metrics can't decide what samples of the calls say, asked for once the plan is shown. */
export function SampledImpact({ plan }: { readonly plan: Plan }) {
  const query = impactSamplesQuery(plan);
  const { data, error, isFetching, refetch } = useQuery(query);
  const traced = data?.items.some(({ traces }) => traces !== null) === true;
  const { data: backends } = useQuery({ ...traceBackendsQuery(), enabled: traced });
  const clusters = plan.steps.slice(0, 1).map(({ object }) => object.cluster);
  const kept = configuredKept(backends?.sampling ?? null, clusters);
  return (
    <ImpactSection
      items={plan.steps.flatMap(({ impact }) => impact ?? [])}
      view={plan.impact}
      notEvaluated={plan.notEvaluated.impact}
      samples={data === undefined ? null : { items: data.items, kept }}
    >
      {query.enabled === true && (
        <SamplesState
          reading={isFetching}
          problem={error === null ? (data?.notEvaluated ?? null) : problemOf(error).detail}
          left={data?.left ?? 0}
          kept={traced ? sayKept(kept, whyUnknown(backends?.samplingUnknown ?? [], clusters)) : null}
          retry={() => void refetch()}
        />
      )}
    </ImpactSection>
  );
}

/** How asking samples goes. */
export function SamplesState({
  reading,
  problem,
  left,
  kept,
  retry,
}: {
  readonly reading: boolean;
  readonly problem: string | null;
  readonly left: number;
  /** Which share of calls leaves a trace, in a sentence, where traces were looked at. */
  readonly kept: string | null;
  readonly retry: () => void;
}) {
  return (
    <div className="text-[12px] text-ink-2">
      <p role="status">{reading && "Looking at traces and access logs for what metrics don’t tell…"}</p>
      {!reading && problem !== null && (
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-degraded">◣ Traces and access logs weren’t looked at. {problem}</span>
          <Chip tone="quiet" onClick={retry}>
            Look again
          </Chip>
        </div>
      )}
      {!reading && kept !== null && <p className="wrap-anywhere">{kept}</p>}
      {!reading && left > 0 && (
        <p>
          Traces and access logs were looked at for the worst alone: not for {formatPlural(left, "further call")} that
          they may tell something of.
        </p>
      )}
    </div>
  );
}
