"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { patchUrl, readUrl, search, type UrlPatch, type UrlState } from "./url-state.ts";

export interface UrlControl {
  readonly state: UrlState;
  /** Changes the address; `push` (a step that Back undoes) unless it follows typing. */
  readonly go: (patch: UrlPatch, how?: "push" | "replace") => void;
  /** The address of a change, for links. */
  readonly href: (patch: UrlPatch) => string;
}

/**
 * State of the address, and how to change it. Next takes part in history.pushState and replaceState, so that no
 * request is made for a change that only the browser needs.
 * https://nextjs.org/docs/app/getting-started/linking-and-navigating#native-history-api
 */
export function useUrl(): UrlControl {
  const params = useSearchParams();
  const path = usePathname();
  const text = params.toString();
  const state = useMemo(() => readUrl(new URLSearchParams(text)), [text]);
  const href = useCallback(
    (patch: UrlPatch) => `${path}${search(patchUrl(new URLSearchParams(text), patch))}`,
    [path, text],
  );
  const go = useCallback(
    (patch: UrlPatch, how: "push" | "replace" = "push") => {
      // From the address itself, not from the last render: two changes in one tick must both survive.
      const now = new URLSearchParams(window.location.search);
      const after = search(patchUrl(now, patch));
      if (after === search(patchUrl(now, {}))) return;
      const address = `${path}${after}`;
      if (how === "push") window.history.pushState(null, "", address);
      else window.history.replaceState(null, "", address);
    },
    [path],
  );
  return useMemo(() => ({ state, go, href }), [state, go, href]);
}
