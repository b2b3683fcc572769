/** What is said of a trace on the graph. Pure. */
import type { UrlState } from "#components/shell/url-state.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { LiveStatus, TraceStatus } from "#lib/live/messages.ts";
import { parseFileTraceId } from "#lib/live/trace/file-id.ts";
import type { TraceHead } from "#lib/live/trace/messages.ts";
import { idTitle } from "../names.ts";

/** Names that fit beside each other; the others are counted. */
const NAMED = 4;

/** `5 of its 6 calls are on this map. Not in this graph: db, cache.` */
export function onMapText(status: TraceStatus, head: Pick<TraceHead, "id" | "hidden" | "partial">): string {
  const { calls, onMap, lit, hidden, missing, unplaced } = status;
  const away = hidden.nodes + hidden.edges;
  const names = missing.slice(0, NAMED).map(idTitle).join(", ");
  const more = missing.length - NAMED;
  const parts = [
    calls === 0
      ? `It made no call from one place to another that its spans tell of; ${formatPlural(lit.nodes, "mark")} on this map.`
      : `${formatCount(onMap)} of its ${formatPlural(calls, "call")} ${onMap === 1 ? "is" : "are"} on this map.`,
    missing.length === 0 ? "" : `Not in this graph: ${names}${more > 0 ? ` and ${formatPlural(more, "other")}` : ""}.`,
    away === 0 ? "" : `${formatCount(away)} of what it went through ${away === 1 ? "is" : "are"} hidden.`,
    unplaced === 0 ? "" : `${formatPlural(unplaced, "span")} can’t be placed.`,
    head.hidden === undefined ? "" : `${formatPlural(head.hidden.spans, "span")} you may not see.`,
    head.partial === null ? "" : "Not all of the trace is here.",
    parseFileTraceId(head.id) === null
      ? ""
      : "It is from a file: placed by the names in its spans alone, which may be those of another mesh.",
  ];
  return parts.filter(Boolean).join(" ");
}

/** When the trace was over, RFC 3339 on whole seconds: its calls are in the window before. */
export function endOf({ start, durationMs }: Pick<TraceHead, "start" | "durationMs">): string {
  const end = new Date(Math.ceil((Date.parse(start) + durationMs) / 1000) * 1000);
  return end.toISOString().replace(".000Z", "Z");
}

/** Why the graph of then can't be shown apart from the one that is; null where it can. */
export function whyNotThen(
  then: string,
  { view }: Pick<UrlState, "view">,
  { at }: Pick<LiveStatus, "at">,
): string | null {
  if (view.at !== null || at === null || Date.parse(then) <= Date.parse(at)) return null;
  return "It is as new as the graph itself: what is shown is the graph of then.";
}
