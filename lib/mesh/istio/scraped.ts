/**
 * Since when proxies are scraped, by looks an hour apart over days: what nobody scraped, nobody could have seen called. An hour is near
 * enough, for counters stand for all the time that their pod has lived: only a pod that came and went between two looks is lost.
 *
 * Cost: about one pass over one series a proxy, and a row a workload in the answer, however many pairs there are: with two series of
 * pairs a proxy it took a third of the week's read of pairs (existence.ts), which goes through all samples of each, several times. Scrapes
 * counted over the week (`count_over_time`) would cost the same, and can't tell a rollout from a gap.
 */
import type { Capabilities, DecodeContext, ScrapedOptions, ScrapeSpan } from "#lib/mesh/port.ts";
import type { Expr, Matcher } from "#lib/promql/ast.ts";
import {
  call,
  groupBy,
  isNot,
  isOneOf,
  labelReplace,
  metric,
  number,
  over,
  overTime,
  subquery,
  where,
} from "#lib/promql/build.ts";
import type { Sample, Vector } from "#lib/promql/result.ts";
import { type Seconds, seconds, unixSeconds } from "#lib/units.ts";
import { type Facts, factsOf } from "./facts.ts";
import { known } from "./labels.ts";

const BUILD = "istio_build";
/**
 * Every proxy says which version it is, whether anybody calls it or not: sidecars and gateways by Istio's filter of statistics
 * (https://github.com/istio/proxy/blob/master/source/extensions/filters/http/istio_stats/istio_stats.cc), ztunnels by their own
 * (https://github.com/istio/ztunnel/blob/master/src/metrics/meta.rs).
 */
export const BUILDS = metric(BUILD, [isOneOf("component", ["proxy", "ztunnel"])]);

/** Between two looks. */
export const LOOK = seconds(3600);
/** A look takes that many seconds before it, and at least four scrapes: one that failed is no gap. */
const GLANCE = seconds(600);

const STEM = "meshscope_stem";

/** What Kubernetes makes suffixes of: https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/rand/rand.go */
const SAFE = "[bcdfghjklmnpqrstvwxz2456789]";
/**
 * A pod's name without what its controller appends: the hash of a ReplicaSet and five characters, those alone (longer where a long name
 * was cut), an ordinal, a CronJob's time. For Prometheus, which anchors it, and for `podStem` alike. Of a hash shorter than six characters,
 * one in 43,000, it stays: then only that rollout is known to have been scraped.
 */
const PATTERN = `(.+?)(?:-${SAFE}{6,10}-${SAFE}{5}|-${SAFE}{5,15}|-[0-9]{1,10}(?:-${SAFE}{5})?)?`;
const ANCHORED = new RegExp(`^(?:${PATTERN})$`, "s");
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const LONGEST_NAME = 253;

/** What outlasts rollouts of a pod's name; null: it's no pod's name. */
export function podStem(pod: string): string | null {
  return pod.length > LONGEST_NAME ? null : (ANCHORED.exec(pod)?.[1] ?? null);
}

/**
 * The sum of the looks' instants that found a pod of a stem scraped: it tells how many they were, and whether they are the last ones. By
 * `istio_build` where proxies are known to say it, which they do only where Istio's metrics are switched on; else by `up` of the mesh's
 * jobs, which also counts a pod whose program alone was scraped by the same job. null where series name no pod.
 */
export function scrapedRead(
  { window, namespaces }: ScrapedOptions,
  facts: Facts,
  interval: Seconds | null,
): Expr | null {
  const { podLabel, namespaceLabel, clusterLabel, builds, jobs } = facts;
  if (podLabel === null || namespaceLabel === null || (!builds && jobs.length === 0)) return null;
  const glance = seconds(Math.max(GLANCE, Math.ceil(4 * (interval ?? 0))));
  const pods = [isNot(podLabel, ""), ...(namespaces === null ? [] : [isOneOf(namespaceLabel, namespaces)])];
  const seen = (name: string, more: readonly Matcher[]) =>
    overTime("max", over(metric(name, [...more, ...pods]), glance));
  const scraped = builds ? seen(BUILD, BUILDS.matchers) : where(seen("up", [isOneOf("job", jobs)]), "==", number(1));
  const labels = [namespaceLabel, STEM, ...(clusterLabel ? ["cluster"] : [])];
  const look = groupBy(labels, labelReplace(scraped, STEM, "$1", podLabel, PATTERN));
  return overTime("sum", subquery(call("timestamp", look), window, LOOK));
}

/** Whatever labels and values hold, nothing throws; what can't be read isn't told of. One span a stem. */
export function scrapeSpans(answer: Vector, capabilities: Capabilities, context: DecodeContext): readonly ScrapeSpan[] {
  const facts = factsOf(capabilities);
  const spans = new Map<string, ScrapeSpan>();
  for (const sample of answer.samples) {
    const place = placeOf(sample, facts, context);
    const looked = looksOf(sample.value, context);
    if (place === null || looked === null) continue;
    const key = JSON.stringify([place.cluster, place.namespace, place.stem]);
    const before = spans.get(key);
    // Two labels may stand for one cluster: of both the worse is known.
    if (before === undefined || before.missed < looked.missed) spans.set(key, { ...place, ...looked });
  }
  return [...spans.values()];
}

/**
 * Prometheus looks at full hours. All of a window's looks together lie back by less than one instant's seconds since 1970, so the sum in
 * units of the last look's instant is their number, rounded up. What is lacking to it is how far back they lie: the least that so many
 * looks can is what the last ones do, and no others.
 */
function looksOf(sum: number, { at, window }: DecodeContext): Pick<ScrapeSpan, "since" | "missed"> | null {
  const last = Math.floor(at / LOOK) * LOOK;
  const due = Math.floor(at / LOOK) - Math.floor((at - window) / LOOK);
  const looks = Math.ceil(sum / last);
  // Prometheus 2 also looks at a window's very beginning.
  if (!Number.isFinite(looks) || looks < 1 || looks > due + 1) return null;
  const unbroken = looks * last - sum === (LOOK * looks * (looks - 1)) / 2;
  return unbroken
    ? { since: unixSeconds(last - (looks - 1) * LOOK), missed: Math.max(0, due - looks) }
    : { since: null, missed: Math.max(1, due - looks) };
}

type Place = Pick<ScrapeSpan, "cluster" | "namespace" | "stem">;

function placeOf({ labels }: Sample, facts: Facts, context: DecodeContext): Place | null {
  const namespace = labels[facts.namespaceLabel ?? ""] ?? "";
  const stem = labels[STEM] ?? "";
  if (namespace === "" || stem === "") return null;
  const cluster = known(labels, "cluster");
  return { cluster: cluster === null ? context.defaultCluster : context.clusterOf(cluster), namespace, stem };
}
