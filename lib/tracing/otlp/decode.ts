/** Spans out of OTLP's JSON, as they come. A span that can't be read is skipped and counted, never fatal. */
import type { SpanDraft } from "../build.ts";
import { type Collector, MAX_SPANS, type ResourceDraft } from "../collect.ts";
import { spanIdOf } from "../ids.ts";
import type { Sink } from "../json/cut.ts";
import { isObject, listOf, type Obj, stringOf } from "../json/shape.ts";
import { KINDS, type Scalar, STATUSES, type WarningCode } from "../model.ts";
import { bigOf } from "../numbers.ts";
import { pairsOf } from "./value.ts";

/** Jaeger puts what its adjusters have to say into the span. */
const JAEGER_WARNINGS = "@jaeger@warnings";

const NOBODY: ResourceDraft = { key: "", service: "", attributes: [] };

/** Takes the pieces that `OTLP` (wire.ts) names, in whatever order they come. */
export class OtlpSink implements Sink {
  readonly #collector: Collector;
  #resource: ResourceDraft | null = null;
  #scope: string | null = null;
  /** Spans that came before what they belong to. */
  #waiting: { readonly span: Obj; scope: string | null }[] = [];
  /** What stands in place of an answer. */
  error: unknown = undefined;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  piece(name: string, value: unknown): void {
    if (name === "resource") this.#resource = resourceOf(value);
    else if (name === "scope") this.#scope = isObject(value) ? stringOf(value.name) : "";
    else if (name === "error") this.error = value;
    else if (!isObject(value)) this.#collector.skip();
    else if (this.#resource !== null && this.#scope !== null) this.#add(value, this.#resource, this.#scope);
    else if (this.#waiting.length >= MAX_SPANS) this.#collector.overflow();
    else this.#waiting.push({ span: value, scope: this.#scope });
  }

  end(name: string): void {
    for (const each of this.#waiting) each.scope ??= this.#scope ?? "";
    this.#scope = null;
    if (name === "scope" && this.#resource === null) return;
    for (const { span, scope } of this.#waiting) this.#add(span, this.#resource ?? NOBODY, scope ?? "");
    this.#waiting = [];
    if (name === "resource") this.#resource = null;
  }

  #add(span: Obj, resource: ResourceDraft, scope: string): void {
    const draft = draftOf(span, scope);
    if (draft === null) this.#collector.skip();
    else this.#collector.add(span.traceId, resource, draft);
  }
}

function resourceOf(value: unknown): ResourceDraft {
  const attributes = isObject(value) ? pairsOf(value.attributes) : [];
  const service = attributes.find(([key]) => key === "service.name")?.[1] ?? "";
  return { key: JSON.stringify(attributes), service: String(service), attributes };
}

function draftOf(span: Obj, scope: string): Omit<SpanDraft, "resource"> | null {
  const spanId = spanIdOf(span.spanId);
  const startNs = bigOf(span.startTimeUnixNano ?? 0);
  const endNs = bigOf(span.endTimeUnixNano ?? span.startTimeUnixNano ?? 0);
  if (startNs === null || endNs === null) return null;
  const warnings: { code: WarningCode; detail: string }[] = droppedOf(span);
  if (spanId === "") warnings.push({ code: "bad-id", detail: "The span has no id that can be read." });
  const attributes = pairsOf(span.attributes).filter(([key, value]) => {
    if (key !== JAEGER_WARNINGS) return true;
    warnings.push(...saidOf(value));
    return false;
  });
  const status = isObject(span.status) ? span.status : {};
  return {
    spanId,
    parentId: spanIdOf(span.parentSpanId),
    name: stringOf(span.name),
    kind: KINDS[enumOf(span.kind, "SPAN_KIND_", KINDS)] ?? "unspecified",
    status: STATUSES[enumOf(status.code, "STATUS_CODE_", STATUSES)] ?? "unset",
    statusMessage: stringOf(status.message),
    startNs,
    durationNs: endNs - startNs,
    scope,
    attributes,
    events: listOf(span.events).flatMap((event) => {
      if (!isObject(event)) return [];
      const atNs = bigOf(event.timeUnixNano ?? 0) ?? startNs;
      return [{ atNs, name: stringOf(event.name), attributes: pairsOf(event.attributes) }];
    }),
    links: listOf(span.links).flatMap((link) => {
      if (!isObject(link)) return [];
      return [{ traceId: stringOf(link.traceId), spanId: spanIdOf(link.spanId), attributes: pairsOf(link.attributes) }];
    }),
    warnings,
  };
}

/** Enumerations come as numbers or as their names. */
function enumOf(raw: unknown, prefix: string, words: readonly string[]): number {
  if (typeof raw === "number") return raw;
  if (typeof raw !== "string" || !raw.startsWith(prefix)) return 0;
  return words.indexOf(raw.slice(prefix.length).toLowerCase());
}

function droppedOf(span: Obj): { code: WarningCode; detail: string }[] {
  return (["Attributes", "Events", "Links"] as const).flatMap((what) => {
    const count = span[`dropped${what}Count`];
    if (typeof count !== "number" || !(count > 0)) return [];
    return [
      { code: "dropped" as const, detail: `The instrumentation dropped ${count} ${what.toLowerCase()} of this span.` },
    ];
  });
}

function saidOf(value: Scalar): { code: WarningCode; detail: string }[] {
  let said: unknown = value;
  try {
    said = JSON.parse(String(value));
  } catch {
    // One text instead of a list of them.
  }
  return (Array.isArray(said) ? said : [said]).map((detail) => ({ code: "backend" as const, detail: String(detail) }));
}
