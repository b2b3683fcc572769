"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { AnswerState } from "#components/policies/answer-state.tsx";
import { PlanSheet } from "#components/policies/changes/plan-sheet.tsx";
import { useFix } from "#components/policies/findings/use-fix.ts";
import { usePlanFlow } from "#components/policies/plan/use-plan-flow.ts";
import { SilentNote } from "#components/policies/silent-note.tsx";
import { useReady } from "#components/ui/ready.ts";
import type { StrictScope } from "#lib/api/strict.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { strictQuery } from "#lib/query/strict.ts";
import { StrictView } from "./strict-view.tsx";

/** From PERMISSIVE to STRICT, step by step; nothing is written but by plans. */
export function StrictPage({ scope }: { readonly scope: StrictScope }) {
  return (
    <QueryProvider>
      <Page scope={scope} />
    </QueryProvider>
  );
}

function Page({ scope }: { readonly scope: StrictScope }) {
  const { data, error, refetch } = useQuery(strictQuery(scope));
  const flow = usePlanFlow();
  const fix = useFix(flow);
  useReady(data !== undefined || error !== null);
  const { cluster, namespace } = scope;
  return (
    <main className="min-h-0 min-w-0 overflow-auto px-5 pb-10 max-sm:px-3">
      <nav aria-label="Where" className="pt-4">
        <Link
          href={`/policies/mtls?${new URLSearchParams({ clusters: cluster })}`}
          prefetch={false}
          className="text-ink-2 underline-offset-2 hover:underline"
        >
          Mutual TLS
        </Link>
      </nav>
      <header>
        <h1 className="mt-1 text-[19px] leading-tight font-semibold wrap-anywhere">
          The way to strict: {namespace === null ? "the whole mesh" : <bdi>{namespace}</bdi>}
        </h1>
        <p className="mt-1 max-w-prose text-ink-2">
          From mutual TLS that is possible to mutual TLS that is demanded, in cluster {cluster}. What was seen is told
          as it was measured; what isn’t known is never counted as safe.
        </p>
      </header>
      <AnswerState
        has={data !== undefined}
        error={error}
        retry={() => void refetch()}
        reading="Reading objects and calls…"
        absent="There is no such namespace"
        failed="It could not be read"
      />
      <SilentNote since={data?.silentSince} />
      {data !== undefined && <StrictView path={data} onPlan={(intent) => void flow.make({ intent })} onFix={fix} />}
      <PlanSheet flow={flow} label="Plan" />
    </main>
  );
}
