"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { search } from "#components/shell/url-state.ts";
import { type ListState, patchListState, readListState } from "./rows.ts";

/** The list's part of the address, and how to change it; typing replaces, a choice is a step that Back undoes. */
export function useListState(): readonly [ListState, (patch: Partial<ListState>, how?: "push" | "replace") => void] {
  const text = useSearchParams().toString();
  const path = usePathname();
  const state = useMemo(() => readListState(new URLSearchParams(text)), [text]);
  const change = useCallback(
    (patch: Partial<ListState>, how: "push" | "replace" = "push") => {
      const now = new URLSearchParams(window.location.search);
      const address = `${path}${search(patchListState(now, patch))}`;
      if (how === "push") window.history.pushState(null, "", address);
      else window.history.replaceState(null, "", address);
    },
    [path],
  );
  return [state, change];
}
