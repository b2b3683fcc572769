/** GET /traces: a list from all backends, as the viewer may see it. */
import { formatInstant } from "#lib/api/instant.ts";
import { itemOf, toMs } from "#lib/api/trace-item.ts";
import type { TraceItem, TracesAnswer } from "#lib/api/traces.ts";
import type { TracesQuery } from "#lib/api/traces-query.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { SearchAnswer, TraceQuery } from "#lib/tracing/port.ts";
import type { Steps } from "#lib/tracing/steps.ts";
import { summaryOf } from "#lib/tracing/summary.ts";
import type { Told } from "../rights/viewers.ts";
import { slowly } from "../slowly.ts";
import { askAll, chosen, type Heard, told } from "./asking.ts";
import type { Backend } from "./backends.ts";
import type { TracingDeps } from "./deps.ts";
import { mayAskFor } from "./places.ts";
import { rangeOf } from "./range.ts";
import { seenTrace } from "./seen.ts";

/** @throws MeshscopeError `bad_parameter`, `bad_instant`, `forbidden`; the backend's problem where none answered */
export async function searchTraces(
  deps: TracingDeps,
  audience: Told,
  query: TracesQuery,
  signal?: AbortSignal,
): Promise<TracesAnswer> {
  const backends = chosen(deps.backends, query.backends);
  checkService(query.service, backends, audience);
  const range = rangeOf(query, deps.timers.now());
  // What may be seen of a trace is told by its spans alone.
  const whole = !audience.visibility.all;
  const asked = askedOf(query, range);
  const round = await askAll(backends, (backend) => searchOne(deps, backend, asked, { whole }, signal), signal);
  const read: { readonly items: readonly TraceItem[]; readonly hidden: number }[] = [];
  for (const each of round.heard) read.push(await slowly(itemsOf(each, deps, audience), deps.timers, signal));
  return {
    items: read.flatMap(({ items }) => items).sort(newestFirst),
    start: formatInstant(range.start),
    end: formatInstant(range.end),
    ...told(backends, round, audience),
    partial: round.heard.flatMap(({ backend, answer: { partial } }) =>
      partial === null ? [] : [{ source: backend.name, ...partial }],
    ),
    full: round.heard.filter(({ answer }) => answer.more).map(({ backend }) => backend.name),
    hidden: read.reduce((sum, each) => sum + each.hidden, 0),
    warnings: [...new Set(round.heard.flatMap(({ answer }) => answer.warnings))].map(audience.text),
  };
}

/** A search as backends are asked it. */
export function askedOf(
  query: Omit<TracesQuery, "backends" | "start" | "end">,
  range: Pick<TraceQuery, "start" | "end">,
): TraceQuery {
  return {
    service: query.service ?? null,
    operation: query.operation ?? null,
    tags: query.tags,
    errorsOnly: query.errors === "only",
    ...range,
    minDuration: query.minDuration ?? null,
    maxDuration: query.maxDuration ?? null,
    limit: query.limit,
  };
}

/** @throws MeshscopeError `forbidden`: asked for by name, existing or not */
export function checkService(service: string | undefined, backends: readonly Backend[], { visibility }: Told): void {
  if (service === undefined || backends.some(({ clusters }) => mayAskFor(service, clusters, visibility))) return;
  throw new MeshscopeError(
    "forbidden",
    "You may not see spans of this service: its namespace is hidden from you, or its name tells none.",
  );
}

/** `whole`: with all spans, also where the backend has summaries. */
export async function searchOne(
  deps: TracingDeps,
  backend: Backend,
  query: TraceQuery,
  { whole }: { readonly whole: boolean },
  signal?: AbortSignal,
): Promise<SearchAnswer> {
  const asking = { timeout: deps.timeout, ...(signal ? { signal } : {}) };
  return backend.ask("search", async (client) => {
    const can = await client.capabilities(asking);
    if (query.service === null && !can.serviceOptional)
      throw new MeshscopeError(
        "bad_query",
        `${can.api} of "${backend.name}" can only be searched for a service. Give one.`,
      );
    const limit = Math.min(query.limit, can.maxLimit);
    return client.search({ ...query, limit }, { ...asking, whole });
  });
}

function* itemsOf(
  { backend, answer }: Heard<SearchAnswer>,
  { places }: TracingDeps,
  audience: Told,
): Steps<{ items: TraceItem[]; hidden: number }> {
  if (answer.summaries !== null)
    return { items: answer.summaries.map((summary) => itemOf(summary, backend.name)), hidden: 0 };
  const text = audience.texts();
  const items: TraceItem[] = [];
  let hidden = 0;
  for (const trace of answer.traces) {
    const seen = yield* seenTrace(trace, backend, places, audience, text);
    yield;
    if (seen.trace.length === 0) {
      hidden += 1;
      continue;
    }
    const item = itemOf(summaryOf(seen.trace), backend.name);
    if (seen.hidden.spans === 0) {
      items.push(item);
      continue;
    }
    // Sums are kept; what they are made of isn't told.
    const whole = summaryOf(trace);
    const { spans, errors } = whole;
    items.push({ ...item, spans, errors, durationMs: toMs(whole.durationNs), hidden: seen.hidden });
  }
  return { items, hidden };
}

function newestFirst(a: TraceItem, b: TraceItem): number {
  const [x, y] = [BigInt(a.startNs), BigInt(b.startNs)];
  return x > y ? -1 : x < y ? 1 : a.id < b.id ? -1 : 1;
}
