"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { search as text } from "#components/shell/url-state.ts";
import { type AnalysisState, createAnalysis } from "#lib/live/analysis-store.ts";
import { fetchHeard, tellSignIn } from "#lib/query/fetch.ts";
import type { SessionChange } from "#lib/query/keeper.ts";
import { SESSION_CHANGED } from "#lib/query/session.tsx";
import { addressNow, ROUTE } from "./now.ts";
import { type AnalysisAsked, patchAnalysis, questionOf, readAnalysis } from "./state.ts";

const browser = {
  fetch: fetchHeard,
  after: (ms: number, call: () => void) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

export type ChangeAnalysis = (patch: Partial<AnalysisAsked>) => void;

/** What the address asks for, and how to change it: a step that Back undoes. */
export function useAsked(): readonly [AnalysisAsked, ChangeAnalysis] {
  const params = useSearchParams().toString();
  const path = usePathname();
  const asked = useMemo(() => readAnalysis(new URLSearchParams(params)), [params]);
  const change = useCallback<ChangeAnalysis>(
    (patch) => {
      const now = new URLSearchParams(window.location.search);
      const after = text(patchAnalysis(now, patch));
      if (after !== text(now)) window.history.pushState(null, "", `${path}${after}`);
    },
    [path],
  );
  return [asked, change];
}

export interface Running {
  readonly state: AnalysisState;
  readonly again: () => void;
  readonly stop: () => void;
}

/** Runs what is asked for, as soon as it can be, and anew when the question is another. */
export function useAnalysis(asked: AnalysisAsked): Running {
  const [store] = useState(() => createAnalysis(browser));
  const state = useSyncExternalStore(store.subscribe, store.state, store.state);
  const question = JSON.stringify(questionOf(asked));
  const again = useCallback(() => {
    const whole = { ...(JSON.parse(question) as Omit<AnalysisAsked, "by">), by: "p95" } as const;
    const address = addressNow(whole);
    if (address === null) store.stop();
    else store.start(address);
  }, [store, question]);
  useEffect(() => {
    again();
    return store.stop;
  }, [store, again]);
  useEffect(() => {
    const changed = (event: Event) => {
      const { turn } = (event as CustomEvent<SessionChange>).detail;
      // After all others the whole page begins anew (components/shell/anew.tsx).
      if (turn === "again" || turn === "rights") again();
    };
    window.addEventListener(SESSION_CHANGED, changed);
    return () => window.removeEventListener(SESSION_CHANGED, changed);
  }, [again]);
  const { problem } = state;
  useEffect(() => {
    if (problem === null) return;
    const { code, detail } = problem;
    if (code === "unauthorised" || code === "reauth" || code === "view_only") tellSignIn(ROUTE, detail);
  }, [problem]);
  return useMemo(() => ({ state, again, stop: store.stop }), [state, again, store]);
}
