"use client";

import Link from "next/link";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { type AnalysisAsked, analysisHref } from "#components/traces/analysis/state.ts";
import { expectWords, failedOf } from "#components/traces/kept.ts";
import { tracesHref } from "#components/traces/search/state.ts";
import { Section } from "#components/ui/section.tsx";
import { formatCount } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { edgeTime, endOf, nodeTime, type TracePreset } from "./presets.ts";
import { useConfiguredKept } from "./use-configured-kept.ts";
import { usePresets } from "./use-presets.ts";
import { useTracing, useTracingProblem } from "./use-tracing.ts";

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
  const problem = useTracingProblem();
  if (!kiosk && problem !== null && edge.protocol !== "tcp")
    return (
      <Section title="Traces">
        <Unknown {...problem} />
      </Section>
    );
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
      <Expected cluster={parseNodeId(edge.source)?.cluster} edges={[edge]} />
    </Section>
  );
}

/** Items of the list of a node's other places. */
export function NodeTraces({ node, inbound }: { readonly node: GraphNode; readonly inbound: readonly GraphEdge[] }) {
  const tracing = useTracing();
  const presets = usePresets({ node });
  const problem = useTracingProblem();
  if (problem !== null)
    return (
      <li className="basis-full">
        <Unknown {...problem} />
      </li>
    );
  if (tracing === null) return null;
  return (
    <>
      {presets.map((preset) => (
        <li key={preset.title}>
          <TraceLink preset={preset} />
        </li>
      ))}
      <TimeLink asked={nodeTime(node, tracing)} />
      {presets.length > 0 && (
        <li className="basis-full empty:hidden">
          <Expected cluster={node.cluster} edges={inbound} />
        </li>
      )}
    </>
  );
}

/** No backend says which services have spans, so no search can be offered. */
function Unknown({ detail, again }: { readonly detail: string; readonly again: () => void }) {
  return (
    <p role="status" className="border-t border-line pt-2 text-degraded">
      Its traces can’t be searched now. {detail}{" "}
      <button type="button" className="text-accent" onClick={again}>
        Retry now
      </button>
    </p>
  );
}

/** How many of the calls that failed can be expected among the traces, where the mesh says how many it keeps. */
function Expected({
  cluster,
  edges,
}: {
  readonly cluster: string | undefined;
  readonly edges: readonly Pick<GraphEdge, "rate" | "errorRate" | "requests" | "observer">[];
}) {
  const { window } = useLiveStatus();
  const failed = failedOf(edges);
  const words = expectWords(failed, useConfiguredKept(cluster));
  if (words === null || failed < 0.5) return null;
  return (
    <p className="mt-1.5 text-[11px] text-ink-3">
      Of about {formatCount(Math.round(failed))} calls that failed in {window ?? "the window"}: {words}.
    </p>
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
