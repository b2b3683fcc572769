"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { search } from "#components/shell/url-state.ts";
import { type ChangesState, patchChangesState, readChangesState } from "./rows.ts";

/** The page's part of the address, and how to change it; typing replaces, a choice is a step that Back undoes. */
export function useChangesState(): readonly [
  ChangesState,
  (patch: Partial<ChangesState>, how?: "push" | "replace") => void,
] {
  const text = useSearchParams().toString();
  const path = usePathname();
  const state = useMemo(() => readChangesState(new URLSearchParams(text)), [text]);
  const change = useCallback(
    (patch: Partial<ChangesState>, how: "push" | "replace" = "push") => {
      const now = new URLSearchParams(window.location.search);
      const address = `${path}${search(patchChangesState(now, patch))}`;
      if (how === "push") window.history.pushState(null, "", address);
      else window.history.replaceState(null, "", address);
    },
    [path],
  );
  return [state, change];
}
