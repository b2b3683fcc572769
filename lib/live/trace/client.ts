/** The main thread's handle on a trace's worker. Holds the picture that is drawn; all else is asked for. */
import type { FromTraceWorker, QuestionKind, Questions, ToTraceWorker, TraceRequest, TraceState } from "./messages.ts";

export interface TraceHandle {
  /** Reads a trace, also one that was read before. */
  readonly open: (request: TraceRequest) => void;
  /** null when there is no trace to ask of, or the handle was closed meanwhile. */
  readonly ask: <Kind extends QuestionKind>(
    kind: Kind,
    ask: Questions[Kind]["ask"],
  ) => Promise<Questions[Kind]["answer"] | null>;
  /** Calls back when the state changes (for useSyncExternalStore). */
  readonly subscribe: (changed: () => void) => () => void;
  readonly state: () => TraceState;
  readonly close: () => void;
}

/** The part of a Worker that is used. */
export interface TraceWorker {
  postMessage(message: ToTraceWorker): void;
  onmessage: ((event: MessageEvent<FromTraceWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

export const READING: TraceState = { phase: "reading" };

const BROKEN: TraceState = {
  phase: "failed",
  problem: {
    code: "internal",
    detail: "The part of the page that keeps the trace has failed. Reload the page.",
  },
};

/** Starts the worker. The literal `new URL` is what the bundler looks for. */
export function createTrace(
  worker: TraceWorker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
): TraceHandle {
  const listeners = new Set<() => void>();
  const waiting = new Map<number, (answer: Questions[QuestionKind]["answer"] | null) => void>();
  let state = READING;
  let asked = 0;
  const turn = (next: TraceState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const giveUp = () => {
    for (const answer of waiting.values()) answer(null);
    waiting.clear();
  };
  worker.onmessage = ({ data }) => {
    if (data.type === "state") {
      turn(data.state);
      return;
    }
    waiting.get(data.id)?.(data.answer);
    waiting.delete(data.id);
  };
  worker.onerror = () => {
    giveUp();
    turn(BROKEN);
  };
  return {
    open(request) {
      turn(READING);
      worker.postMessage({ type: "open", request });
    },
    ask<Kind extends QuestionKind>(kind: Kind, ask: Questions[Kind]["ask"]) {
      asked += 1;
      const id = asked;
      return new Promise<Questions[Kind]["answer"] | null>((resolve) => {
        waiting.set(id, resolve);
        worker.postMessage({
          type: "ask",
          id,
          question: { kind, ...ask } as Extract<ToTraceWorker, { type: "ask" }>["question"],
        });
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    close() {
      giveUp();
      worker.terminate();
      listeners.clear();
    },
  };
}
