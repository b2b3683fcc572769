/**
 * Since when how many proxies are scraped, by looks an hour apart over days: what nobody scraped, nobody could have seen called. An hour is near
 * enough, for counters stand for all the time that their pod has lived: only a pod that came and went between two looks is lost.
 *
 * Cost: about one pass over one series a proxy, and a few rows a workload in the answer, one for each number of pods that a look found,
 * however many pairs there are: with two series of pairs a proxy it took a third of the week's read of pairs (existence.ts), which goes
 * through all samples of each, several times. Scrapes counted over the week (`count_over_time`) would cost the same, and can't tell a
 * rollout from a gap. Rows by pod would tell more only where Prometheus knew of pods that it didn't scrape.
 */
import type { Capabilities, DecodeContext, ScrapedOptions, ScrapeSpan } from "#lib/mesh/port.ts";
import type { Expr, Matcher } from "#lib/promql/ast.ts";
import {
  call,
  countBy,
  countValuesBy,
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
import type { Labels, Vector } from "#lib/promql/result.ts";
import { type Seconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
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
/**
 * Sorts behind every label that is grouped by: in a subquery Prometheus' `count_values` sorts its own into the list of these at each step,
 * and where three leave room for a fourth it takes the last one's place. (`eval` of https://github.com/prometheus/prometheus/blob/main/promql/engine.go)
 */
const PODS = "scraped_pods";

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
 * The sums of the looks' instants that found so many pods of a stem scraped, a row for each number of pods (one that several targets or
 * jobs report counts once): added up, they tell how many looks found at least that many, and whether they are the last ones. By
 * `istio_build` where proxies are known to say it, which they do only where Istio's metrics are switched on; else by `up` of the mesh's
 * jobs, which also counts a pod whose program alone was scraped by the same job. null where series name no pod.
 */
export function scrapedRead(
  { window, namespaces }: ScrapedOptions,
  facts: Facts,
  interval: Seconds | null,
): Expr | null {
  const { podLabel, namespaceLabel, builds, jobs } = facts;
  if (podLabel === null || namespaceLabel === null || (!builds && jobs.length === 0)) return null;
  const glance = seconds(Math.max(GLANCE, Math.ceil(4 * (interval ?? 0))));
  const pods = [isNot(podLabel, ""), ...(namespaces === null ? [] : [isOneOf(namespaceLabel, namespaces)])];
  const seen = (name: string, more: readonly Matcher[]) =>
    overTime("max", over(metric(name, [...more, ...pods]), glance));
  const scraped = builds ? seen(BUILD, BUILDS.matchers) : where(seen("up", [isOneOf("job", jobs)]), "==", number(1));
  // By cluster whatever the probe's few series carry: others may come from elsewhere, and a label that's absent costs nothing.
  const labels = [namespaceLabel, STEM, "cluster"];
  const pod = groupBy([...labels, podLabel], labelReplace(scraped, STEM, "$1", podLabel, PATTERN));
  const look = countValuesBy(labels, PODS, countBy(labels, pod));
  return overTime("sum", subquery(call("timestamp", look), window, LOOK));
}

/** How many looks a window has. */
export const looksDue = (at: UnixSeconds, window: Seconds): number =>
  Math.floor(at / LOOK) - Math.floor((at - window) / LOOK);

interface Row {
  readonly place: Place;
  /** The cluster by its label: two may stand for one. */
  readonly labelled: string;
  readonly pods: number;
  /** Of the looks that found so many pods, added up. */
  readonly instants: number;
}

/**
 * Whatever labels and values hold, nothing throws; what can't be read isn't told of. One span for each number of pods that looks found of
 * a stem, of the looks that found at least so many.
 */
export function scrapeSpans(answer: Vector, capabilities: Capabilities, context: DecodeContext): readonly ScrapeSpan[] {
  const facts = factsOf(capabilities);
  const rows = answer.samples.flatMap(({ labels, value }): Row[] => {
    const place = placeOf(labels, facts, context);
    const pods = podsOf(labels[PODS]);
    const told = place !== null && pods !== null && value > 0 && looksOf(value, context) !== null;
    return told ? [{ place, pods, labelled: labels["cluster"] ?? "", instants: value }] : [];
  });
  const stems = Map.groupBy(rows, ({ place }) => JSON.stringify([place.cluster, place.namespace, place.stem]));
  return [...stems.values()].flatMap((own) => spansOf(own, context));
}

/** Of one stem's rows. Of two labels that stand for one cluster the worse is known. */
function spansOf(rows: readonly Row[], context: DecodeContext): readonly ScrapeSpan[] {
  const labelled = [...Map.groupBy(rows, (row) => row.labelled).values()];
  return rows.flatMap(({ place, pods }, i) => {
    if (rows.findIndex((other) => other.pods === pods) !== i) return [];
    const looks = labelled.map((own) => looksOf(atLeast(pods, own), context));
    const [worst] = looks.toSorted((a, b) => (b?.missed ?? 0) - (a?.missed ?? 0));
    return worst && !looks.includes(null) ? [{ ...place, pods, ...worst }] : [];
  });
}

const atLeast = (pods: number, rows: readonly Row[]): number =>
  rows.reduce((sum, row) => (row.pods >= pods ? sum + row.instants : sum), 0);

/** As Prometheus writes a whole number; null: none that pods make. */
function podsOf(label: string | undefined): number | null {
  const pods = Number(label ?? "");
  return Number.isSafeInteger(pods) && pods > 0 ? pods : null;
}

/**
 * Prometheus looks at full hours. All of a window's looks together lie back by less than one instant's seconds since 1970, so the sum in
 * units of the last look's instant is their number, rounded up. What is lacking to it is how far back they lie: the least that so many
 * looks can is what the last ones do, and no others. null: no looks of the window make such a sum.
 */
function looksOf(sum: number, { at, window }: DecodeContext): Pick<ScrapeSpan, "since" | "missed"> | null {
  const last = Math.floor(at / LOOK) * LOOK;
  const due = looksDue(at, window);
  const looks = Math.ceil(sum / last);
  if (sum === 0) return { since: null, missed: due };
  // Prometheus 2 also looks at a window's very beginning.
  if (!Number.isFinite(looks) || looks < 1 || looks > due + 1) return null;
  const unbroken = looks * last - sum === (LOOK * looks * (looks - 1)) / 2;
  return unbroken
    ? { since: unixSeconds(last - (looks - 1) * LOOK), missed: Math.max(0, due - looks) }
    : { since: null, missed: Math.max(1, due - looks) };
}

type Place = Pick<ScrapeSpan, "cluster" | "namespace" | "stem">;

function placeOf(labels: Labels, facts: Facts, context: DecodeContext): Place | null {
  const namespace = labels[facts.namespaceLabel ?? ""] ?? "";
  const stem = labels[STEM] ?? "";
  if (namespace === "" || stem === "") return null;
  const cluster = known(labels, "cluster");
  return { cluster: cluster === null ? context.defaultCluster : context.clusterOf(cluster), namespace, stem };
}
