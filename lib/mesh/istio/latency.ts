/** Histograms and body sizes of one latency answer, by the labels that latency is grouped by. */
import type { EdgeObservation, Histogram } from "#lib/graph/observation.ts";
import { mergeHistograms } from "#lib/graph/quantile.ts";
import type { Labels, Sample } from "#lib/promql/result.ts";
import { BODIES, ENDS, METER } from "./labels.ts";

interface Rows {
  /** Bound → events/s. */
  readonly buckets: Map<number, number>;
  sum: number | null;
  /** Bytes/s; null where no size was read. */
  readonly bodies: Record<keyof typeof BODIES, number | null>;
}

const isBody = (meter: string): meter is keyof typeof BODIES => Object.hasOwn(BODIES, meter);

export class Latencies {
  readonly #rows = new Map<string, Rows>();

  /** What a request series and its latency have in common. */
  static key(labels: Labels): string {
    let key = "";
    for (const name of ENDS) key += `${labels[name] ?? ""}\n`;
    return key;
  }

  /** Takes a row; false if its bound, meter or value can't be read. */
  add({ labels, value }: Sample): boolean {
    const { le, [METER]: meter } = labels;
    if (!Number.isFinite(value) || value < 0 || (meter !== undefined && !isBody(meter))) return false;
    const bound =
      le === undefined ? null : le === "+Inf" ? Number.POSITIVE_INFINITY : le === "" ? Number.NaN : Number(le);
    if (bound !== null && Number.isNaN(bound)) return false;
    const key = Latencies.key(labels);
    let rows = this.#rows.get(key);
    if (rows === undefined) {
      rows = { buckets: new Map(), sum: null, bodies: { sent: null, received: null } };
      this.#rows.set(key, rows);
    }
    if (meter !== undefined) rows.bodies[meter] = (rows.bodies[meter] ?? 0) + value;
    else if (bound === null) rows.sum = (rows.sum ?? 0) + value;
    // Versions of Prometheus write one bound as "5" and "5.0": they are the same bucket.
    else rows.buckets.set(bound, (rows.buckets.get(bound) ?? 0) + value);
    return true;
  }

  /** The latency and the body sizes of an observation whose series have these keys. */
  of(
    keys: ReadonlySet<string>,
    native: boolean,
  ): {
    readonly histogram: Histogram | null;
    readonly missing: EdgeObservation["latencyMissing"];
    readonly bodies: { readonly sent: number; readonly received: number } | null;
  } {
    const bodies = this.#bodies(keys);
    const found: Histogram[] = [];
    for (const key of keys) {
      const rows = this.#rows.get(key);
      const histogram = rows === undefined ? null : histogramOf(rows);
      if (histogram !== null) found.push(histogram);
    }
    if (found.length === 0) return { histogram: null, missing: native ? "native-histograms" : "no-samples", bodies };
    const histogram = mergeHistograms(found);
    return { histogram, missing: histogram === null ? "mixed-buckets" : null, bodies };
  }

  /** Both directions or none: a sum of which a part isn't known is not known. */
  #bodies(keys: ReadonlySet<string>): { readonly sent: number; readonly received: number } | null {
    let [sent, received]: [number | null, number | null] = [null, null];
    for (const key of keys) {
      const bodies = this.#rows.get(key)?.bodies;
      if (bodies == null) continue;
      if (bodies.sent !== null) sent = (sent ?? 0) + bodies.sent;
      if (bodies.received !== null) received = (received ?? 0) + bodies.received;
    }
    return sent === null || received === null ? null : { sent, received };
  }
}

/** Ascending bounds that end in +Inf, with anything counted; else null. */
function histogramOf({ buckets, sum }: Rows): Histogram | null {
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY || !((buckets.get(Number.POSITIVE_INFINITY) ?? 0) > 0)) return null;
  return { bounds, counts: bounds.map((bound) => buckets.get(bound) ?? 0), sum };
}
