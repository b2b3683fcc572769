/**
 * One model for spans of every backend: a trace as columns, one row a span, in the order they came. A trace of 100,000
 * spans is a few dozen arrays, so it is cheap to hold, to send and to hand to a worker.
 *
 * Times are exact to the nanosecond in two parts: a trace's `baseNs` (bigint, unix time) and each row's offset from it
 * (a double, exact up to ±2^53 ns, which is 104 days). Rows that lie farther away, as those of a broken clock do, are
 * rounded in the column and exact in `far`. docs/adr/0014 has the measurements.
 */

/** OpenTelemetry's kinds. https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
export const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
export type SpanKind = (typeof KINDS)[number];

/** https://opentelemetry.io/docs/specs/otel/trace/api/#set-status */
export const STATUSES = ["unset", "ok", "error"] as const;
export type SpanStatus = (typeof STATUSES)[number];

/**
 * An attribute's value. Lists, maps and bytes are JSON text (bytes as base64), whole numbers beyond 2^53 their digits:
 * nothing is rounded, and everything can be shown.
 */
export type Scalar = string | number | boolean;

/** What is odd about a span or a trace. A backend's own words have the code `backend`. */
export type WarningCode =
  | "backend"
  /** Part of an attribute, or of a list of them, was too large to keep. */
  | "cut"
  /** The instrumentation itself dropped attributes, events or links. */
  | "dropped"
  | "bad-id"
  | "bad-time"
  | "missing-parent"
  | "cycle"
  | "duplicate-id"
  | "negative-duration"
  | "future"
  | "far"
  | "clock-skew"
  | "several-roots"
  | "no-root"
  | "partial"
  | "hidden";

export interface Warning {
  /** -1: of the trace as a whole. */
  readonly row: number;
  readonly code: WarningCode;
  /** A sentence. */
  readonly detail: string;
}

/** Runs of key and value per owner: those of owner i are `start[i]` up to `start[i + 1]`. Keys and values are in the pool. */
export interface Runs {
  readonly start: Uint32Array;
  readonly key: Uint32Array;
  readonly value: Uint32Array;
}

/** Things that belong to spans, sorted by span. */
export interface EventColumns {
  readonly row: Uint32Array;
  /** Nanoseconds after baseNs. */
  readonly at: Float64Array;
  /** In the pool. */
  readonly name: Uint32Array;
  readonly attributes: Runs;
}

export interface LinkColumns {
  readonly row: Uint32Array;
  /** In the pool, hex. */
  readonly traceId: Uint32Array;
  readonly spanId: Uint32Array;
  readonly attributes: Runs;
}

export interface ResourceColumns {
  /** In the pool: service.name, or what the backend calls the service. */
  readonly service: Uint32Array;
  readonly attributes: Runs;
}

/** Where a span's time can't be told by a double. */
export interface FarTime {
  readonly startNs: bigint;
  readonly durationNs: bigint;
}

export interface Trace {
  /** Lower-case hex of 32 digits, whatever the backend writes. */
  readonly traceId: string;
  readonly baseNs: bigint;
  /** Number of spans. */
  readonly length: number;
  /** Every text and value once. */
  readonly pool: readonly Scalar[];
  /** Lower-case hex of 16 digits; equal ids are possible. */
  readonly spanId: readonly string[];
  /** "" where the span names none. */
  readonly parentId: readonly string[];
  /** Nanoseconds after baseNs. */
  readonly start: Float64Array;
  /** Nanoseconds as the backend has them: negative ones are kept. */
  readonly duration: Float64Array;
  readonly far: ReadonlyMap<number, FarTime>;
  readonly name: Uint32Array;
  /** Index in KINDS. */
  readonly kind: Uint8Array;
  /** Index in STATUSES. */
  readonly status: Uint8Array;
  /** In the pool; "" where there is none. */
  readonly statusMessage: Uint32Array;
  /** Instrumentation scope, in the pool; "" where there is none. */
  readonly scope: Uint32Array;
  /** 1: the server's half of a span whose client has the same id (B3 propagation). */
  readonly shared: Uint8Array;
  /** Index in resources. */
  readonly resource: Uint32Array;
  readonly resources: ResourceColumns;
  readonly attributes: Runs;
  readonly events: EventColumns;
  readonly links: LinkColumns;
  readonly warnings: readonly Warning[];
}

/** A text of the pool. */
export function textAt(trace: Pick<Trace, "pool">, index: number | undefined): string {
  const value = index === undefined ? undefined : trace.pool[index];
  return typeof value === "string" ? value : value === undefined ? "" : String(value);
}

export function serviceOf(trace: Trace, row: number): string {
  return textAt(trace, trace.resources.service[trace.resource[row] ?? -1]);
}

export function nameOf(trace: Trace, row: number): string {
  return textAt(trace, trace.name[row]);
}

export function kindOf(trace: Trace, row: number): SpanKind {
  return KINDS[trace.kind[row] ?? 0] ?? "unspecified";
}

export function statusOf(trace: Trace, row: number): SpanStatus {
  return STATUSES[trace.status[row] ?? 0] ?? "unset";
}

/** The exact start in unix nanoseconds. */
export function startNs(trace: Trace, row: number): bigint {
  return trace.far.get(row)?.startNs ?? trace.baseNs + BigInt(trace.start[row] ?? 0);
}

/** The exact duration in nanoseconds. */
export function durationNs(trace: Trace, row: number): bigint {
  return trace.far.get(row)?.durationNs ?? BigInt(trace.duration[row] ?? 0);
}

/** Key and value pairs of one owner of runs, in their order. */
export function attributesOf(trace: Pick<Trace, "pool">, runs: Runs, owner: number): [string, Scalar][] {
  const pairs: [string, Scalar][] = [];
  for (let i = runs.start[owner] ?? 0; i < (runs.start[owner + 1] ?? 0); i++) {
    pairs.push([textAt(trace, runs.key[i]), trace.pool[runs.value[i] ?? -1] ?? ""]);
  }
  return pairs;
}

/** The value under a key of one owner; undefined where it has none. The first one counts. */
export function valueAt(trace: Pick<Trace, "pool">, runs: Runs, owner: number, key: string): Scalar | undefined {
  for (let i = runs.start[owner] ?? 0; i < (runs.start[owner + 1] ?? 0); i++) {
    if (trace.pool[runs.key[i] ?? -1] === key) return trace.pool[runs.value[i] ?? -1];
  }
  return undefined;
}

/** A span's own attribute, else its resource's. */
export function attributeOf(trace: Trace, row: number, key: string): Scalar | undefined {
  return (
    valueAt(trace, trace.attributes, row, key) ??
    valueAt(trace, trace.resources.attributes, trace.resource[row] ?? -1, key)
  );
}

/** The range of rows `from` up to `to` that belong to a span, in columns sorted by span. */
export function rangeOf(rows: Uint32Array, row: number): { readonly from: number; readonly to: number } {
  const from = lowerBound(rows, row);
  return { from, to: lowerBound(rows, row + 1) };
}

function lowerBound(rows: Uint32Array, value: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface SpanEvent {
  readonly atNs: bigint;
  readonly name: string;
  readonly attributes: readonly (readonly [string, Scalar])[];
}

export function eventsAt(trace: Trace, row: number): SpanEvent[] {
  const { from, to } = rangeOf(trace.events.row, row);
  return Array.from({ length: to - from }, (_, i) => ({
    atNs: trace.baseNs + BigInt(trace.events.at[from + i] ?? 0),
    name: textAt(trace, trace.events.name[from + i]),
    attributes: attributesOf(trace, trace.events.attributes, from + i),
  }));
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly (readonly [string, Scalar])[];
}

export function linksAt(trace: Trace, row: number): SpanLink[] {
  const { from, to } = rangeOf(trace.links.row, row);
  return Array.from({ length: to - from }, (_, i) => ({
    traceId: textAt(trace, trace.links.traceId[from + i]),
    spanId: textAt(trace, trace.links.spanId[from + i]),
    attributes: attributesOf(trace, trace.links.attributes, from + i),
  }));
}

/** Has the span failed? By its status, or as Envoy and older libraries say it, by the tag `error`. */
export function hasFailed(trace: Trace, row: number): boolean {
  if (trace.status[row] === 2) return true;
  if (trace.status[row] === 1) return false;
  const tag = valueAt(trace, trace.attributes, row, "error");
  return tag === true || tag === "true";
}
