/**
 * The page's first script: bundled on its own (scripts/steps/early.ts) into the page's head, so that it runs before the
 * first style and script are even asked for. Where the page is the graph's, it starts the graph's worker on the view that
 * the address names: the graph is read and laid out while the page is still being woken up. `data-viewer` of its element
 * says for whom, `data-worker` where the worker's script is.
 */
import { readUrl } from "#components/shell/url-state.ts";
import { type Slot, startEarly } from "#lib/live/early.ts";

const { viewer, worker } = document.querySelector<HTMLScriptElement>("script[data-worker]")?.dataset ?? {};
const { pathname, search, origin } = window.location;

if (pathname === "/topology" && viewer !== undefined && worker !== undefined && !document.hidden) {
  const { look, find, hide, view, detail } = readUrl(new URLSearchParams(search));
  startEarly(
    viewer,
    [
      { type: "look", look },
      { type: "find", find, hide },
      { type: "open", view, detail, origin },
    ],
    (name) => new Worker(worker, { name }),
    globalThis as Slot,
  );
}
