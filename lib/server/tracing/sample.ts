/** A sample of traces of one window, slice by slice, so that every part of the time is heard. */
import { problemOf } from "#lib/errors.ts";
import type { Dissected } from "#lib/tracing/analysis/dissect.ts";
import type { Subject } from "#lib/tracing/analysis/entry.ts";
import type { Decomposed } from "#lib/tracing/analysis/parts.ts";
import type { Propagation } from "#lib/tracing/analysis/propagation.ts";
import { serviceOf, type Trace } from "#lib/tracing/model.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Told } from "../rights/viewers.ts";
import { slowly } from "../slowly.ts";
import type { Ask } from "./analyst/analyst.ts";
import type { Backend } from "./backends.ts";
import { countedOf } from "./counted.ts";
import type { TracingDeps } from "./deps.ts";
import type { Counted } from "./histogram.ts";
import type { Located } from "./places.ts";
import { seenTrace } from "./seen.ts";

export interface Window {
  readonly start: UnixSeconds;
  readonly end: UnixSeconds;
}

/** One stretch of the window, all of equal length. */
export interface Slice {
  /** Traces of the sample that were found in it. */
  readonly traces: number;
  /** A backend has more of it than it was asked for. */
  readonly more: boolean;
  /** A backend didn't answer for it. */
  readonly failed: boolean;
  /** It has been searched. */
  readonly read: boolean;
}

export interface Sampled extends Window {
  readonly slices: readonly Slice[];
  /** Traces asked for in each slice, of all backends together. */
  readonly each: number;
  readonly traces: readonly Decomposed[];
  /** Trace id → its backend. */
  readonly from: ReadonlyMap<string, string>;
  /** Traces found, also those in which the subject has no span. */
  readonly kept: number;
  /** No slice had more than was asked for. */
  readonly complete: boolean;
  /** Whose requests Prometheus is asked for; null where the spans don't tell. */
  readonly counted: Counted | null;
  /** Service → where its spans were made. */
  readonly places: ReadonlyMap<string, readonly Located[]>;
  /** What each trace has of the service. */
  readonly propagation: readonly Propagation[];
  readonly problems: readonly { readonly source: string; readonly code: string; readonly detail: string }[];
  readonly warnings: readonly string[];
}

export interface Progress {
  readonly slices: number;
  readonly done: number;
  readonly traces: number;
}

/** Slices read at a time: each is a search with whole traces. */
const AT_ONCE = 2;
const SLICES = { least: 4, most: 20, tracesEach: 10 } as const;
/** Services, and places of each, that are kept in mind. */
const MOST = { services: 500, places: 20 } as const;
/** Spans handed to the analyst at a time: copying a thousand holds the server's loop up for about a millisecond. */
const PORTION = 1_000;

export async function sampleWindow(
  deps: TracingDeps,
  backends: readonly Backend[],
  audience: Told,
  o: {
    readonly subject: Subject;
    readonly window: Window;
    readonly wanted: number;
    readonly signal: AbortSignal;
    readonly ask: Ask;
    /** `sofar`: the sample as far as it has come. */
    readonly onProgress: (progress: Progress, sofar: () => Sampled) => Promise<void>;
  },
): Promise<Sampled> {
  const { window, wanted } = o;
  const slices = Math.min(SLICES.most, Math.max(SLICES.least, Math.ceil(wanted / SLICES.tracesEach)));
  const limit = Math.max(1, Math.ceil(wanted / slices / backends.length));
  const gathering = new Gathering(deps, audience, o.subject, o.ask);
  const length = (window.end - window.start) / slices;
  const waiting = spread(slices);
  let done = 0;
  const sofar = (): Sampled => ({ ...window, each: limit * backends.length, ...gathering.result(slices) });
  const lane = async (): Promise<void> => {
    for (let slice = waiting.shift(); slice !== undefined; slice = waiting.shift()) {
      const start = unixSeconds(window.start + slice * length);
      await gathering.slice(slice, backends, { start, end: unixSeconds(start + length) }, limit, o.signal);
      done += 1;
      await o.onProgress({ slices, done, traces: gathering.traces.length }, sofar);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return sofar();
}

/** Slices in such an order that the first few lie all over the window: what is given up early has heard of all of it. */
function spread(slices: number): number[] {
  const order: number[] = [];
  for (let step = 2 ** Math.ceil(Math.log2(slices)); step >= 1; step /= 2)
    for (let slice = 0; slice < slices; slice += step) if (!order.includes(slice)) order.push(slice);
  return order;
}

/** Traces in their order, about so many spans at a time. */
function* portions(traces: readonly Trace[]): Generator<readonly Trace[]> {
  let [some, spans]: [Trace[], number] = [[], 0];
  for (const trace of traces) {
    some.push(trace);
    spans += trace.length;
    if (spans < PORTION) continue;
    yield some;
    [some, spans] = [[], 0];
  }
  if (some.length > 0) yield some;
}

/** Failures that the next question would run into as well. */
const LASTING: ReadonlySet<string> = new Set(["upstream_unreachable", "upstream_unauthorised", "not_tracing"]);
/** Other failures in a row, after which a backend isn't asked for the slices that are left: each may take as long as a search may. */
const PATIENCE = 2;

type Filling = { -readonly [Key in keyof Slice]: Slice[Key] };

class Gathering {
  readonly traces: Decomposed[] = [];
  readonly #deps: TracingDeps;
  readonly #audience: Told;
  readonly #subject: Subject;
  readonly #ask: Ask;
  readonly #text: (text: string) => string;
  readonly #from = new Map<string, string>();
  readonly #problems = new Map<string, { source: string; code: string; detail: string }>();
  readonly #warnings = new Set<string>();
  readonly #propagation: Propagation[] = [];
  readonly #slices = new Map<number, Filling>();
  readonly #places = new Map<string, Map<string, Located>>();
  readonly #seen = new Set<string>();
  /** By backend, in a row. */
  readonly #failures = new Map<string, number>();
  #counted: Counted | null = null;

  constructor(deps: TracingDeps, audience: Told, subject: Subject, ask: Ask) {
    this.#deps = deps;
    this.#audience = audience;
    this.#subject = subject;
    this.#ask = ask;
    this.#text = audience.texts();
  }

  async slice(
    slice: number,
    backends: readonly Backend[],
    window: Window,
    limit: number,
    signal: AbortSignal,
  ): Promise<void> {
    await Promise.all(
      backends.map(async (backend) => {
        const found = await this.#found(slice, backend, window, limit, signal);
        for (const some of portions(found)) await this.#take(slice, backend, some);
      }),
    );
    this.#slice(slice).read = true;
  }

  result(count: number): Omit<Sampled, keyof Window | "each"> {
    const slices = Array.from({ length: count }, (_, slice) => ({ ...this.#slice(slice) }));
    return {
      slices,
      traces: [...this.traces],
      from: this.#from,
      kept: this.#seen.size,
      complete: slices.every(({ more, failed, read }) => read && !more && !failed),
      counted: this.#counted,
      places: new Map([...this.#places].map(([service, places]) => [service, [...places.values()]])),
      propagation: [...this.#propagation],
      problems: [...this.#problems.values()],
      warnings: [...this.#warnings],
    };
  }

  #slice(at: number): Filling {
    const slice = this.#slices.get(at) ?? { traces: 0, more: false, failed: false, read: false };
    this.#slices.set(at, slice);
    return slice;
  }

  /** Nothing where the backend fails, or has failed too often to be asked again. */
  async #found(slice: number, backend: Backend, window: Window, limit: number, signal: AbortSignal) {
    const { name } = backend;
    const failures = this.#failures.get(name) ?? 0;
    this.#slice(slice).failed ||= failures >= PATIENCE;
    if (failures >= PATIENCE) return [];
    try {
      const found = await this.#search(slice, backend, window, limit, signal);
      this.#failures.delete(name);
      return found;
    } catch (thrown) {
      signal.throwIfAborted();
      const { code, detail } = problemOf(thrown);
      this.#problems.set(name, { source: name, code, detail: this.#audience.text(detail) });
      this.#failures.set(name, LASTING.has(code) ? PATIENCE : failures + 1);
      this.#slice(slice).failed = true;
      return [];
    }
  }

  async #search(slice: number, backend: Backend, window: Window, limit: number, signal: AbortSignal) {
    const { service, operation } = this.#subject;
    const asking = { timeout: this.#deps.timeout, signal };
    return backend.ask("sample", async (client) => {
      const query = {
        service,
        operation,
        tags: [],
        errorsOnly: false,
        ...window,
        minDuration: null,
        maxDuration: null,
        limit,
      };
      const { traces, partial, more, warnings } = await client.search(query, { ...asking, whole: true });
      if (more || partial !== null) this.#slice(slice).more = true;
      for (const warning of [...warnings, ...(partial === null ? [] : [partial.detail])])
        this.#warnings.add(this.#audience.text(warning));
      return traces;
    });
  }

  async #take(slice: number, backend: Backend, whole: readonly Trace[]): Promise<void> {
    const { places, timers } = this.#deps;
    // Two slices find the same trace where its spans lie in both.
    const fresh = whole.filter(({ traceId }) => !this.#seen.has(traceId));
    for (const { traceId } of fresh) this.#seen.add(traceId);
    const traces: Trace[] = [];
    for (const each of fresh)
      traces.push((await slowly(seenTrace(each, backend, places, this.#audience, this.#text), timers)).trace);
    const nowNs = BigInt(Math.round(timers.now() * 1000)) * 1_000_000n;
    if (traces.length === 0) return;
    const dissected = await this.#ask("dissect", { traces, subject: this.#subject, nowNs });
    for (const [at, each] of dissected.entries()) {
      const trace = traces[at];
      if (trace !== undefined) this.#keep(slice, backend, trace, each);
    }
  }

  #keep(slice: number, backend: Backend, trace: Trace, { propagation, found }: Dissected): void {
    const { places } = this.#deps;
    this.#propagation.push(propagation);
    if (found === null) return;
    this.#slice(slice).traces += 1;
    this.traces.push(found.decomposed);
    this.#from.set(trace.traceId, backend.name);
    this.#counted ??= countedOf(trace, found, this.#subject, (row) =>
      places.key(places.of(trace, row, backend.clusters)),
    );
    this.#note(trace, backend);
  }

  /** Where each service's first span was made. */
  #note(trace: Trace, { clusters }: Backend): void {
    const noted = new Set<string>();
    for (let row = 0; row < trace.length; row++) {
      const service = serviceOf(trace, row);
      if (noted.has(service)) continue;
      noted.add(service);
      const known = this.#places.get(service) ?? new Map<string, Located>();
      if (known.size >= MOST.places || (known.size === 0 && this.#places.size >= MOST.services)) continue;
      this.#places.set(service, known);
      const place = this.#deps.places.of(trace, row, clusters);
      known.set(`${place.clusters.join()}/${place.namespace}/${place.app}/${place.workload}`, place);
    }
  }
}
