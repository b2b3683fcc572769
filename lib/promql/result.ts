/**
 * What Prometheus answers, decoded: plain data for pure code. Values may be NaN or ±Inf: whoever reads them decides
 * what that means. https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats
 */
import type { UnixSeconds } from "#lib/units.ts";

/** Label set of a series. A label that is missing and one that is "" are the same to Prometheus. */
export type Labels = Readonly<Record<string, string>>;

/** A native histogram, as far as it is read: that it is one, and its totals. */
export interface NativeHistogram {
  readonly count: number;
  readonly sum: number;
}

export interface Sample {
  readonly labels: Labels;
  /** NaN where the sample is a native histogram. */
  readonly value: number;
  /** Set where the sample is a native histogram instead of a number. */
  readonly histogram?: NativeHistogram;
}

/** An instant vector. */
export interface Vector {
  readonly at: UnixSeconds;
  readonly samples: readonly Sample[];
  /** Texts that Prometheus adds when an answer may be incomplete; always shown, never dropped. */
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export interface Series {
  readonly labels: Labels;
  /** Ascending; a step without a sample is missing here, never a zero. */
  readonly times: readonly UnixSeconds[];
  readonly values: readonly number[];
  /** Samples that are native histograms, if there are any; they are in neither `times` nor `values`. */
  readonly histograms?: readonly { readonly at: UnixSeconds; readonly histogram: NativeHistogram }[];
}

/** A sample that names the trace it was taken from. */
export interface Exemplar {
  /** Name of its series; "" where the answer has none. */
  readonly metric: string;
  /** 16 to 32 hexadecimal digits. */
  readonly traceId: string;
  readonly value: number;
  readonly at: UnixSeconds;
}

/** A range query's answer. */
export interface Matrix {
  readonly series: readonly Series[];
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}
