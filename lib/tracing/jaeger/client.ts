/**
 * Asking one Jaeger: by /api/v3 where it has it, by the older /api where it must. Which of them is there is asked once:
 * v1.35 to v2.18 have both, v3 without a search by tags; from v2.21 on the older one's lists and search are gone.
 */
import { type MeshscopeError, problemOf } from "#lib/errors.ts";
import { type Asker, type AskerDeps, createAsker, type Small, type TracingTarget } from "../client/asker.ts";
import { badQuery, notThis, problem, unlike } from "../client/problem.ts";
import { readSpans, type Spans } from "../client/traces.ts";
import { isObject, listOf, stringOf } from "../json/shape.ts";
import type { Asking, Operation, SearchAnswer, TraceQuery, TracingBackend, TracingCapabilities } from "../port.ts";
import { anyFailed } from "../summary.ts";
import { legacyQuery, v3Query } from "./query.ts";
import { summariesOf } from "./summaries.ts";

interface Found {
  readonly v3: boolean;
  /** Summaries, and with them a search by tags through v3. */
  readonly summaries: boolean;
  readonly legacy: boolean;
}

/** Jaeger's own UI asks for no more. */
const MAX_LIMIT = 1_500;

export function createJaegerClient(target: TracingTarget, deps: AskerDeps): TracingBackend {
  return new JaegerClient(createAsker(target, "Jaeger", deps));
}

class JaegerClient implements TracingBackend {
  readonly kind = "jaeger";
  readonly #asker: Asker;
  #found: Promise<Found> | null = null;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  get name(): string {
    return this.#asker.named.name;
  }

  async capabilities(o: Asking): Promise<TracingCapabilities> {
    const { v3, summaries, legacy } = await this.#probe(o);
    const apis = [v3 ? "/api/v3" : null, legacy ? "/api" : null].filter((api) => api !== null);
    const tags = summaries || legacy;
    return {
      api: `Jaeger, ${apis.join(" and ")}`,
      serviceOptional: false,
      ...{ tags, durations: true, errorsOnly: tags, operations: true, summaries },
      maxLimit: MAX_LIMIT,
      language: null,
    };
  }

  services(o: Asking): Promise<readonly string[]> {
    return this.#known(o, async ({ v3 }) => {
      const { json } = await this.#small(v3 ? "/api/v3/services" : "/api/services", o);
      return texts(isObject(json) ? (v3 ? json.services : json.data) : undefined);
    });
  }

  operations(service: string, o: Asking): Promise<readonly Operation[]> {
    return this.#known(o, async ({ v3 }) => {
      const query = new URLSearchParams({ service });
      const { json } = await this.#small(`${v3 ? "/api/v3/operations" : "/api/operations"}?${query}`, o);
      const listed = listOf(isObject(json) ? (v3 ? json.operations : json.data) : undefined);
      return listed.flatMap((each): Operation[] => {
        if (!isObject(each) || typeof each.name !== "string") return [];
        return [{ name: each.name, kind: stringOf(each.spanKind ?? each.span_kind).toLowerCase() || null }];
      });
    });
  }

  search(query: TraceQuery, o: Asking & { readonly whole: boolean }): Promise<SearchAnswer> {
    return this.#known(o, async (found) => {
      if (!query.errorsOnly) return this.#search(found, query, o);
      // Some storages know a failure by the tag that Envoy and older libraries write, others by the span's status alone,
      // which can't be asked for: both are looked through.
      const asked = [{ ...query, errorsOnly: false }];
      if (found.summaries || found.legacy)
        asked.unshift({ ...query, errorsOnly: false, tags: [...query.tags, ["error", "true"]] });
      return onlyFailed(await Promise.all(asked.map((each) => this.#search(found, each, o))), query.limit);
    });
  }

  async #search(found: Found, query: TraceQuery, o: Asking & { readonly whole: boolean }): Promise<SearchAnswer> {
    if (found.summaries && !o.whole) return this.#summaries(query, o);
    const byTags = query.tags.length > 0;
    const legacy = found.legacy && (!found.v3 || (byTags && !found.summaries));
    if (byTags && !legacy && !found.summaries)
      throw problem(
        "bad_query",
        `Jaeger "${this.name}" can't search by tags: that needs v2.19 or newer, or its older /api. Search without tags.`,
      );
    const path = legacy ? `/api/traces?${legacyQuery(query)}` : `/api/v3/traces?${v3Query(query)}`;
    const spans = await this.#spans(path, legacy ? "jaeger" : "otlp", o);
    if ("status" in spans) {
      // v3 says 404 for "nothing found".
      if (isNothing(spans)) return NOTHING;
      throw this.#refusal(spans);
    }
    if (spans.error !== undefined && spans.traces.length === 0)
      throw badQuery(JSON.stringify({ error: first(spans.error) }), this.#asker.named);
    return { ...spans, summaries: null, more: spans.traces.length >= query.limit };
  }

  trace(traceId: string, o: Asking): ReturnType<TracingBackend["trace"]> {
    return this.#known(o, async ({ v3 }) => {
      // As it was stored: skew and doubles are put right here, and said.
      const path = v3 ? `/api/v3/traces/${traceId}?raw_traces=true` : `/api/traces/${traceId}?raw=true`;
      const spans = await this.#spans(path, v3 ? "otlp" : "jaeger", o);
      if ("status" in spans) {
        if (isNothing(spans)) return null;
        throw this.#refusal(spans);
      }
      const trace = spans.traces.find((each) => each.traceId === traceId.padStart(32, "0"));
      return trace === undefined ? null : { trace, partial: spans.partial };
    });
  }

  close(): Promise<void> {
    return this.#asker.close();
  }

  async #summaries(query: TraceQuery, o: Asking): Promise<SearchAnswer> {
    const answer = await this.#small(`/api/v3/trace-summaries?${v3Query(query)}`, o, true);
    const read = answer.status === 404 ? { summaries: [], unread: 0 } : summariesOf(answer.json);
    if (read === null) throw notThis(this.#asker.named, "an answer without summaries");
    const warnings = read.unread === 0 ? [] : [`${read.unread} summaries could not be read and are left out.`];
    const more = read.summaries.length + read.unread >= query.limit;
    return { traces: [], summaries: read.summaries, partial: null, more, warnings };
  }

  #spans(path: string, format: "otlp" | "jaeger", o: Asking): Promise<Spans> {
    return this.#asker.ask(path, o, (head) => readSpans(head, format, this.#asker.named));
  }

  async #small(path: string, o: Asking, absent = false): Promise<Small> {
    const answer = await this.#asker.json(path, o);
    if (answer.status === 200 && answer.json !== undefined) return answer;
    if (absent && answer.status === 404 && answer.json !== undefined) return answer;
    throw this.#refusal({ status: answer.status, text: JSON.stringify(answer.json ?? ""), html: answer.html });
  }

  #refusal({
    status,
    text,
    html,
  }: {
    readonly status: number;
    readonly text: string;
    readonly html: boolean;
  }): MeshscopeError {
    const { named } = this.#asker;
    if (status === 400 && !html) return badQuery(text, named);
    return notThis(named, unlike({ status, html }));
  }

  /** Runs a question on what is there; where that turns out to be something else, the next question asks anew. */
  async #known<T>(o: Asking, run: (found: Found) => Promise<T>): Promise<T> {
    const found = await this.#probe(o);
    try {
      return await run(found);
    } catch (thrown) {
      if (problemOf(thrown).code === "not_tracing") this.#found = null;
      throw thrown;
    }
  }

  #probe(o: Asking): Promise<Found> {
    if (this.#found !== null) return this.#found;
    const probing = this.#ask(o);
    this.#found = probing;
    // Somebody who left, or a backend that is away, must not be remembered as an answer.
    probing.catch(() => {
      if (this.#found === probing) this.#found = null;
    });
    return probing;
  }

  async #ask(o: Asking): Promise<Found> {
    const [lists, summaries, old] = await Promise.all(
      ["/api/v3/services", "/api/v3/trace-summaries", "/api/services"].map((path) => this.#asker.json(path, o)),
    );
    // Where there is no service yet the list is left out.
    const v3 =
      lists?.status === 200 && isObject(lists.json) && Object.keys(lists.json).every((key) => key === "services");
    // Without the times that it needs it refuses, in JSON; where there is no such address, a page or a plain 404 comes.
    const has = summaries?.status === 400 && isObject(summaries.json);
    const legacy = old?.status === 200 && isObject(old.json) && "data" in old.json;
    if (!v3 && !legacy) throw notThis(this.#asker.named, lists === undefined ? "nothing" : unlike(lists));
    return { v3, summaries: v3 && has, legacy };
  }
}

const NOTHING: SearchAnswer = { traces: [], summaries: null, partial: null, more: false, warnings: [] };

/** A 404 in JSON is an answer; without it the address itself isn't there. */
function isNothing({
  status,
  text,
  html,
}: {
  readonly status: number;
  readonly text: string;
  readonly html: boolean;
}): boolean {
  return status === 404 && !html && text.trimStart().startsWith("{");
}

function first(error: unknown): unknown {
  return Array.isArray(error) ? error[0] : error;
}

/** Of the answers by the tag (if it could be asked for) and without it the traces with failures, each once. */
function onlyFailed(answers: readonly SearchAnswer[], limit: number): SearchAnswer {
  const traces = new Map(answers.flatMap((each) => each.traces.map((trace) => [trace.traceId, trace])));
  const listed = answers.flatMap((each) => each.summaries ?? []);
  const summaries = new Map(listed.map((summary) => [summary.traceId, summary]));
  const failed = {
    traces: [...traces.values()].filter(anyFailed),
    summaries: [...summaries.values()].filter(({ errors }) => errors !== 0),
  };
  return {
    traces: failed.traces.slice(0, limit),
    summaries: answers.some((each) => each.summaries !== null) ? failed.summaries.slice(0, limit) : null,
    partial: answers.find((each) => each.partial !== null)?.partial ?? null,
    more:
      Math.max(failed.traces.length, failed.summaries.length) > limit ||
      areMore(answers, new Set([...failed.traces, ...failed.summaries].map(({ traceId }) => traceId))),
    warnings: [...new Set(answers.flatMap((each) => each.warnings))],
  };
}

/**
 * Without the tag the newest traces alone are looked through, so there may be older failures among those that weren't; unless
 * the storage knows the tag, as an answer by it shows that holds failures alone, and all that were found without it.
 */
function areMore(answers: readonly SearchAnswer[], failed: ReadonlySet<string>): boolean {
  const [first, second] = answers;
  const byTag = second === undefined ? null : first;
  if (byTag == null || byTag.more) return answers.some(({ more }) => more);
  const tagged = new Set([...byTag.traces, ...(byTag.summaries ?? [])].map(({ traceId }) => traceId));
  const known = tagged.size > 0 && tagged.size === failed.size && [...tagged].every((id) => failed.has(id));
  return !known && answers.some(({ more }) => more);
}

function texts(value: unknown): string[] {
  return listOf(value).filter((each) => typeof each === "string");
}
