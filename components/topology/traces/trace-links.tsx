"use client";

import Link from "next/link";
import { useUrl } from "#components/shell/use-url.ts";
import { type AnalysisAsked, analysisHref } from "#components/traces/analysis/state.ts";
import { tracesHref } from "#components/traces/search/state.ts";
import { Section } from "#components/ui/section.tsx";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { edgeTime, endOf, nodeTime, type TracePreset } from "./presets.ts";
import { usePresets } from "./use-presets.ts";
import { useTracing } from "./use-tracing.ts";

const LINK = "text-accent underline-offset-2 hover:underline";

/** The way to the traces of one call: what failed, by flag and status, then all. Nothing where no backend has any. */
export function EdgeTraces(props: {
  readonly edge: GraphEdge;
  readonly source: GraphNode | null;
  readonly target: GraphNode | null;
}) {
  return (
    <QueryProvider>
      <OfEdge {...props} />
    </QueryProvider>
  );
}

function OfEdge({
  edge,
  source,
  target,
}: {
  readonly edge: GraphEdge;
  readonly source: GraphNode | null;
  readonly target: GraphNode | null;
}) {
  const { kiosk } = useUrl().state;
  const tracing = useTracing();
  const presets = usePresets({ edge, source, target });
  if (kiosk || tracing === null || presets.length === 0) return null;
  const ends = { source: endOf(edge.source, source), target: endOf(edge.target, target) };
  return (
    <Section title="Traces" aside={presets[0]?.search.service}>
      <ul className="flex flex-wrap gap-x-4 gap-y-1.5 border-t border-line pt-2">
        {presets.map((preset) => (
          <li key={preset.title}>
            <TraceLink preset={preset} />
          </li>
        ))}
        <TimeLink asked={edgeTime(edge, ends, tracing)} />
      </ul>
    </Section>
  );
}

/** Items of the list of a node's other places. */
export function NodeTraces({ node }: { readonly node: GraphNode }) {
  const tracing = useTracing();
  const presets = usePresets({ node });
  if (tracing === null) return null;
  return (
    <>
      {presets.map((preset) => (
        <li key={preset.title}>
          <TraceLink preset={preset} />
        </li>
      ))}
      <TimeLink asked={nodeTime(node, tracing)} />
    </>
  );
}

/** To where the time of many traces goes. Nothing where they can't be told. */
function TimeLink({ asked }: { readonly asked: Partial<AnalysisAsked> | null }) {
  const { at } = useUrl().state.view;
  if (asked === null) return null;
  return (
    <li>
      <Link href={analysisHref({ ...asked, end: at })} prefetch={false} className={LINK}>
        Where the time goes
      </Link>
    </li>
  );
}

function TraceLink({ preset: { title, search } }: { readonly preset: TracePreset }) {
  const { at } = useUrl().state.view;
  return (
    <Link href={tracesHref({ ...search, end: at })} prefetch={false} className={LINK}>
      <bdi>{title}</bdi>
    </Link>
  );
}
