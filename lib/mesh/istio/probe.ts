/** Questions about the telemetry itself, asked every few minutes, and what their answers teach. */
import type { Answers, Capabilities, Probe, RequestFact, TelemetryOptions } from "#lib/mesh/port.ts";
import { FACT, intervalIn, intervalQuery, nothing } from "#lib/mesh/scrape-interval.ts";
import type { Expr } from "#lib/promql/ast.ts";
import {
  call,
  countBy,
  groupBy,
  type InstantSelector,
  is,
  isOneOf,
  maxBy,
  metric,
  number,
  series,
  tagged,
  topk,
  union,
  unless,
  where,
} from "#lib/promql/build.ts";
import type { Sample } from "#lib/promql/result.ts";
import { type Facts, factsOf } from "./facts.ts";
import { DURATION, FACT_LABELS, known, METERS, OPERATION, REQUESTS } from "./labels.ts";
import { classified, TARGET_LABELS } from "./reads.ts";
import { FRESH, RECORDED_WINDOWS, recordingName } from "./recordings.ts";
import { BUILDS } from "./scraped.ts";

const POD_LABELS = ["pod", "kubernetes_pod_name", "pod_name"] as const;
const NAMESPACE_LABELS = ["namespace", "kubernetes_namespace", "pod_namespace"] as const;
const ZTUNNEL_LABELS = ["app", "app_kubernetes_io_name", "container"] as const;
/** How many clients that don't report are asked for by name. */
const MAX_SILENT = 50;

const BOTH: InstantSelector = series([isOneOf("__name__", [REQUESTS, METERS.opened])]);

/** In the order in which they are asked; all of them together cost about one refresh. */
export function probes({ operationLabel = OPERATION }: TelemetryOptions = {}): readonly Probe[] {
  const requests = metric(REQUESTS);
  const opened = metric(METERS.opened);
  const tag = (expr: Expr, fact: string) => tagged(expr, FACT, fact);
  const quietEnds = ["source_cluster", "source_workload_namespace", "source_workload"];
  return [
    { id: "sample", query: topk(40, BOTH) },
    { id: "jobs", query: countBy(["job"], BOTH) },
    {
      id: "ztunnel",
      query: union(
        tag(countBy([], metric(METERS.failed)), "failed"),
        tag(countBy([], BUILDS), "builds"),
        ...ZTUNNEL_LABELS.map((label) => tag(countBy([], metric(METERS.opened, [is(label, "ztunnel")])), label)),
      ),
    },
    {
      id: "interval",
      query: intervalQuery([requests, opened]),
    },
    {
      id: "doubles",
      query: where(
        countBy(
          ["cluster", ...NAMESPACE_LABELS, ...POD_LABELS],
          groupBy(["cluster", ...NAMESPACE_LABELS, ...POD_LABELS, ...TARGET_LABELS], BOTH),
        ),
        ">",
        number(1),
      ),
    },
    {
      id: "silent",
      query: groupBy(
        ["source_workload"],
        unless(
          groupBy(quietEnds, metric(REQUESTS, [is("reporter", "destination")])),
          groupBy(quietEnds, metric(REQUESTS, [is("reporter", "source")])),
        ),
      ),
    },
    {
      id: "recordings",
      query: union(
        tag(nothing(), ""),
        ...RECORDED_WINDOWS.flatMap(({ window }) =>
          (["requests", "l4"] as const).map((read) =>
            tag(maxBy([], call("timestamp", metric(recordingName(read, window) ?? REQUESTS))), `${window} ${read}`),
          ),
        ),
      ),
    },
    { id: "operations", query: countBy([], metric(REQUESTS, classified(operationLabel))) },
    {
      id: "requestFacts",
      query: union(
        tag(nothing(), ""),
        ...Object.entries(FACT_LABELS).map(([fact, label]) =>
          tag(
            countBy([], metric(REQUESTS, [isOneOf("reporter", ["destination", "waypoint"]), ...classified(label)])),
            fact,
          ),
        ),
      ),
    },
    {
      id: "buckets",
      query: union(
        tag(countBy([], metric(`${DURATION}_bucket`, [is("le", "+Inf")])), "classic"),
        tag(countBy([], call("histogram_count", metric(DURATION))), "native"),
      ),
    },
  ];
}

/** Reads a probe round. What a failed probe would have said stays as it was. */
export function learnFrom(
  answers: Answers,
  previous: Capabilities | null,
  { operationLabel = OPERATION }: TelemetryOptions = {},
): Capabilities {
  const before = factsOf(previous);
  const sample = answers.get("sample")?.samples;
  const of = <K extends keyof Facts>(id: string, key: K, read: (samples: readonly Sample[]) => Facts[K]): Facts[K] => {
    const samples = answers.get(id)?.samples;
    return samples === undefined ? before[key] : read(samples);
  };
  const facts: Facts = {
    podLabel: of("sample", "podLabel", (s) => commonest(s, POD_LABELS) ?? before.podLabel),
    namespaceLabel: of("sample", "namespaceLabel", (s) => commonest(s, NAMESPACE_LABELS) ?? before.namespaceLabel),
    clusterLabel: of("sample", "clusterLabel", (s) => commonest(s, ["cluster"]) !== null),
    ztunnelLabel: of("ztunnel", "ztunnelLabel", (s) => ZTUNNEL_LABELS.find((label) => has(s, label)) ?? null),
    ztunnel: of("ztunnel", "ztunnel", (s) => s.some(({ labels }) => labels[FACT] !== "builds")),
    builds: of("ztunnel", "builds", (s) => has(s, "builds")),
    doubles: of("doubles", "doubles", doublesIn),
    silent: of("silent", "silent", silentIn),
    recorded: recordedIn(answers, before),
    buckets: of("buckets", "buckets", (s) => (has(s, "classic") ? "classic" : has(s, "native") ? "native" : "none")),
    operationLabel: of("operations", "operationLabel", (s) =>
      s.some(({ value }) => value > 0) ? operationLabel : null,
    ),
    requestFacts: of("requestFacts", "requestFacts", (s) => REQUEST_FACTS.filter((fact) => has(s, fact))),
    jobs: of("jobs", "jobs", (s) => [...new Set(s.flatMap(({ labels }) => known(labels, "job") ?? []))].sort()),
  };
  const intervals = answers.get("interval")?.samples;
  return {
    mesh: "istio",
    present: sample === undefined ? (previous?.present ?? false) : sample.length > 0,
    scrapeInterval: intervals === undefined ? (previous?.scrapeInterval ?? null) : intervalIn(intervals),
    facts: { ...facts },
  };
}

const REQUEST_FACTS = Object.keys(FACT_LABELS) as RequestFact[];

const has = (samples: readonly Sample[], fact: string) =>
  samples.some(({ labels, value }) => labels[FACT] === fact && value > 0);

/** The label that most of the samples carry; null if none carries any. */
function commonest(samples: readonly Sample[], names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, count: samples.filter(({ labels }) => (labels[name] ?? "") !== "").length }))
    .sort((a, b) => b.count - a.count);
  const [best] = ranked;
  return best === undefined || best.count === 0 ? null : best.name;
}

/** Pods with several targets. Series that name no pod can't be told apart, so they prove nothing. */
function doublesIn(samples: readonly Sample[]): Facts["doubles"] {
  const pods = samples.flatMap(({ labels }) => {
    const pod = POD_LABELS.map((name) => labels[name] ?? "").find((value) => value !== "");
    const namespace = NAMESPACE_LABELS.map((name) => labels[name] ?? "").find((value) => value !== "");
    return pod === undefined ? [] : [`${namespace ?? "?"}/${pod}`];
  });
  const [example] = pods.sort();
  return example === undefined ? null : { pods: pods.length, example };
}

function silentIn(samples: readonly Sample[]): readonly string[] {
  const names = samples.flatMap(({ labels }) => known(labels, "source_workload") ?? []);
  return [...new Set(names)]
    .filter((name) => name.length <= 253)
    .sort()
    .slice(0, MAX_SILENT);
}

/** Windows whose recordings were written within the last minute. */
function recordedIn(answers: Answers, before: Facts): readonly number[] {
  const answer = answers.get("recordings");
  if (answer === undefined) return before.recorded;
  const fresh = answer.samples.filter(({ value }) => answer.at - value <= FRESH && value <= answer.at + 1);
  const windows = fresh.map(({ labels }) => Number((labels[FACT] ?? "").split(" ")[0]));
  return RECORDED_WINDOWS.map(({ window }) => window as number).filter((window) => windows.includes(window));
}
