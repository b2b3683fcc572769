"use client";

import { useEffect, useRef, useState } from "react";
import type { PlanFlow } from "#components/policies/plan/use-plan-flow.ts";
import type { ManifestDraft } from "./use-manifest-draft.ts";

/** How long an applied draft waits for the console's watch to see what was written. */
const SEEN_MS = 5000;

/** Once the cluster shows what was applied, the draft has done its work. true: it waits for that. */
export function useSettled({ state }: PlanFlow, { discard, overtaken }: ManifestDraft, refetch: () => void): boolean {
  const done = state.phase === "applied" && state.applied.steps.every(({ result }) => result !== "failed");
  const applied = done ? state.applied.at : null;
  const [settled, setSettled] = useState<string | null>(null);
  const waiting = applied !== null && settled !== applied;
  // The draft's objects on the cluster are other ones than those it began with: the watch has seen the write.
  const seen = overtaken.length > 0;
  const latest = useRef({ seen, discard, refetch });
  useEffect(() => {
    latest.current = { seen, discard, refetch };
  });
  useEffect(() => {
    if (!waiting) return;
    const began = performance.now();
    const timer = setInterval(() => {
      if (!latest.current.seen && performance.now() - began < SEEN_MS) return latest.current.refetch();
      clearInterval(timer);
      setSettled(applied);
      return latest.current.discard();
    }, 300);
    return () => clearInterval(timer);
  }, [waiting, applied]);
  return waiting;
}
