/** Whole traces of a list, read one by one and written into one file. Browser only; loaded when somebody asks for the first. */
import type { TraceAnswer, TraceItem } from "#lib/api/traces.ts";
import { getJson } from "#lib/query/fetch.ts";
import type { Format } from "#lib/tracing/decode.ts";
import { writeTraces } from "#lib/tracing/encode.ts";
import type { Trace } from "#lib/tracing/model.ts";
import { fromWire, type WireTrace } from "#lib/tracing/wire.ts";

/** Of one file: more are for the backend's own export. */
export const MOST_TRACES = 100;
/** Answers under way at once. */
const BESIDE = 4;

export interface Taken {
  readonly text: string;
  readonly traces: number;
  /** Which could not be read, and are left out. */
  readonly failed: number;
}

/** `done` counts the traces that were asked for so far. @throws DOMException where the signal ends it */
export async function takeTraces(
  items: readonly TraceItem[],
  format: Format,
  done: (count: number) => void,
  signal: AbortSignal,
): Promise<Taken> {
  const wanted = items.slice(0, MOST_TRACES);
  const found: (Trace | null)[] = wanted.map(() => null);
  let next = 0;
  let count = 0;
  const work = async () => {
    for (let index = next++; index < wanted.length; index = next++) {
      const item = wanted[index];
      if (item !== undefined) found[index] = await readOne(item, signal).catch(() => null);
      signal.throwIfAborted();
      count += 1;
      done(count);
    }
  };
  await Promise.all(Array.from({ length: BESIDE }, work));
  const traces = found.filter((trace) => trace !== null);
  return { text: writeTraces(format, traces), traces: traces.length, failed: wanted.length - traces.length };
}

async function readOne({ id, backend }: TraceItem, signal: AbortSignal): Promise<Trace | null> {
  const params = new URLSearchParams({ format: "columns", backends: backend });
  const { columns } = await getJson<TraceAnswer>(`/api/v1/traces/${encodeURIComponent(id)}`, params, signal);
  return columns === undefined ? null : fromWire(columns as unknown as WireTrace);
}
