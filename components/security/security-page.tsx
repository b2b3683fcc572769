"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect } from "react";
import { MiniGraphSlot } from "#components/mini-graph/mini-graph-slot.tsx";
import { AnswerState } from "#components/policies/answer-state.tsx";
import { PlanSheet } from "#components/policies/changes/plan-sheet.tsx";
import { DryRunResults } from "#components/policies/dry-run/dry-run-results.tsx";
import { useFix } from "#components/policies/findings/use-fix.ts";
import { authorizationHref, egressHref, sendsHref, simulateHref } from "#components/policies/links.tsx";
import { usePlanFlow } from "#components/policies/plan/use-plan-flow.ts";
import { SilentNote } from "#components/policies/silent-note.tsx";
import { useReady } from "#components/ui/ready.ts";
import type { Dataplane } from "#lib/graph/model.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { securityQuery } from "#lib/query/security.ts";
import { EvidenceOffers } from "./evidence-offers.tsx";
import { SecurityView } from "./security-view.tsx";

const PLANES: Readonly<Record<Dataplane, string>> = {
  sidecar: "with a sidecar",
  ambient: "in ambient mode",
  gateway: "a gateway",
  waypoint: "a waypoint",
  none: "without a proxy",
};

/** One workload: which mutual TLS it takes and who may call it, and the objects that say so. */
export function SecurityPage({ workload }: { readonly workload: ServiceRef }) {
  return (
    <QueryProvider>
      <Page workload={workload} />
    </QueryProvider>
  );
}

function Page({ workload }: { readonly workload: ServiceRef }) {
  const { data, error, refetch } = useQuery(securityQuery(workload));
  const flow = usePlanFlow();
  const fix = useFix(flow);
  const ready = data !== undefined;
  // What the address points at is there with the answer, after the browser has looked for it.
  useEffect(() => {
    if (ready && location.hash === "#evidence") document.getElementById("evidence")?.scrollIntoView();
  }, [ready]);
  useReady(data !== undefined || error !== null);
  const { cluster, namespace, name } = workload;
  return (
    <main className="min-h-0 min-w-0 overflow-auto px-5 pb-10 max-sm:px-3">
      <nav aria-label="Where" className="flex items-center gap-2 pt-4 text-ink-3">
        <Link
          href={`/policies?${new URLSearchParams({ clusters: cluster, namespaces: namespace })}`}
          prefetch={false}
          className="text-ink-2 underline-offset-2 hover:underline"
        >
          Policies of <bdi>{namespace}</bdi>
        </Link>
      </nav>
      <header>
        <h1 className="mt-1 text-[19px] leading-tight font-semibold wrap-anywhere">
          Effective security of <bdi>{name}</bdi>
        </h1>
        <p className="mt-1 text-ink-2">
          Workload in {namespace}, cluster {cluster}
          {data !== undefined && `, ${PLANES[data.dataplane]}`}
        </p>
        <p className="mt-1">
          <Link
            href={simulateHref({ cluster, from: "workload", client: `${namespace}/${name}` })}
            prefetch={false}
            className="text-accent underline-offset-2 hover:underline"
          >
            Would a request of it pass?
          </Link>
          <Link
            href={sendsHref(cluster, namespace, name)}
            prefetch={false}
            className="ml-4 text-accent underline-offset-2 hover:underline"
          >
            What does it send?
          </Link>
          {data?.dataplane === "sidecar" && (
            <Link
              href={egressHref(cluster, namespace, name)}
              prefetch={false}
              className="ml-4 text-accent underline-offset-2 hover:underline"
            >
              Which hosts does its proxy need to know?
            </Link>
          )}
          <Link
            href={authorizationHref(cluster, namespace, name)}
            prefetch={false}
            className="ml-4 text-accent underline-offset-2 hover:underline"
          >
            Allow or deny calls to it
          </Link>
        </p>
      </header>
      <AnswerState
        has={data !== undefined}
        error={error}
        retry={() => void refetch()}
        reading="Reading the objects…"
        absent="There is no such workload"
        failed="It could not be read"
      />
      <SilentNote since={data?.silentSince} />
      {data !== undefined && <SecurityView security={data} />}
      {data !== undefined && <DryRunResults cluster={cluster} namespace={namespace} workload={name} />}
      {data?.evidence !== undefined && <EvidenceOffers offers={data.evidence} workload={workload} onPlan={fix} />}
      <PlanSheet flow={flow} label="Plan" />
      {data !== undefined && <MiniGraphSlot about={{ kind: "workload", ...workload }} />}
    </main>
  );
}
