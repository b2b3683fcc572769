/** Traces for tests: a few words a span, and any span set for properties. */
import fc from "fast-check";
import { type Pairs, TraceBuilder } from "./build.ts";
import { KINDS, type SpanKind, type Trace } from "./model.ts";

/** Times in milliseconds after the trace's base. */
export interface Sketch {
  readonly id: string;
  readonly parent?: string;
  readonly service?: string;
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly at: number;
  readonly ms: number;
  readonly error?: boolean;
  readonly shared?: boolean;
  readonly tags?: Readonly<Record<string, string | number | boolean>>;
  readonly resource?: Readonly<Record<string, string>>;
}

export const BASE_NS = 1_763_000_000_000_000_000n;

/** A span id of its own for a short word. */
export function id(word: string): string {
  return Array.from(word, (letter) => letter.charCodeAt(0).toString(16))
    .join("")
    .padStart(16, "0")
    .slice(-16);
}

const pairs = (record: Readonly<Record<string, string | number | boolean>> = {}): Pairs => Object.entries(record);

export function traceOf(spans: readonly Sketch[], traceId = "a".repeat(32)): Trace {
  const builder = new TraceBuilder(traceId);
  for (const span of spans) {
    builder.add({
      spanId: id(span.id),
      parentId: span.parent === undefined ? "" : id(span.parent),
      name: span.name ?? span.id,
      kind: span.kind ?? "internal",
      status: span.error ? "error" : "unset",
      statusMessage: "",
      startNs: BASE_NS + BigInt(Math.round(span.at * 1e6)),
      durationNs: BigInt(Math.round(span.ms * 1e6)),
      resource: builder.resource(span.service ?? "app", pairs(span.resource)),
      scope: "",
      shared: span.shared === true,
      attributes: pairs(span.tags),
      events: [],
      links: [],
      warnings: [],
    });
  }
  return builder.done();
}

/** Any span set: missing parents, cycles, doubled ids, negative durations and times far away included. */
export const anySpans: fc.Arbitrary<Sketch[]> = fc
  .array(
    fc.record({
      id: fc.constantFrom(..."abcdefghij"),
      parent: fc.option(fc.constantFrom(..."abcdefghijxy"), { nil: "" }),
      service: fc.constantFrom("web", "cart", "db"),
      kind: fc.constantFrom(...KINDS),
      at: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -50, max: 200 }) }, fc.integer({ min: -1e12, max: 1e12 })),
      ms: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 150 }) }, fc.integer({ min: -100, max: 1e12 })),
      shared: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((spans) => spans.map(({ parent, ...span }) => (parent ? { ...span, parent } : span)));
