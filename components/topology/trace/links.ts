/** Ways between a trace's own page and the graph that it is drawn on. Pure. */
import { search, type TraceShown } from "#components/shell/url-state.ts";

/** The trace's page, at a span of it; `span` is a key of lib/tracing/view/keys.ts. */
export function tracePageHref({ id, backends }: TraceShown, span: string | null = null): string {
  const params = new URLSearchParams();
  if (backends.length > 0) params.set("backends", backends.join(","));
  if (span !== null) params.set("span", span);
  return `/traces/${encodeURIComponent(id)}${search(params)}`;
}
