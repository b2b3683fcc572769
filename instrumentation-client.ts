/**
 * Runs in the browser before React does (Next's convention): the graph is on its way while the page is still being woken
 * up. https://nextjs.org/docs/app/api-reference/file-conventions/instrumentation-client
 */
import { readUrl } from "#components/shell/url-state.ts";
import { startEarly } from "#lib/live/early.ts";
import { VIEWER_META } from "#lib/query/viewer.ts";

// In the task in which the framework begins: what is long after it is ours.
performance.mark("page:script");

const viewer = document.querySelector<HTMLMetaElement>(`meta[name=${VIEWER_META}]`)?.content;
const { pathname, search, origin } = window.location;

if (pathname === "/topology" && viewer !== undefined && !document.hidden) {
  const { look, find, hide, view, detail } = readUrl(new URLSearchParams(search));
  startEarly(viewer, [
    { type: "look", look },
    { type: "find", find, hide },
    { type: "open", view, detail, origin },
  ]);
}
