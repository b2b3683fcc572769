/**
 * A trace between our server and the browser's worker: the model's columns as JSON, which parses several times faster than
 * one object a span would. Both sides are ours, so it isn't checked again.
 */
import type { EventColumns, LinkColumns, Runs, Scalar, Trace, Warning } from "./model.ts";
import { atOnce, type Steps } from "./steps.ts";

/** A run per owner: how many pairs it has, then the pairs, key after value. */
interface WireRuns {
  readonly counts: readonly number[];
  readonly pairs: readonly number[];
}

export interface WireTrace {
  readonly traceId: string;
  /** Decimal digits of unix nanoseconds. */
  readonly baseNs: string;
  readonly pool: readonly Scalar[];
  /** Ids joined, 16 digits each; what has none is 16 blanks. */
  readonly spanIds: string;
  readonly parentIds: string;
  readonly start: readonly number[];
  readonly duration: readonly number[];
  /** Row, start, duration in exact decimal nanoseconds. */
  readonly far: readonly (readonly [number, string, string])[];
  readonly name: readonly number[];
  readonly kind: readonly number[];
  readonly status: readonly number[];
  readonly statusMessage: readonly number[];
  readonly scope: readonly number[];
  readonly shared: readonly number[];
  readonly resource: readonly number[];
  readonly services: readonly number[];
  readonly resources: WireRuns;
  readonly attributes: WireRuns;
  readonly events: {
    readonly row: readonly number[];
    readonly at: readonly number[];
    readonly name: readonly number[];
    readonly attributes: WireRuns;
  };
  readonly links: {
    readonly row: readonly number[];
    readonly traceId: readonly number[];
    readonly spanId: readonly number[];
    readonly attributes: WireRuns;
  };
  readonly warnings: readonly Warning[];
}

const ID = 16;
const NONE = " ".repeat(ID);

export function toWire(trace: Trace): WireTrace {
  return atOnce(wireSteps(trace));
}

/** The same in steps, column by column and row by row where a row has many pairs. */
export function* wireSteps(trace: Trace): Steps<WireTrace> {
  const { events, links } = trace;
  const spanIds = trace.spanId.map((id) => id || NONE).join("");
  yield;
  const parentIds = trace.parentId.map((id) => id || NONE).join("");
  yield;
  const times = { start: Array.from(trace.start), duration: Array.from(trace.duration) };
  yield;
  const columns = {
    name: Array.from(trace.name),
    kind: Array.from(trace.kind),
    status: Array.from(trace.status),
    statusMessage: Array.from(trace.statusMessage),
  };
  yield;
  const more = {
    scope: Array.from(trace.scope),
    shared: Array.from(trace.shared),
    resource: Array.from(trace.resource),
    services: Array.from(trace.resources.service),
  };
  yield;
  return {
    traceId: trace.traceId,
    baseNs: trace.baseNs.toString(),
    pool: trace.pool,
    ...{ spanIds, parentIds },
    ...times,
    far: [...trace.far].map(([row, { startNs, durationNs }]) => [row, startNs.toString(), durationNs.toString()]),
    ...columns,
    ...more,
    resources: yield* runsToWire(trace.resources.attributes),
    attributes: yield* runsToWire(trace.attributes),
    events: {
      row: Array.from(events.row),
      at: Array.from(events.at),
      name: Array.from(events.name),
      attributes: yield* runsToWire(events.attributes),
    },
    links: {
      row: Array.from(links.row),
      traceId: Array.from(links.traceId),
      spanId: Array.from(links.spanId),
      attributes: yield* runsToWire(links.attributes),
    },
    warnings: trace.warnings,
  };
}

export function fromWire(wire: WireTrace): Trace {
  const events: EventColumns = {
    row: Uint32Array.from(wire.events.row),
    at: Float64Array.from(wire.events.at),
    name: Uint32Array.from(wire.events.name),
    attributes: runsFromWire(wire.events.attributes),
  };
  const links: LinkColumns = {
    row: Uint32Array.from(wire.links.row),
    traceId: Uint32Array.from(wire.links.traceId),
    spanId: Uint32Array.from(wire.links.spanId),
    attributes: runsFromWire(wire.links.attributes),
  };
  return {
    traceId: wire.traceId,
    baseNs: BigInt(wire.baseNs),
    length: wire.start.length,
    pool: wire.pool,
    spanId: idsFrom(wire.spanIds),
    parentId: idsFrom(wire.parentIds),
    start: Float64Array.from(wire.start),
    duration: Float64Array.from(wire.duration),
    far: new Map(
      wire.far.map(([row, start, duration]) => [row, { startNs: BigInt(start), durationNs: BigInt(duration) }]),
    ),
    name: Uint32Array.from(wire.name),
    kind: Uint8Array.from(wire.kind),
    status: Uint8Array.from(wire.status),
    statusMessage: Uint32Array.from(wire.statusMessage),
    scope: Uint32Array.from(wire.scope),
    shared: Uint8Array.from(wire.shared),
    resource: Uint32Array.from(wire.resource),
    resources: { service: Uint32Array.from(wire.services), attributes: runsFromWire(wire.resources) },
    attributes: runsFromWire(wire.attributes),
    ...{ events, links, warnings: wire.warnings },
  };
}

function idsFrom(joined: string): string[] {
  return Array.from({ length: joined.length / ID }, (_, i) => {
    const id = joined.slice(i * ID, (i + 1) * ID);
    return id === NONE ? "" : id;
  });
}

/** Pairs between two pauses. */
const MOST_PAIRS = 50_000;

function* runsToWire({ start, key, value }: Runs): Steps<WireRuns> {
  const counts = Array.from({ length: Math.max(0, start.length - 1) }, (_, i) => (start[i + 1] ?? 0) - (start[i] ?? 0));
  yield;
  // Of its full length at once: a list that grows is copied over and over.
  const pairs = new Array<number>(2 * key.length);
  for (let i = 0; i < key.length; i++) {
    if (i % MOST_PAIRS === 0) yield;
    pairs[2 * i] = key[i] ?? 0;
    pairs[2 * i + 1] = value[i] ?? 0;
  }
  return { counts, pairs };
}

function runsFromWire({ counts, pairs }: WireRuns): Runs {
  const start = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) start[i + 1] = (start[i] ?? 0) + (counts[i] ?? 0);
  const key = new Uint32Array(pairs.length / 2);
  const value = new Uint32Array(pairs.length / 2);
  for (let i = 0; i < key.length; i++) {
    key[i] = pairs[2 * i] ?? 0;
    value[i] = pairs[2 * i + 1] ?? 0;
  }
  return { start, key, value };
}
