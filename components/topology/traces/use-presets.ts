"use client";

import { useQuery } from "@tanstack/react-query";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { traceOperationsQuery } from "#lib/query/trace-search.ts";
import { edgePresets, endOf, nodePresets, serviceOf, type TracePreset } from "./presets.ts";
import { useTracing } from "./use-tracing.ts";

/** One edge with its ends as far as they are known, or one node. */
export type TracedMark =
  | { readonly edge: GraphEdge; readonly source: GraphNode | null; readonly target: GraphNode | null }
  | { readonly node: GraphNode };

const NONE: readonly TracePreset[] = [];

/** Searches for the traces behind a mark; none while what can be searched isn't known. */
export function usePresets(mark: TracedMark | null): readonly TracePreset[] {
  const tracing = useTracing();
  const edge = mark !== null && "edge" in mark ? mark : null;
  const ends =
    edge === null
      ? null
      : { source: endOf(edge.edge.source, edge.source), target: endOf(edge.edge.target, edge.target) };
  const client = tracing === null || ends === null ? null : serviceOf(ends.source, tracing);
  const operations = useQuery({ ...traceOperationsQuery(client?.name ?? ""), enabled: client !== null });
  if (mark === null || tracing === null) return NONE;
  if ("node" in mark) return nodePresets(mark.node, tracing);
  if (ends === null || operations.isLoading) return NONE;
  return edgePresets(mark.edge, ends, tracing, operations.data?.items.map(({ name }) => name) ?? []);
}
