"use client";

import { useRef } from "react";
import type { GraphView } from "#lib/api/view.ts";
import { useUrl } from "./use-url.ts";

/** Changes the scope so that Back undoes all that was ticked while one picker was open: the first pushes, the rest replace. */
export function useScopeChange(): (patch: Partial<GraphView>) => void {
  const { go } = useUrl();
  const changed = useRef(false);
  return (patch) => {
    go({ view: patch }, changed.current ? "replace" : "push");
    changed.current = true;
  };
}
