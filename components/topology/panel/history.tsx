"use client";

import { lazy, Suspense } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { Section } from "#components/ui/section.tsx";
import type { SeriesMetric } from "#lib/api/series.ts";
import type { Protocol } from "#lib/graph/model.ts";
import type { HistoryProps } from "./history-charts.tsx";

const Charts = lazy(async () => ({ default: (await import("./history-charts.tsx")).HistoryCharts }));

const REQUESTS: readonly SeriesMetric[] = ["requests", "latency"];
const CONNECTIONS: readonly SeriesMetric[] = ["bytes", "connections"];

/** What there is to chart of one edge, node or box. */
export const metricsOf = (protocol: Protocol): readonly SeriesMetric[] => (protocol === "tcp" ? CONNECTIONS : REQUESTS);

/** The last hour of what is selected. Charts and their library are loaded when the first panel opens. */
export function History(props: HistoryProps) {
  return (
    <Section title="Last hour">
      <Suspense fallback={<div className="h-24" />}>
        <Charts {...props} />
      </Suspense>
    </Section>
  );
}

/** Of everything in the scope: what flows there, and nothing of latency (docs/numbers.md, "Totals of a box"). */
export function WholeHistory({ protocols }: { readonly protocols: readonly Protocol[] }) {
  const { clusters, namespaces, window } = useUrl().state.view;
  const tcp = protocols.includes("tcp");
  const asked = protocols.some((protocol) => protocol !== "tcp");
  if (!tcp && !asked) return null;
  return (
    <>
      <History
        subject={{ whole: { clusters, namespaces, window } }}
        metrics={[...(asked ? (["requests"] as const) : []), ...(tcp ? CONNECTIONS : [])]}
      />
      <p className="text-[11px] text-ink-3">
        Every edge of the scope counts once, by whoever heads it; what is only hidden counts too. Each point is the sum
        of the graph of its instant.
      </p>
    </>
  );
}
