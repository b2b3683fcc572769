/** Istio behind the mesh port: sidecars, gateways, waypoints and ztunnels, from Istio's standard metrics alone. */
import type { Capabilities, MeshAdapter, PlanOptions, Read } from "#lib/mesh/port.ts";
import type { Expr } from "#lib/promql/ast.ts";
import { metric, union } from "#lib/promql/build.ts";
import type { Seconds } from "#lib/units.ts";
import { chartsOf } from "./charts.ts";
import { decodeAnswers } from "./decode.ts";
import { dryRunCounts, dryRunRead } from "./dry-runs.ts";
import { exemplarSeries } from "./exemplars.ts";
import { existenceRead } from "./existence.ts";
import { type Facts, factsOf } from "./facts.ts";
import { bucketsOf, histogramQuery } from "./histogram.ts";
import { learnFrom, probes } from "./probe.ts";
import {
  historyRead,
  l4Read,
  latencyRead,
  newbornRead,
  operationsRead,
  requestsRead,
  silentLatencyRead,
  targetsRead,
} from "./reads.ts";
import { type Recorded, recordingFor } from "./recordings.ts";
import { classesOf, classesRead } from "./request-labels.ts";
import { scrapedRead, scrapeSpans } from "./scraped.ts";
import { seriesReads } from "./series.ts";

function plan(window: Seconds, capabilities: Capabilities, options: PlanOptions): readonly Read[] {
  const facts = factsOf(capabilities);
  const recorded = (id: Recorded, raw: (window: Seconds, facts: Facts) => Expr) => {
    const name = options.past === true ? null : recordingFor(id, window, facts);
    if (name === null) return raw(window, facts);
    const rest = id === "latency" ? silentLatencyRead(window, facts) : null;
    return rest === null ? metric(name) : union(metric(name), rest);
  };
  const l4 = recorded("l4", l4Read);
  const operations = operationsRead(window, facts);
  const targets = targetsRead(facts);
  const reads: Read[] = [
    { id: "requests", group: "rates", query: recorded("requests", requestsRead) },
    { id: "newborn", group: "rates", query: recorded("newborn", newbornRead) },
    { id: "l4", group: "rates", query: operations === null ? l4 : union(l4, operations) },
  ];
  if (targets !== null) reads.push({ id: "targets", group: "rates", query: targets });
  if (options.edges === "all") reads.push({ id: "history", group: "rates", query: historyRead(facts) });
  if (options.latency) reads.push({ id: "latency", group: "latency", query: recorded("latency", latencyRead) });
  return reads;
}

export const istio: MeshAdapter = {
  mesh: "istio",
  probe: probes,
  learn: learnFrom,
  plan,
  decode: decodeAnswers,
  existence: (capabilities, options) => ({
    ...{ id: "history", group: "rates" },
    query: existenceRead(options, factsOf(capabilities)),
  }),
  scraped: (options, capabilities) => {
    const query = scrapedRead(options, factsOf(capabilities), capabilities.scrapeInterval);
    return query === null ? null : { id: "scraped", group: "rates", query };
  },
  scrapeSpans,
  dryRuns: (window, capabilities) => {
    const query = dryRunRead(window, factsOf(capabilities), capabilities.scrapeInterval);
    return query === null ? null : { id: "dryRuns", group: "rates", query };
  },
  dryRunCounts,
  requestClasses: (options, capabilities) => {
    const query = classesRead(options, factsOf(capabilities));
    return query === null ? null : { id: "classes", group: "rates", query };
  },
  requestClassRates: classesOf,
  series: seriesReads,
  charts: chartsOf,
  exemplars: exemplarSeries,
  histogram: histogramQuery,
  buckets: bucketsOf,
};
