/** Histograms of one latency answer, by the labels that latency is grouped by. */
import type { EdgeObservation, Histogram } from "#lib/graph/observation.ts";
import { mergeHistograms } from "#lib/graph/quantile.ts";
import type { Labels, Sample } from "#lib/promql/result.ts";
import { ENDS } from "./labels.ts";

interface Rows {
  /** Bound → events/s. */
  readonly buckets: Map<number, number>;
  sum: number | null;
}

export class Latencies {
  readonly #rows = new Map<string, Rows>();

  /** What a request series and its latency have in common. */
  static key(labels: Labels): string {
    let key = "";
    for (const name of ENDS) key += `${labels[name] ?? ""}\n`;
    return key;
  }

  /** Takes a row; false if its bound or value can't be read. */
  add({ labels, value }: Sample): boolean {
    const { le } = labels;
    if (!Number.isFinite(value) || value < 0) return false;
    const bound =
      le === undefined ? null : le === "+Inf" ? Number.POSITIVE_INFINITY : le === "" ? Number.NaN : Number(le);
    if (bound !== null && Number.isNaN(bound)) return false;
    const key = Latencies.key(labels);
    let rows = this.#rows.get(key);
    if (rows === undefined) {
      rows = { buckets: new Map(), sum: null };
      this.#rows.set(key, rows);
    }
    if (bound === null) rows.sum = (rows.sum ?? 0) + value;
    // Versions of Prometheus write one bound as "5" and "5.0": they are the same bucket.
    else rows.buckets.set(bound, (rows.buckets.get(bound) ?? 0) + value);
    return true;
  }

  /** The latency of an observation whose series have these keys. */
  of(
    keys: ReadonlySet<string>,
    native: boolean,
  ): { readonly histogram: Histogram | null; readonly missing: EdgeObservation["latencyMissing"] } {
    const found: Histogram[] = [];
    for (const key of keys) {
      const rows = this.#rows.get(key);
      const histogram = rows === undefined ? null : histogramOf(rows);
      if (histogram !== null) found.push(histogram);
    }
    if (found.length === 0) return { histogram: null, missing: native ? "native-histograms" : "no-samples" };
    const histogram = mergeHistograms(found);
    return { histogram, missing: histogram === null ? "mixed-buckets" : null };
  }
}

/** Ascending bounds that end in +Inf, with anything counted; else null. */
function histogramOf({ buckets, sum }: Rows): Histogram | null {
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY || !((buckets.get(Number.POSITIVE_INFINITY) ?? 0) > 0)) return null;
  return { bounds, counts: bounds.map((bound) => buckets.get(bound) ?? 0), sum };
}
