"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import type { PlanState } from "../plan/use-plan-flow.ts";

/**
 * What somebody writes, kept in this tab's memory until it is discarded or applied: it outlives a look at another page and
 * signing in again. Never in the browser's storage. Leaving the tab with one open asks first.
 */
export function useDraft(key: string, initial: string) {
  const store = useQueryClient();
  const [text, setText] = useState<string | null>(() => store.getQueryData<string>(["draft", key]) ?? null);
  const changed = text !== null && text !== initial;
  const write = useCallback(
    (next: string) => {
      store.setQueryDefaults(["draft", key], { gcTime: Number.POSITIVE_INFINITY });
      store.setQueryData(["draft", key], next);
      setText(next);
    },
    [store, key],
  );
  const discard = useCallback(() => {
    store.removeQueries({ queryKey: ["draft", key], exact: true });
    setText(null);
  }, [store, key]);
  useEffect(() => {
    if (!changed) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [changed]);
  return { text: text ?? initial, changed, write, discard };
}

/** A draft that was applied whole is none any more; what failed is kept. */
export function useDiscardApplied(state: PlanState, discard: () => void): void {
  useEffect(() => {
    if (state.phase === "applied" && state.applied.steps.every(({ result }) => result !== "failed")) discard();
  }, [state, discard]);
}
