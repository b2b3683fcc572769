/** What all decoders share: spans sorted into their traces, up to a limit, with one resource row per distinct resource. */
import { type Pairs, type SpanDraft, TraceBuilder } from "./build.ts";
import { traceIdOf } from "./ids.ts";
import type { Trace } from "./model.ts";

/** Spans of one answer. What comes after them isn't kept, and the answer says so. */
export const MAX_SPANS = 100_000;

interface Open {
  readonly builder: TraceBuilder;
  /** By the resource's own text. */
  readonly resources: Map<string, number>;
}

/** A resource as a decoder found it. `key` is equal for equal ones. */
export interface ResourceDraft {
  readonly key: string;
  readonly service: string;
  readonly attributes: Pairs;
}

export class Collector {
  readonly #most: number;
  readonly #open = new Map<string, Open>();
  #spans = 0;
  #unread = 0;
  #full = false;
  #beyond = false;

  constructor(most: number = MAX_SPANS) {
    this.#most = most;
  }

  /** Nothing more is kept: reading on would be in vain. */
  get full(): boolean {
    return this.#full;
  }

  /** There were more spans than are kept. */
  get beyond(): boolean {
    return this.#beyond;
  }

  /** A span more than can be kept, where reading must go on all the same. */
  overflow(): void {
    this.#beyond = true;
  }

  /** Things in place of spans that could not be read. */
  get unread(): number {
    return this.#unread;
  }

  skip(): void {
    this.#unread += 1;
  }

  /** Adds a span to its trace; an id that can't be read skips it. */
  add(rawTraceId: unknown, resource: ResourceDraft, draft: Omit<SpanDraft, "resource">): void {
    const traceId = traceIdOf(rawTraceId);
    if (traceId === null) return this.skip();
    if (this.#spans >= this.#most) {
      this.#full = true;
      this.#beyond = true;
      return;
    }
    this.#spans += 1;
    const open = this.#trace(traceId);
    let index = open.resources.get(resource.key);
    if (index === undefined) {
      index = open.builder.resource(resource.service, resource.attributes);
      open.resources.set(resource.key, index);
    }
    open.builder.add({ ...draft, resource: index });
  }

  /** A warning of a whole trace, by the backend. */
  warn(rawTraceId: unknown, detail: string): void {
    const traceId = traceIdOf(rawTraceId);
    if (traceId !== null) this.#open.get(traceId)?.builder.warn(-1, "backend", detail);
  }

  /** The traces in the order of their first spans. */
  done(): Trace[] {
    return [...this.#open.values()].map(({ builder }) => builder.done());
  }

  #trace(traceId: string): Open {
    const known = this.#open.get(traceId);
    if (known) return known;
    const open = { builder: new TraceBuilder(traceId), resources: new Map<string, number>() };
    this.#open.set(traceId, open);
    return open;
  }
}
