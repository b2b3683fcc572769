"use client";

import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import type { SeriesMetric } from "#lib/api/series.ts";
import type { TracesAnswer } from "#lib/api/traces.ts";
import { nodeId } from "#lib/graph/id.ts";
import { seriesQuery } from "#lib/query/series.ts";
import { namedPlace } from "#lib/tracing/place.ts";

/** Names of more clusters than this aren't asked one by one: choose one in the scope. */
export const MOST_CLUSTERS = 4;

/** Nodes of the graph that a service's name may mean, one a cluster; none where the name tells no place. */
export function nodesOf(service: string, clusters: readonly string[]): readonly string[] {
  const place = namedPlace(service);
  if (place?.namespace == null || place.app === null) return [];
  const { app, namespace } = place;
  return clusters.map((cluster) => nodeId({ kind: "app", cluster, namespace, name: app }));
}

/** What Prometheus has of a service over the time of an answer, asked of each cluster that it may be in. `clusters`: the scope; empty: all of the backends'. */
export function useServiceSeries(
  service: string | null,
  { sources, start, end }: Pick<TracesAnswer, "sources" | "start" | "end">,
  clusters: readonly string[],
  metric: SeriesMetric,
) {
  const nodes = useMemo(() => {
    const kept = new Set(sources.flatMap((source) => source.clusters));
    const names = [...kept].filter((name) => clusters.length === 0 || clusters.includes(name));
    return service === null ? [] : nodesOf(service, names);
  }, [service, sources, clusters]);
  // Whole minutes: the answer of a second later is the same question.
  const until = new Date(Math.ceil(Date.parse(end) / 60_000) * 60_000).toISOString();
  const seconds = Math.max(60, Math.ceil((Date.parse(end) - Date.parse(start)) / 60_000) * 60);
  const answers = useQueries({
    queries: nodes
      .slice(0, MOST_CLUSTERS)
      .map((node) => ({ ...seriesQuery({ node }, [metric], until, seconds), retry: false })),
  });
  return { nodes, answers };
}
