/**
 * Asking one Grafana Tempo: search by TraceQL, traces by id. Written by its documentation and tested on shapes recorded from
 * there; no Tempo ran beside it. https://grafana.com/docs/tempo/latest/api_docs/
 */
import { type AskerDeps, createAsker, type Small, type TracingTarget } from "../client/asker.ts";
import { badQuery, notThis, unlike } from "../client/problem.ts";
import { readSpans, type Spans } from "../client/traces.ts";
import type { Trace } from "../model.ts";
import type { Asking, SearchAnswer, TraceQuery, TracingBackend, TracingCapabilities } from "../port.ts";
import { foundOf, valuesOf } from "./decode.ts";
import { traceQl } from "./query.ts";

/** Traces that are fetched whole at a time. */
const AT_ONCE = 4;

const CAPABILITIES: TracingCapabilities = {
  api: "Tempo, TraceQL",
  ...{ serviceOptional: true, tags: true, durations: true, errorsOnly: true, operations: true, summaries: true },
  maxLimit: 500,
  language: "TraceQL",
};

const SERVICES = "/api/v2/search/tag/resource.service.name/values";

export function createTempoClient(target: TracingTarget, deps: AskerDeps): TracingBackend {
  const asker = createAsker(target, "Tempo", deps);
  const refuse = ({ status, text, html }: { status: number; text: string; html: boolean }) =>
    status === 400 && !html ? badQuery(text, asker.named) : notThis(asker.named, unlike({ status, html }));
  const refuseSmall = ({ status, json, html }: Small) => refuse({ status, text: JSON.stringify(json ?? ""), html });

  async function values(path: string, o: Asking): Promise<readonly string[]> {
    const answer = await asker.json(path, o);
    const found = answer.status === 200 ? valuesOf(answer.json) : null;
    if (found === null) throw refuseSmall(answer);
    return found.sort();
  }

  async function trace(traceId: string, o: Asking): ReturnType<TracingBackend["trace"]> {
    // Version 2 says whether it is whole; older servers have only the first.
    for (const path of [`/api/v2/traces/${traceId}`, `/api/traces/${traceId}`]) {
      const spans: Spans = await asker.ask(path, o, (head) => readSpans(head, "otlp", asker.named));
      if (!("status" in spans)) {
        const found = spans.traces.find((each) => each.traceId === traceId.padStart(32, "0"));
        return found === undefined ? null : { trace: found, partial: spans.partial };
      }
      if (spans.status !== 404 || spans.html) throw refuse(spans);
    }
    return null;
  }

  async function search(query: TraceQuery, o: Asking): Promise<SearchAnswer> {
    const parameters = new URLSearchParams({
      q: traceQl(query),
      start: String(Math.floor(query.start)),
      end: String(Math.ceil(query.end)),
      limit: String(query.limit),
      spss: "1",
    });
    const answer = await asker.json(`/api/search?${parameters}`, o);
    const found = answer.status === 200 ? foundOf(answer.json) : null;
    if (found === null) throw refuseSmall(answer);
    const warnings =
      found.unread === 0 ? [] : [`${found.unread} traces of the answer could not be read and are left out.`];
    const more = found.summaries.length + found.unread >= query.limit;
    return { traces: [], summaries: found.summaries, partial: null, more, warnings };
  }

  return {
    name: target.name,
    kind: "tempo",
    async capabilities(o) {
      await values(SERVICES, o);
      return CAPABILITIES;
    },
    services: (o) => values(SERVICES, o),
    async operations(service, o) {
      const q = traceQl({ service });
      const names = await values(`/api/v2/search/tag/name/values?${new URLSearchParams({ q })}`, o);
      return names.map((name) => ({ name, kind: null }));
    },
    async search(query, o) {
      const found = await search(query, o);
      if (!o.whole) return found;
      const ids = (found.summaries ?? []).map(({ traceId }) => traceId);
      return { ...found, summaries: null, traces: await whole(ids, (id) => trace(id, o)) };
    },
    trace,
    close: () => asker.close(),
  };
}

/** A search doesn't bring whole traces: each is asked for, a few at a time. One that is gone meanwhile is left out. */
async function whole(
  ids: readonly string[],
  ask: (id: string) => ReturnType<TracingBackend["trace"]>,
): Promise<Trace[]> {
  const found: (Trace | null)[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let place = next++; place < ids.length; place = next++)
      found[place] = (await ask(ids[place] ?? ""))?.trace ?? null;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return found.filter((trace) => trace !== null);
}
