/** From a text in one of the three formats to traces: for answers that stream in, and for files that somebody opens. */
import { Collector, MAX_SPANS } from "./collect.ts";
import { LegacySink } from "./jaeger/decode.ts";
import { LEGACY } from "./jaeger/wire.ts";
import { JsonCutter, type Plan, type Sink } from "./json/cut.ts";
import type { Trace } from "./model.ts";
import { OtlpSink } from "./otlp/decode.ts";
import { OTLP } from "./otlp/wire.ts";
import { ZipkinSink } from "./zipkin/decode.ts";
import { ZIPKIN } from "./zipkin/wire.ts";

type TraceSink = Sink & { readonly error?: unknown };

export type Format = "otlp" | "jaeger" | "zipkin";

const READERS: Readonly<
  Record<Format, { readonly plans: readonly Plan[]; readonly sink: (collector: Collector) => TraceSink }>
> = {
  otlp: { plans: OTLP, sink: (collector) => new OtlpSink(collector) },
  jaeger: { plans: LEGACY, sink: (collector) => new LegacySink(collector) },
  zipkin: { plans: ZIPKIN, sink: (collector) => new ZipkinSink(collector) },
};

export interface Read {
  readonly traces: readonly Trace[];
  /** Spans that could not be read. */
  readonly unread: number;
  /** There were more than MAX_SPANS; those that came first are here. */
  readonly beyond: boolean;
  /** What the format has in place of an answer; undefined where there is none. */
  readonly error: unknown;
}

/** Reads a text part by part. */
export class TraceReader {
  readonly #collector: Collector;
  readonly #cutter: JsonCutter;
  readonly #sink: TraceSink;

  constructor(format: Format, most: number = MAX_SPANS) {
    const reader = READERS[format];
    this.#collector = new Collector(most);
    this.#sink = reader.sink(this.#collector);
    this.#cutter = new JsonCutter(reader.plans, this.#sink);
  }

  /** The next part; false once more would be in vain. @throws CutError for what is no JSON, or too deep */
  write(text: string): boolean {
    if (this.#collector.full) return false;
    this.#cutter.write(text);
    return !this.#collector.full;
  }

  /** Characters that were understood so far: after a CutError, where the text breaks. */
  get at(): number {
    return this.#cutter.at;
  }

  /** `cut`: the text was given up before its end. @throws CutError for a text that ends in the middle */
  finish(cut = false): Read {
    if (!cut && !this.#collector.full) this.#cutter.finish();
    // What waits for the end of its trace or resource is shown without it.
    else this.#sink.end?.("resource");
    return {
      traces: this.#collector.done(),
      unread: this.#collector.unread,
      beyond: this.#collector.beyond,
      error: this.#sink.error,
    };
  }
}

/** Characters by which a format is known. */
export const BEGINNING = 4_096;

/** The format of a file, by its beginning; null for none of them. Costs one look at the first characters. */
export function formatOf(beginning: string): Format | null {
  const text = beginning.trimStart().slice(0, BEGINNING);
  if (text.startsWith("[")) return "zipkin";
  if (!text.startsWith("{")) return null;
  if (/"(?:resourceSpans|scopeSpans|batches|instrumentationLibrarySpans)"\s*:/.test(text)) return "otlp";
  return /"(?:data|traceID|processes|operationName)"\s*:/.test(text) ? "jaeger" : null;
}

/** A whole text. @throws CutError */
export function readTraces(format: Format, text: string): Read {
  const reader = new TraceReader(format);
  reader.write(text);
  return reader.finish();
}
