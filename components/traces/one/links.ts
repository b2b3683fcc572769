/** Ways out of a trace's page. Pure. */
import { reveal } from "#components/shell/reveal.ts";
import { patchUrl, search, type TraceShown } from "#components/shell/url-state.ts";
import { parseNodeId, UNKNOWN } from "#lib/graph/id.ts";

/** The topology with the trace drawn on it. */
export function tracedHref(trace: TraceShown): string {
  return `/topology${search(patchUrl(new URLSearchParams(), { trace }))}`;
}

/** The same with a node selected, drawn whatever would be folded. */
export function topologyHref(node: string, trace: TraceShown): string {
  // Of which cluster a file's span is, the graph finds out.
  if (parseNodeId(node)?.cluster === UNKNOWN) return tracedHref(trace);
  const patch = reveal({ id: node, folded: true, hidden: false }, 0);
  // Spans that don't name their workload are known by their app, which the graph draws by another lens.
  const view = parseNodeId(node)?.kind === "app" ? { ...patch.view, lens: "app" as const } : patch.view;
  return `/topology${search(patchUrl(new URLSearchParams(), { ...patch, ...(view === undefined ? {} : { view }), trace }))}`;
}

/** Another trace, at a span of it. */
export function traceHref(traceId: string, spanId: string): string {
  const span = /^[0-9a-f]{16}$/.test(spanId) ? `?span=${spanId}` : "";
  return `/traces/${encodeURIComponent(traceId)}${span}`;
}

/** Where each kind of backend has a trace's own page, under its address; Tempo has none of its own. */
const PAGES: Readonly<Record<string, string>> = { jaeger: "/trace/", zipkin: "/zipkin/traces/" };

/** The trace on its backend's own pages; null where the configuration names none that is a page of the web. */
export function backendHref(externalUrl: string | undefined, kind: string | undefined, traceId: string): string | null {
  if (externalUrl === undefined || !URL.canParse(externalUrl)) return null;
  const { protocol, href } = new URL(externalUrl);
  if (protocol !== "https:" && protocol !== "http:") return null;
  const page = PAGES[kind ?? ""];
  return page === undefined ? href : `${href.replace(/\/$/, "")}${page}${encodeURIComponent(traceId)}`;
}
