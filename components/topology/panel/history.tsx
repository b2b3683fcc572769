"use client";

import { lazy, Suspense } from "react";
import { Section } from "#components/ui/section.tsx";
import type { Protocol } from "#lib/graph/model.ts";
import type { SeriesSubject } from "#lib/query/series.ts";

const Charts = lazy(async () => ({ default: (await import("./history-charts.tsx")).HistoryCharts }));

/** The last hour of what is selected. Charts and their library are loaded when the first panel opens. */
export function History({ subject, protocol }: { readonly subject: SeriesSubject; readonly protocol: Protocol }) {
  return (
    <Section title="Last hour">
      <Suspense fallback={<div className="h-24" />}>
        <Charts subject={subject} protocol={protocol} />
      </Suspense>
    </Section>
  );
}
