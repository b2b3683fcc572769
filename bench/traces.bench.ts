/**
 * Traces: from the backend's answer to our own, from that to a critical path as the browser's worker has it, beside the usual
 * way with an object a span; and where the time goes across a thousand of them. Sizes are spans of one trace.
 */
import { criticalPath } from "#lib/tracing/analysis/critical-path.ts";
import { readTraces } from "#lib/tracing/decode.ts";
import type { Trace } from "#lib/tracing/model.ts";
import { buildTree } from "#lib/tracing/tree.ts";
import { pictureOf } from "#lib/tracing/view/picture.ts";
import { fromWire, toWire, type WireTrace } from "#lib/tracing/wire.ts";
import { analysisFigures } from "./support/analysis.ts";
import { type Figure, median } from "./support/scale.ts";
import { generatedTrace } from "./support/spans.ts";

export const sizes = [1_000, 10_000, 100_000] as const;

const NOW_NS = 1_763_001_000_000_000_000n;
const ROUNDS = 7;
/** Of the analysis across traces. */
const SAMPLE = { traces: 1_000, spans: 50 } as const;

/** The first rounds are slower, as they are for a user. */
function time<T>(work: () => T): { ms: number; first: number; result: T } {
  const all: number[] = [];
  let result: T | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    result = work();
    all.push(performance.now() - start);
  }
  return { ms: median(all), first: all[0] ?? Number.NaN, result: result as T };
}

function readOne(text: string): Trace {
  const [trace] = readTraces("otlp", text).traces;
  if (trace === undefined) throw new Error("the generated trace can't be read");
  return trace;
}

const lengthOf = (trace: Trace): number => {
  const path = criticalPath(buildTree(trace, { nowNs: NOW_NS, skew: true }));
  return path.to.reduce((sum, to, i) => sum + to - (path.from[i] ?? 0), 0);
};

interface PlainSpan {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly tags: ReadonlyMap<string, unknown>;
  readonly service: string;
  readonly children: PlainSpan[];
}

interface Otlp {
  readonly result: {
    readonly resourceSpans: readonly {
      readonly resource: {
        readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
      };
      readonly scopeSpans: readonly {
        readonly spans: readonly {
          readonly spanId: string;
          readonly parentSpanId?: string;
          readonly startTimeUnixNano: string;
          readonly endTimeUnixNano: string;
          readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
        }[];
      }[];
    }[];
  };
}

/** What one would write first: parse it all, an object and a map a span, recursion along the path. No repairs, no clocks. */
function reference(text: string): number {
  const { resourceSpans } = (JSON.parse(text) as Otlp).result;
  const spans = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
    return scopeSpans.flatMap((scope) =>
      scope.spans.map(
        (span): PlainSpan => ({
          ...span,
          start: BigInt(span.startTimeUnixNano),
          end: BigInt(span.endTimeUnixNano),
          tags: new Map(span.attributes.map(({ key, value }) => [key, value.stringValue])),
          service,
          children: [],
        }),
      ),
    );
  });
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const roots: PlainSpan[] = [];
  for (const span of spans) {
    const parent = byId.get(span.parentSpanId ?? "");
    if (parent) parent.children.push(span);
    else roots.push(span);
  }
  const longest = roots.reduce((best, root) => (root.end - root.start > best.end - best.start ? root : best));
  const walk = (span: PlainSpan, from: bigint, to: bigint): bigint => {
    let [cursor, sum] = [to, 0n];
    const ends = (child: PlainSpan) => (child.end < to ? child.end : to);
    for (const child of span.children.sort((a, b) => (ends(b) > ends(a) ? 1 : -1))) {
      const end = ends(child);
      const start = child.start > from ? child.start : from;
      if (end > cursor || start >= end) continue;
      sum += cursor - end + walk(child, start, end);
      cursor = start;
    }
    return sum + cursor - from;
  };
  return Number(walk(longest, longest.start, longest.end));
}

export async function* run(size: number): AsyncGenerator<Figure> {
  const name = "traces";
  const text = generatedTrace(size, 1);
  const plain = time(() => reference(text));
  const read = time(() => readOne(text));
  yield { name, size, metric: "bytes of the backend's answer", value: text.length, unit: "B" };
  yield {
    name,
    size,
    metric: "backend's answer to model and critical path",
    value: time(() => lengthOf(readOne(text))).ms,
    unit: "ms",
    baseline: plain.ms,
  };
  yield { name, size, metric: "backend's answer to model", value: read.ms, unit: "ms" };
  const answer = time(() => JSON.stringify(toWire(read.result)));
  yield { name, size, metric: "model to our answer", value: answer.ms, unit: "ms" };
  yield { name, size, metric: "bytes of our answer", value: answer.result.length, unit: "B", baseline: text.length };
  const worker = time(() => lengthOf(fromWire(JSON.parse(answer.result) as WireTrace)));
  yield {
    name,
    size,
    metric: "our answer to model and critical path",
    value: worker.ms,
    unit: "ms",
    baseline: plain.ms,
  };
  yield { name, size, metric: "the same, first time", value: worker.first, unit: "ms", baseline: plain.first };
  const drawn = time(() => {
    const wire = JSON.parse(answer.result) as WireTrace;
    return pictureOf(buildTree(fromWire(wire), { nowNs: NOW_NS, skew: true }), wire.spanIds);
  });
  yield {
    name,
    size,
    metric: "our answer to all that its page draws",
    value: drawn.ms,
    unit: "ms",
    baseline: plain.ms,
  };
  if (worker.result !== plain.result) throw new Error("the two critical paths differ");
  if (size !== sizes[0]) return;
  yield* analysisFigures(Array.from({ length: SAMPLE.traces }, (_, i) => readOne(generatedTrace(SAMPLE.spans, i + 1))));
}
