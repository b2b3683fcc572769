"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { search as text } from "#components/shell/url-state.ts";
import { patchSearch, readSearch, type TraceSearch } from "./state.ts";

export type ChangeSearch = (patch: Partial<TraceSearch>, how?: "push" | "replace") => void;

/** The search in the address, and how to change it: a step that Back undoes, unless it says otherwise. */
export function useTraceSearch(): readonly [TraceSearch, ChangeSearch] {
  const params = useSearchParams().toString();
  const path = usePathname();
  const state = useMemo(() => readSearch(new URLSearchParams(params)), [params]);
  const change = useCallback<ChangeSearch>(
    (patch, how = "push") => {
      const now = new URLSearchParams(window.location.search);
      const after = text(patchSearch(now, patch));
      if (after === text(now)) return;
      if (how === "push") window.history.pushState(null, "", `${path}${after}`);
      else window.history.replaceState(null, "", `${path}${after}`);
    },
    [path],
  );
  return [state, change];
}
