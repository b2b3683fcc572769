"use client";

import { useMemo, useSyncExternalStore } from "react";
import { subscribeSeconds } from "#components/shell/clock.ts";
import { problemsNow } from "./now.ts";
import type { AnalysisAsked, problemsOf } from "./state.ts";

/** What is wrong with what is asked, as time goes on: an instant that lay ahead when the page was opened is past by and by. */
export function useProblems(asked: AnalysisAsked): ReturnType<typeof problemsOf> {
  // As text it is equal to itself from second to second, and nothing renders again for it.
  const found = () => JSON.stringify(problemsNow(asked));
  const text = useSyncExternalStore(subscribeSeconds, found, found);
  return useMemo(() => JSON.parse(text) as ReturnType<typeof problemsOf>, [text]);
}
