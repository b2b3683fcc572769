/** Ways out of a trace's page. Pure. */
import { reveal } from "#components/shell/reveal.ts";
import { patchUrl, search } from "#components/shell/url-state.ts";

/** The topology with a node selected, drawn whatever would be folded. */
export function topologyHref(node: string): string {
  return `/topology${search(patchUrl(new URLSearchParams(), reveal({ id: node, folded: true, hidden: false }, 0)))}`;
}

/** Another trace, at a span of it. */
export function traceHref(traceId: string, spanId: string): string {
  const span = /^[0-9a-f]{16}$/.test(spanId) ? `?span=${spanId}` : "";
  return `/traces/${encodeURIComponent(traceId)}${span}`;
}

/** Whether an address from configuration may be a link: pages of the web alone. */
export function webHref(text: string | undefined): string | null {
  if (text === undefined || !URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
