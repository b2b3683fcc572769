/** Spans as decoders find them, put into columns. What is too large is cut, and the span says so. */
import { Growing } from "./growing.ts";
import type { FarTime, Runs, Scalar, SpanKind, SpanStatus, Trace, Warning, WarningCode } from "./model.ts";
import { KINDS, STATUSES } from "./model.ts";

export type Pairs = readonly (readonly [string, Scalar])[];

/** One span as a decoder hands it over. */
export interface SpanDraft {
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly status: SpanStatus;
  readonly statusMessage: string;
  readonly startNs: bigint;
  readonly durationNs: bigint;
  /** What `resource` gave. */
  readonly resource: number;
  readonly scope: string;
  readonly shared?: boolean;
  readonly attributes: Pairs;
  readonly events: readonly { readonly atNs: bigint; readonly name: string; readonly attributes: Pairs }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Pairs }[];
  readonly warnings: readonly { readonly code: WarningCode; readonly detail: string }[];
}

/** Characters of one name or value; a stack trace is shorter. */
export const MAX_TEXT = 64 * 1024;
/** Attributes of one span, event or resource; OpenTelemetry's own default is 128. */
const MAX_PAIRS = 1_000;
/** Events, and links, of one span. */
const MAX_EVENTS = 1_000;
/** Characters that a whole trace may keep. */
const MAX_POOL = 192 * 1024 * 1024;

const EXACT = BigInt(Number.MAX_SAFE_INTEGER);

export class TraceBuilder {
  readonly traceId: string;
  readonly #pool: Scalar[] = [];
  readonly #index = new Map<Scalar, number>();
  readonly #spanId: string[] = [];
  readonly #parentId: string[] = [];
  readonly #start = new Growing(Float64Array);
  readonly #duration = new Growing(Float64Array);
  readonly #far = new Map<number, FarTime>();
  readonly #name = new Growing(Uint32Array);
  readonly #kind = new Growing(Uint8Array);
  readonly #status = new Growing(Uint8Array);
  readonly #statusMessage = new Growing(Uint32Array);
  readonly #scope = new Growing(Uint32Array);
  readonly #shared = new Growing(Uint8Array);
  readonly #resource = new Growing(Uint32Array);
  readonly #services = new Growing(Uint32Array, 8);
  readonly #resourcePairs = new RunsBuilder();
  readonly #attributes = new RunsBuilder();
  readonly #events = { row: new Growing(Uint32Array), at: new Growing(Float64Array), name: new Growing(Uint32Array) };
  readonly #eventPairs = new RunsBuilder();
  readonly #links = {
    row: new Growing(Uint32Array, 8),
    traceId: new Growing(Uint32Array, 8),
    spanId: new Growing(Uint32Array, 8),
  };
  readonly #linkPairs = new RunsBuilder();
  readonly #warnings: Warning[] = [];
  #base: bigint | null = null;
  #characters = 0;
  #cut = false;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  get length(): number {
    return this.#spanId.length;
  }

  /** Adds a resource and answers its index. */
  resource(service: string, attributes: Pairs): number {
    this.#cut = false;
    this.#services.push(this.#text(service));
    this.#pairs(this.#resourcePairs, attributes);
    if (this.#cut) this.warn(-1, "cut", "Attributes of a resource were too large and are cut.");
    return this.#services.length - 1;
  }

  add(span: SpanDraft): void {
    const row = this.#spanId.length;
    this.#cut = false;
    this.#base ??= span.startNs;
    const offset = span.startNs - this.#base;
    if (!isExact(offset) || !isExact(span.durationNs))
      this.#far.set(row, { startNs: span.startNs, durationNs: span.durationNs });
    this.#spanId.push(span.spanId);
    this.#parentId.push(span.parentId);
    this.#start.push(Number(offset));
    this.#duration.push(Number(span.durationNs));
    this.#name.push(this.#text(span.name));
    this.#kind.push(KINDS.indexOf(span.kind));
    this.#status.push(STATUSES.indexOf(span.status));
    this.#statusMessage.push(this.#text(span.statusMessage));
    this.#scope.push(this.#text(span.scope));
    this.#shared.push(span.shared === true ? 1 : 0);
    this.#resource.push(span.resource);
    this.#pairs(this.#attributes, span.attributes);
    this.#addEvents(row, span);
    for (const link of this.#few(span.links)) {
      this.#links.row.push(row);
      this.#links.traceId.push(this.#text(link.traceId));
      this.#links.spanId.push(this.#text(link.spanId));
      this.#pairs(this.#linkPairs, link.attributes);
    }
    for (const { code, detail } of this.#few(span.warnings)) this.warn(row, code, detail);
    if (span.startNs <= 0n && !span.warnings.some(({ code }) => code === "bad-time"))
      this.warn(row, "bad-time", "The span was sent without the time of its start.");
    if (this.#cut)
      this.warn(
        row,
        "cut",
        "Attributes or events were too large or too many; what is missing is still at the backend.",
      );
  }

  /** `row` -1: of the trace. */
  warn(row: number, code: WarningCode, detail: string): void {
    this.#warnings.push({ row, code, detail: detail.length > 2_000 ? `${detail.slice(0, 2_000)}…` : detail });
  }

  done(): Trace {
    return {
      traceId: this.traceId,
      baseNs: this.#base ?? 0n,
      length: this.length,
      pool: this.#pool,
      spanId: this.#spanId,
      parentId: this.#parentId,
      start: this.#start.done(),
      duration: this.#duration.done(),
      far: this.#far,
      name: this.#name.done(),
      kind: this.#kind.done(),
      status: this.#status.done(),
      statusMessage: this.#statusMessage.done(),
      scope: this.#scope.done(),
      shared: this.#shared.done(),
      resource: this.#resource.done(),
      resources: { service: this.#services.done(), attributes: this.#resourcePairs.done() },
      attributes: this.#attributes.done(),
      events: {
        row: this.#events.row.done(),
        at: this.#events.at.done(),
        name: this.#events.name.done(),
        attributes: this.#eventPairs.done(),
      },
      links: {
        row: this.#links.row.done(),
        traceId: this.#links.traceId.done(),
        spanId: this.#links.spanId.done(),
        attributes: this.#linkPairs.done(),
      },
      warnings: this.#warnings,
    };
  }

  #addEvents(row: number, span: SpanDraft): void {
    for (const event of this.#few(span.events)) {
      this.#events.row.push(row);
      this.#events.at.push(Number(event.atNs - (this.#base ?? 0n)));
      this.#events.name.push(this.#text(event.name));
      this.#pairs(this.#eventPairs, event.attributes);
    }
  }

  #few<Item>(items: readonly Item[]): readonly Item[] {
    if (items.length <= MAX_EVENTS) return items;
    this.#cut = true;
    return items.slice(0, MAX_EVENTS);
  }

  #pairs(runs: RunsBuilder, pairs: Pairs): void {
    if (pairs.length > MAX_PAIRS) this.#cut = true;
    const most = Math.min(pairs.length, MAX_PAIRS);
    for (let i = 0; i < most; i++) {
      const pair = pairs[i];
      if (pair !== undefined) runs.push(this.#text(pair[0]), this.#scalar(pair[1]));
    }
    runs.next();
  }

  #scalar(value: Scalar): number {
    return typeof value === "string" ? this.#text(value) : this.#intern(value);
  }

  #text(text: string): number {
    if (text.length > MAX_TEXT || this.#characters > MAX_POOL) {
      this.#cut = true;
      return this.#intern(this.#characters > MAX_POOL ? "" : `${text.slice(0, MAX_TEXT)}…`);
    }
    return this.#intern(text);
  }

  #intern(value: Scalar): number {
    const known = this.#index.get(value);
    if (known !== undefined) return known;
    const index = this.#pool.length;
    this.#pool.push(value);
    this.#index.set(value, index);
    if (typeof value === "string") this.#characters += value.length;
    return index;
  }
}

const isExact = (ns: bigint): boolean => ns <= EXACT && ns >= -EXACT;

class RunsBuilder {
  readonly #start = new Growing(Uint32Array);
  readonly #key = new Growing(Uint32Array);
  readonly #value = new Growing(Uint32Array);

  constructor() {
    this.#start.push(0);
  }

  push(key: number, value: number): void {
    this.#key.push(key);
    this.#value.push(value);
  }

  /** The owner's run is complete. */
  next(): void {
    this.#start.push(this.#key.length);
  }

  done(): Runs {
    return { start: this.#start.done(), key: this.#key.done(), value: this.#value.done() };
  }
}
