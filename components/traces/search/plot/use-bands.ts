"use client";

import { useMemo } from "react";
import type { Chart, SeriesAnswer } from "#lib/api/series.ts";
import type { TracesAnswer } from "#lib/api/traces.ts";
import { problemOf } from "#lib/errors.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { type Commonest, commonestRoot } from "../results.ts";
import { MOST_CLUSTERS, useServiceSeries } from "../use-service-series.ts";
import { latencyChart } from "./bands.ts";

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
  const { nodes, answers } = useServiceSeries(root?.service ?? null, answer, clusters, "latency");
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
