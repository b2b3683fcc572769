/** Spans out of Jaeger's legacy JSON. A trace's processes come after its spans, so spans wait for the end of their trace. */
import type { Pairs, SpanDraft } from "../build.ts";
import { type Collector, MAX_SPANS, type ResourceDraft } from "../collect.ts";
import { spanIdOf, traceIdOf } from "../ids.ts";
import type { Sink } from "../json/cut.ts";
import { isObject, listOf, type Obj, stringOf } from "../json/shape.ts";
import { KINDS, type Scalar, STATUSES } from "../model.ts";
import { microsToNs, wholeOf } from "../numbers.ts";

/** Tags that stand for fields of the model. https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/ */
const FIELDS: ReadonlySet<string> = new Set([
  "span.kind",
  "otel.status_code",
  "otel.status_description",
  "otel.scope.name",
  "otel.scope.version",
  "otel.library.name",
  "otel.library.version",
  "internal.span.format",
]);

export class LegacySink implements Sink {
  readonly #collector: Collector;
  #spans: Obj[] = [];
  #processes: Obj = {};
  #traceId: unknown = undefined;
  #warnings: readonly unknown[] = [];
  /** What stands in place of an answer. */
  error: unknown = undefined;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  piece(name: string, value: unknown): void {
    if (name === "traceId") this.#traceId = value;
    else if (name === "processes") this.#processes = isObject(value) ? value : {};
    else if (name === "warnings") this.#warnings = listOf(value);
    else if (name === "error") this.error = value ?? undefined;
    else if (!isObject(value)) this.#collector.skip();
    else if (this.#spans.length >= MAX_SPANS) this.#collector.overflow();
    else this.#spans.push(value);
  }

  end(): void {
    const known = new Map<string, ResourceDraft>();
    for (const span of this.#spans) {
      const resource = this.#resource(span, known);
      const draft = draftOf(span);
      if (draft === null) this.#collector.skip();
      else this.#collector.add(span.traceID ?? this.#traceId, resource, draft);
    }
    for (const warning of this.#warnings) this.#collector.warn(this.#traceId, String(warning));
    this.#spans = [];
    this.#processes = {};
    this.#warnings = [];
    this.#traceId = undefined;
  }

  #resource(span: Obj, known: Map<string, ResourceDraft>): ResourceDraft {
    if (isObject(span.process)) return resourceOf(span.process);
    const id = stringOf(span.processID);
    const found = known.get(id);
    if (found !== undefined) return found;
    const process = Object.hasOwn(this.#processes, id) ? this.#processes[id] : undefined;
    const resource = resourceOf(isObject(process) ? process : {});
    known.set(id, resource);
    return resource;
  }
}

function resourceOf(process: Obj): ResourceDraft {
  const service = stringOf(process.serviceName);
  const attributes = pairsOf(process.tags);
  return { key: JSON.stringify([service, attributes]), service, attributes };
}

function draftOf(span: Obj): Omit<SpanDraft, "resource"> | null {
  const startNs = microsToNs(span.startTime ?? 0);
  const durationNs = microsToNs(span.duration ?? 0);
  if (startNs === null || durationNs === null) return null;
  const tags = pairsOf(span.tags);
  const tag = (key: string): string => String(tags.find(([name]) => name === key)?.[1] ?? "");
  const spanId = spanIdOf(span.spanID);
  const { parentId, links } = referencesOf(span);
  const kind = tag("span.kind").toLowerCase();
  const status = tag("otel.status_code").toLowerCase();
  return {
    spanId,
    parentId,
    name: stringOf(span.operationName),
    kind: KINDS.find((each) => each === kind) ?? "unspecified",
    status: STATUSES.find((each) => each === status) ?? "unset",
    statusMessage: tag("otel.status_description"),
    startNs,
    durationNs,
    scope: tag("otel.scope.name") || tag("otel.library.name"),
    attributes: tags.filter(([key]) => !FIELDS.has(key)),
    events: listOf(span.logs).flatMap((log) => {
      if (!isObject(log)) return [];
      const fields = pairsOf(log.fields);
      const name = fields.find(([key]) => key === "event")?.[1] ?? "";
      const atNs = microsToNs(log.timestamp) ?? startNs;
      return [{ atNs, name: String(name), attributes: fields.filter(([key]) => key !== "event") }];
    }),
    links,
    warnings: [
      ...(spanId === "" ? [{ code: "bad-id" as const, detail: "The span has no id that can be read." }] : []),
      ...listOf(span.warnings).map((detail) => ({ code: "backend" as const, detail: String(detail) })),
    ],
  };
}

/** The parent is the first reference into the same trace, a child's before a follower's; all others are links. */
function referencesOf(span: Obj): Pick<SpanDraft, "parentId" | "links"> {
  const references = listOf(span.references).filter(isObject);
  const own = traceIdOf(span.traceID);
  const within = references.filter((each) => traceIdOf(each.traceID) === own);
  const parent = within.find((each) => each.refType === "CHILD_OF") ?? within[0];
  return {
    parentId: parent === undefined ? spanIdOf(span.parentSpanID) : spanIdOf(parent.spanID),
    links: references
      .filter((each) => each !== parent)
      .map((each) => ({ traceId: stringOf(each.traceID), spanId: spanIdOf(each.spanID), attributes: [] })),
  };
}

function pairsOf(raw: unknown): Pairs {
  return listOf(raw).flatMap((tag): [string, Scalar][] => {
    if (!isObject(tag) || typeof tag.key !== "string") return [];
    const value = scalarOf(tag.type, tag.value);
    return value === null ? [] : [[tag.key, value]];
  });
}

function scalarOf(type: unknown, value: unknown): Scalar | null {
  if (type === "int64") return wholeOf(value);
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}
