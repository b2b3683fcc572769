/** The analysis that a page shows: what has come of it, whether it goes on, and why not. One at a time. */
import type { AnalysisProgress, AnalysisResult } from "#lib/api/trace-analysis.ts";
import type { Problem } from "#lib/errors.ts";
import { openAnalysis } from "./analysis.ts";
import type { Surroundings } from "./stream.ts";

export interface AnalysisState {
  /** idle: none was begun; stopped: given up by who asked. */
  readonly phase: "idle" | "running" | "stopped" | "failed" | "done";
  readonly now: AnalysisProgress | null;
  readonly baseline: AnalysisProgress | null;
  /** What is known so far; whole where the phase is done. */
  readonly result: AnalysisResult | null;
  /** Of a phase that is failed. */
  readonly problem: Problem | null;
}

const IDLE: AnalysisState = { phase: "idle", now: null, baseline: null, result: null, problem: null };

export interface AnalysisStore {
  readonly subscribe: (listener: () => void) => () => void;
  readonly state: () => AnalysisState;
  /** Begins anew, whatever was under way. */
  readonly start: (url: string) => void;
  /** Gives up what is under way; what came of it stays. */
  readonly stop: () => void;
}

export function createAnalysis(around: Pick<Surroundings, "fetch" | "after">): AnalysisStore {
  const listeners = new Set<() => void>();
  let state = IDLE;
  let close = () => {};
  const change = (patch: Partial<AnalysisState>) => {
    state = { ...state, ...patch };
    for (const listener of listeners) listener();
  };
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    start(url) {
      close();
      change({ ...IDLE, phase: "running" });
      close = openAnalysis(url, around, {
        progress: (progress) => change({ [progress.window]: progress }),
        interim: (result) => change({ result }),
        result: (result) => change({ result, phase: "done" }),
        failed: (problem) => change({ problem, phase: "failed" }),
      });
    },
    stop() {
      close();
      if (state.phase === "running") change({ phase: "stopped" });
    },
  };
}
