"use client";

import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Chart, SeriesAnswer } from "#lib/api/series.ts";
import type { TracesAnswer } from "#lib/api/traces.ts";
import { problemOf } from "#lib/errors.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { seriesQuery } from "#lib/query/series.ts";
import { type Commonest, commonestRoot } from "../results.ts";
import { latencyChart, nodesOf } from "./bands.ts";

/** Names of more clusters than this aren't asked one by one: choose one in the scope. */
const MOST_CLUSTERS = 4;

export type Bands =
  | { readonly state: "there"; readonly root: Commonest; readonly chart: Chart; readonly series: SeriesAnswer }
  | { readonly state: "reading" }
  /** Why there are none. */
  | { readonly state: "none"; readonly why: string };

/**
 * Latencies that Prometheus counted of all requests of the service at which most of these traces begin: that service's own,
 * because a trace is as long as its first call. `clusters`: the scope; empty: all of the backends'.
 */
export function useBands(answer: TracesAnswer, clusters: readonly string[]): Bands {
  const root = useMemo(() => commonestRoot(answer.items), [answer]);
  const nodes = useMemo(() => {
    const kept = new Set(answer.sources.flatMap((source) => source.clusters));
    const names = [...kept].filter((name) => clusters.length === 0 || clusters.includes(name));
    return root === null ? [] : nodesOf(root.service, names);
  }, [root, answer, clusters]);
  const [start, end] = [Date.parse(answer.start), Date.parse(answer.end)];
  // Whole minutes: the answer of a second later is the same question.
  const until = new Date(Math.ceil(end / 60_000) * 60_000).toISOString();
  const seconds = Math.max(60, Math.ceil((end - start) / 60_000) * 60);
  const answers = useQueries({
    queries: nodes
      .slice(0, MOST_CLUSTERS)
      .map((node) => ({ ...seriesQuery({ node }, ["latency"], until, seconds), retry: false })),
  });
  if (root === null)
    return none("No root of these traces is known, so nobody knows which requests to compare them with.");
  if (nodes.length === 0)
    return none(`The name ${root.service} doesn’t tell a namespace, so its requests can’t be found in the metrics.`);
  if (nodes.length > MOST_CLUSTERS) return none("Choose a cluster above to see percentiles of all requests.");
  if (answers.some(({ isPending }) => isPending)) return { state: "reading" };
  const found = answers.flatMap(({ data }, index) => {
    const chart = data === undefined ? null : latencyChart(data);
    return data === undefined || chart === null ? [] : [{ chart, series: data, node: nodes[index] ?? "" }];
  });
  const [first, other] = found;
  if (first === undefined) {
    const failed = answers.find(({ error }) => error !== null);
    return none(
      failed === undefined
        ? `Prometheus has no latencies of ${root.service} in this time.`
        : `Percentiles of all requests could not be read: ${problemOf(failed.error).detail}`,
    );
  }
  if (other !== undefined) {
    const names = found.map(({ node }) => parseNodeId(node)?.cluster ?? node);
    return none(`${root.service} runs in ${names.join(" and ")}: choose a cluster above to see its percentiles.`);
  }
  return { state: "there", root, chart: first.chart, series: first.series };
}

const none = (why: string): Bands => ({ state: "none", why });
