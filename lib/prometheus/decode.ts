/**
 * Prometheus's answers from `unknown` to plain data. Written by hand and without an object or closure per label, since
 * answers hold 100,000 series; label objects are those that JSON.parse made.
 * https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats
 */
import { MeshscopeError } from "#lib/errors.ts";
import type { Labels, Matrix, NativeHistogram, Sample, Series, Vector } from "#lib/promql/result.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";

/** The envelope of a successful answer. */
export interface Success {
  readonly data: unknown;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** An answer that says what went wrong. */
export interface Refusal {
  readonly errorType: string;
  readonly error: string;
}

type Obj = Readonly<Record<string, unknown>>;

/** Which of Prometheus's envelopes this is; null for any other JSON. */
export function envelope(json: unknown): Success | Refusal | null {
  if (!isObject(json)) return null;
  if (json.status === "success" && "data" in json) {
    const warnings = texts(json.warnings);
    // VictoriaMetrics: https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#cluster-availability
    if (json.isPartial === true) warnings.push("The answer is partial: some of the storage didn't answer.");
    return { data: json.data, warnings, infos: texts(json.infos) };
  }
  if (json.status === "error" && typeof json.error === "string") {
    return { errorType: typeof json.errorType === "string" ? json.errorType : "", error: json.error };
  }
  return null;
}

/**
 * An instant query's answer. Series that aren't as documented are left out and counted in a warning: one odd series
 * must not take the whole graph with it.
 * @throws MeshscopeError `upstream_bad`, naming the source `from`, if it isn't a vector or scalar at all.
 */
export function decodeVector(answer: Success, at: UnixSeconds, from: string): Vector {
  const { resultType, result } = body(answer, from);
  if (resultType === "scalar") {
    const value = Array.isArray(result) ? sampleValue(result[1]) : undefined;
    if (value === undefined) throw unreadable(from, "a scalar without a value");
    return { at, samples: [{ labels: {}, value }], warnings: answer.warnings, infos: answer.infos };
  }
  if (resultType !== "vector") throw unreadable(from, "another kind of result than a vector");
  const rows = list(result, from);
  const samples: Sample[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!isObject(row) || !isLabels(row.metric)) continue;
    const pair = row.value;
    if (Array.isArray(pair)) {
      const value = sampleValue(pair[1]);
      if (value !== undefined) samples.push({ labels: row.metric, value });
    } else if (Array.isArray(row.histogram)) {
      const histogram = nativeHistogram(row.histogram[1]);
      if (histogram) samples.push({ labels: row.metric, value: Number.NaN, histogram });
    }
  }
  return { at, samples, warnings: withSkipped(answer.warnings, rows.length - samples.length), infos: answer.infos };
}

/** The answer to `time()`: a scalar that is an instant. @throws MeshscopeError `upstream_bad` if it is none. */
export function decodeTime(answer: Success, from: string): UnixSeconds {
  const { resultType, result } = body(answer, from);
  const value = resultType === "scalar" && Array.isArray(result) ? sampleValue(result[1]) : undefined;
  if (value === undefined || !Number.isFinite(value)) throw unreadable(from, "no instant");
  return unixSeconds(value);
}

/** A range query's answer; the same leniency as decodeVector. @throws MeshscopeError `upstream_bad` if it is no matrix. */
export function decodeMatrix(answer: Success, from: string): Matrix {
  const { resultType, result } = body(answer, from);
  if (resultType !== "matrix") throw unreadable(from, "another kind of result than a matrix");
  const rows = list(result, from);
  const series: Series[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!isObject(row) || !isLabels(row.metric)) continue;
    const one = decodeSeries(row.metric, row);
    if (one) series.push(one);
  }
  return { series, warnings: withSkipped(answer.warnings, rows.length - series.length), infos: answer.infos };
}

/** A list of names (/api/v1/labels). @throws MeshscopeError `upstream_bad` if it is none. */
export function decodeNames(answer: Success, from: string): string[] {
  if (answer.data === null) return [];
  if (!Array.isArray(answer.data)) throw unreadable(from, "no list of names");
  return texts(answer.data);
}

function decodeSeries(labels: Labels, row: Obj): Series | null {
  if (!Array.isArray(row.values) && !Array.isArray(row.histograms)) return null;
  const points = Array.isArray(row.values) ? row.values : [];
  const times: UnixSeconds[] = [];
  const values: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < points.length; i++) {
    const point: unknown = points[i];
    if (!Array.isArray(point)) return null;
    const at: unknown = point[0];
    const value = sampleValue(point[1]);
    if (typeof at !== "number" || !(at > last) || value === undefined) return null;
    times.push(unixSeconds(at));
    values.push(value);
    last = at;
  }
  if (!Array.isArray(row.histograms)) return { labels, times, values };
  const histograms: { at: UnixSeconds; histogram: NativeHistogram }[] = [];
  for (const point of row.histograms as readonly unknown[]) {
    if (!Array.isArray(point)) return null;
    const at: unknown = point[0];
    const histogram = nativeHistogram(point[1]);
    if (typeof at !== "number" || !histogram) return null;
    histograms.push({ at: unixSeconds(at), histogram });
  }
  return { labels, times, values, histograms };
}

/** Texts to numbers as Prometheus writes them; undefined for anything else (Number("") would be 0). */
function sampleValue(text: unknown): number | undefined {
  if (typeof text !== "string") return undefined;
  const first = text.charCodeAt(0);
  // 0-9 + - . may begin a number
  if ((first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46) {
    const value = Number(text);
    if (value === value) return value;
  }
  if (text === "NaN") return Number.NaN;
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : undefined;
}

function nativeHistogram(value: unknown): NativeHistogram | undefined {
  if (!isObject(value)) return undefined;
  const count = sampleValue(value.count);
  const sum = sampleValue(value.sum);
  return count === undefined || sum === undefined ? undefined : { count, sum };
}

/**
 * Are these labels? Checked in place and shared, not copied. A label called `__proto__` (an own property, since
 * JSON.parse makes no other) is taken out: nobody groups by it, and a copy by assignment would turn it into something else.
 */
function isLabels(value: unknown): value is Labels {
  if (!isObject(value)) return false;
  for (const name in value) if (typeof value[name] !== "string") return false;
  if (Object.hasOwn(value, "__proto__")) Reflect.deleteProperty(value, "__proto__");
  return true;
}

function body(answer: Success, from: string): { resultType: unknown; result: unknown } {
  if (!isObject(answer.data)) throw unreadable(from, "no result");
  return { resultType: answer.data.resultType, result: answer.data.result };
}

/** Go writes an empty list that was never made as null. */
function list(value: unknown, from: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw unreadable(from, "no list of series");
  return value as readonly unknown[];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
}

function withSkipped(warnings: readonly string[], skipped: number): readonly string[] {
  return skipped === 0
    ? warnings
    : [...warnings, `${skipped} series of the answer could not be read and are left out.`];
}

function unreadable(from: string, what: string): MeshscopeError {
  return new MeshscopeError("upstream_bad", `The answer of Prometheus "${from}" can't be read: it holds ${what}.`);
}

function isObject(value: unknown): value is Obj {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
