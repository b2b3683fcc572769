/** Traces in memory, as many spans as fit; the oldest traces go first. It finds what Jaeger's memory storage finds. */
import { type Attribute, type ExportRequest, KINDS, type Stored, textOf } from "./model.ts";

export interface Query {
  readonly service: string;
  readonly operation: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Unix nanoseconds, the first included; of a span's start. */
  readonly start: bigint;
  readonly end: bigint;
  /** Nanoseconds; null: any. */
  readonly minDuration: bigint | null;
  readonly maxDuration: bigint | null;
  readonly limit: number;
}

export interface Operation {
  readonly name: string;
  readonly spanKind: string;
}

/** About a kilobyte each; room for one trace as large as the console takes (100,000), and for others. */
const SPANS = 120_000;
/** Attributes that are shared between spans: most values come again and again. */
const SHARED = 100_000;

export class TraceStore {
  readonly #most: number;
  /** By trace id, the oldest first. */
  readonly #traces = new Map<string, Stored[]>();
  readonly #operations = new Map<string, Map<string, Operation>>();
  readonly #shared = new Map<string, Attribute>();
  #count = 0;

  constructor(most: number = SPANS) {
    this.#most = most;
  }

  /** Takes an export request. */
  add(request: ExportRequest): void {
    for (const { resource, scopeSpans } of request.resourceSpans ?? []) {
      const attributes = this.#attributes(resource?.attributes);
      const service = textOf(attributes.find(({ key }) => key === "service.name")?.value ?? {});
      for (const { scope, spans } of scopeSpans ?? []) {
        for (const span of spans ?? []) {
          const own = { ...span, attributes: this.#attributes(span.attributes) };
          this.#keep({ span: own, scope: scope ?? {}, service, resource: attributes });
        }
      }
    }
  }

  get(traceId: string): readonly Stored[] | null {
    return this.#traces.get(traceId.toLowerCase().padStart(32, "0")) ?? null;
  }

  services(): string[] {
    return [...this.#operations.keys()].sort();
  }

  operations(service: string): Operation[] {
    return [...(this.#operations.get(service)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Traces with a span that all conditions hold of, the newest first. An empty service stands for any. */
  find(query: Query): (readonly Stored[])[] {
    const found: (readonly Stored[])[] = [];
    for (const trace of [...this.#traces.values()].reverse()) {
      if (found.length >= query.limit) break;
      if (trace.some((stored) => fits(stored, query))) found.push(trace);
    }
    return found;
  }

  #keep(stored: Stored): void {
    const { span, service } = stored;
    const trace = this.#traces.get(span.traceId);
    if (trace) trace.push(stored);
    else this.#traces.set(span.traceId, [stored]);
    const operations = this.#operations.get(service) ?? new Map<string, Operation>();
    this.#operations.set(service, operations);
    const spanKind = KINDS[span.kind ?? 0] ?? "";
    operations.set(`${spanKind} ${span.name}`, { name: span.name, spanKind });
    this.#count += 1;
    while (this.#count > this.#most) {
      const [oldest] = this.#traces;
      if (oldest === undefined) break;
      this.#traces.delete(oldest[0]);
      this.#count -= oldest[1].length;
    }
  }

  #attributes(attributes: readonly Attribute[] = []): readonly Attribute[] {
    if (this.#shared.size > SHARED) this.#shared.clear();
    return attributes.map((attribute) => {
      const text = attribute.value.stringValue;
      if (text === undefined || text.length > 200) return attribute;
      const key = `${attribute.key}\n${text}`;
      const known = this.#shared.get(key);
      if (known !== undefined) return known;
      this.#shared.set(key, attribute);
      return attribute;
    });
  }
}

function fits({ span, service, resource }: Stored, query: Query): boolean {
  const start = BigInt(span.startTimeUnixNano);
  const length = BigInt(span.endTimeUnixNano) - start;
  if (query.service !== "" && service !== query.service) return false;
  if (query.operation !== "" && span.name !== query.operation) return false;
  if (start < query.start || start > query.end) return false;
  if (query.minDuration !== null && length < query.minDuration) return false;
  if (query.maxDuration !== null && length > query.maxDuration) return false;
  const all = [
    ...(span.attributes ?? []),
    ...resource,
    ...(span.events ?? []).flatMap((event) => event.attributes ?? []),
  ];
  // Jaeger's memory storage compares `error` with the status, as a truth that no text is: it finds spans that are OK.
  const { error, ...tags } = query.tags;
  if (error !== undefined && span.status?.code !== 1) return false;
  return Object.entries(tags).every(([key, value]) =>
    all.some((each) => each.key === key && textOf(each.value) === value),
  );
}
