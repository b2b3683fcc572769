/** What a viewer may see of a trace: spans of hidden places are left out, their callees hang from the nearest caller that is left. Pure; linear. */
import { TraceBuilder } from "./build.ts";
import {
  attributesOf,
  durationNs,
  eventsAt,
  hasFailed,
  kindOf,
  linksAt,
  nameOf,
  type Scalar,
  serviceOf,
  startNs,
  statusOf,
  type Trace,
  textAt,
} from "./model.ts";
import { mayPause, type Steps } from "./steps.ts";

export interface Seen {
  readonly trace: Trace;
  /** Rows of the whole trace, in the order of the new ones. */
  readonly rows: readonly number[];
  readonly hidden: { readonly spans: number; readonly errors: number };
}

/** `may`: may this row be seen? `text`: a text as the viewer may read it. Spans that are left say nothing of those that aren't. */
export function* visibleTrace(
  trace: Trace,
  parent: Int32Array,
  may: (row: number) => boolean,
  text: (text: string) => string,
): Steps<Seen> {
  const builder = new TraceBuilder(trace.traceId);
  const rows: number[] = [];
  const visible: boolean[] = [];
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    visible.push(may(row));
  }
  const resources = new Map<number, number>();
  const value = (each: Scalar): Scalar => (typeof each === "string" ? text(each) : each);
  const pairs = (list: readonly (readonly [string, Scalar])[]) =>
    list.map(([key, each]) => [text(key), value(each)] as const);
  let errors = 0;
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    if (!visible[row]) {
      if (hasFailed(trace, row)) errors += 1;
      continue;
    }
    const own = trace.resource[row] ?? 0;
    const resource =
      resources.get(own) ??
      builder.resource(text(serviceOf(trace, row)), pairs(attributesOf(trace, trace.resources.attributes, own)));
    resources.set(own, resource);
    const { id, skipped } = callerOf(trace, parent, visible, row);
    builder.add({
      spanId: trace.spanId[row] ?? "",
      parentId: id,
      name: text(nameOf(trace, row)),
      kind: kindOf(trace, row),
      status: statusOf(trace, row),
      statusMessage: text(textAt(trace, trace.statusMessage[row])),
      ...{ startNs: startNs(trace, row), durationNs: durationNs(trace, row), resource },
      scope: text(textAt(trace, trace.scope[row])),
      shared: trace.shared[row] === 1,
      attributes: pairs(attributesOf(trace, trace.attributes, row)),
      events: eventsAt(trace, row).map((event) => ({
        ...event,
        name: text(event.name),
        attributes: pairs(event.attributes),
      })),
      links: linksAt(trace, row).map((link) => ({ ...link, attributes: pairs(link.attributes) })),
      warnings: skipped
        ? [{ code: "hidden", detail: "Spans between this one and its caller are in namespaces that you may not see." }]
        : [],
    });
    rows.push(row);
  }
  const at = new Map(rows.map((row, place) => [row, place]));
  for (const { row, code, detail } of trace.warnings) {
    const place = row < 0 ? -1 : at.get(row);
    if (place !== undefined) builder.warn(place, code, text(detail));
  }
  const spans = trace.length - rows.length;
  if (spans > 0) builder.warn(-1, "hidden", `${spans} spans are in namespaces that you may not see.`);
  return { trace: builder.done(), rows, hidden: { spans, errors } };
}

/** The nearest caller that may be seen; a caller that isn't in the trace keeps its id. */
function callerOf(
  trace: Trace,
  parent: Int32Array,
  visible: readonly boolean[],
  row: number,
): { id: string; skipped: boolean } {
  const first = parent[row] ?? -1;
  if (first < 0) return { id: trace.parentId[row] ?? "", skipped: false };
  let at = first;
  while (at >= 0 && !visible[at]) at = parent[at] ?? -1;
  return { id: at < 0 ? "" : (trace.spanId[at] ?? ""), skipped: at !== first };
}
