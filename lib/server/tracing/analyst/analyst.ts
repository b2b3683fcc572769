/**
 * One thread beside the server's loop that does what an analysis computes, for everybody in turn: jobs are small, so that
 * several analyses advance side by side. It is there while somebody analyses. A job that breaks the thread, or is given up while
 * it runs, ends the thread; the next job has a new one, and nobody else's is lost.
 */
import { Worker } from "node:worker_threads";
import { MeshscopeError } from "#lib/errors.ts";
import type { Job, Jobs, Task } from "./jobs.ts";

/** Hands a job to the thread. @throws MeshscopeError `rate_limited`, `internal`; the signal's reason */
export type Ask = <Name extends Task>(task: Name, asked: Jobs[Name]["asked"]) => Promise<Jobs[Name]["answer"]>;

export interface AnalystOptions {
  /** The thread ended although nobody wanted it to. */
  readonly onLost: (cause: unknown) => void;
  /** Where the thread's program is. */
  readonly program?: URL;
  readonly memoryMiB?: number;
}

/** A hundred thousand spans take about 100 MiB. */
const MEMORY_MIB = 512;
/** Jobs of all analyses that wait; each holds spans. */
const MOST_WAITING = 64;
const RETRY_AFTER_SECONDS = 10;

interface Pending {
  readonly job: Job;
  readonly signal: AbortSignal;
  readonly leave: () => void;
  readonly resolve: (answer: Jobs[Task]["answer"]) => void;
  readonly reject: (reason: unknown) => void;
}

export class Analyst {
  readonly #options: AnalystOptions;
  readonly #waiting: Pending[] = [];
  #running: Pending | null = null;
  #thread: Worker | null = null;
  #users = 0;

  constructor(options: AnalystOptions) {
    this.#options = options;
  }

  /** The thread lives until the last such work is over. The work's own signal is also that of its end: what it still does by then is given up. */
  async during<T>(signal: AbortSignal, work: (ask: Ask, signal: AbortSignal) => Promise<T>): Promise<T> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    this.#users += 1;
    try {
      this.#started();
      return await work((task, asked) => this.#ask({ task, asked } as Job, either), either);
    } finally {
      over.abort();
      this.#users -= 1;
      if (this.#users === 0) this.#end();
    }
  }

  async #ask(job: Job, signal: AbortSignal): Promise<Jobs[Task]["answer"]> {
    signal.throwIfAborted();
    if (this.#waiting.length >= MOST_WAITING) {
      const detail = "The console has many analyses of traces to do at once. Start this one again in a few seconds.";
      throw new MeshscopeError("rate_limited", detail, { retryAfter: RETRY_AFTER_SECONDS });
    }
    return new Promise((resolve, reject) => {
      const pending: Pending = { job, signal, leave: () => this.#leave(pending), resolve, reject };
      signal.addEventListener("abort", pending.leave, { once: true });
      this.#waiting.push(pending);
      this.#next();
    });
  }

  #next(): void {
    if (this.#running !== null) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#running = next;
    this.#started().postMessage(next.job);
  }

  /** The running job is over, this way or that. */
  #settle(how: (pending: Pending) => void): void {
    const pending = this.#running;
    this.#running = null;
    if (pending !== null) {
      pending.signal.removeEventListener("abort", pending.leave);
      how(pending);
    }
    this.#next();
  }

  #leave(pending: Pending): void {
    const { reason } = pending.signal;
    if (this.#running === pending) {
      this.#end();
      return this.#settle(({ reject }) => reject(reason));
    }
    this.#waiting.splice(this.#waiting.indexOf(pending), 1);
    pending.reject(reason);
  }

  #started(): Worker {
    if (this.#thread !== null) return this.#thread;
    const { program = new URL("./thread.ts", import.meta.url), memoryMiB = MEMORY_MIB } = this.#options;
    const thread = new Worker(program, { name: "analyst", resourceLimits: { maxOldGenerationSizeMb: memoryMiB } });
    this.#thread = thread;
    let cause: unknown;
    thread.on("message", (answer: Jobs[Task]["answer"]) => {
      if (this.#thread === thread) this.#settle(({ resolve }) => resolve(answer));
    });
    thread.on("error", (thrown) => {
      cause = thrown;
    });
    thread.on("exit", (code) => {
      if (this.#thread !== thread) return;
      this.#thread = null;
      const lost = cause ?? new Error(`the analyst's thread ended with ${code}`);
      this.#options.onLost(lost);
      this.#settle(({ reject }) => reject(lostError(lost)));
    });
    return thread;
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = null;
    void thread?.terminate();
  }
}

function lostError(cause: unknown): MeshscopeError {
  const memory = (cause as { code?: unknown } | null)?.code === "ERR_WORKER_OUT_OF_MEMORY";
  return new MeshscopeError(
    "internal",
    memory
      ? "This analysis takes more memory than the console has for it. Ask for fewer traces, or for a shorter window."
      : "The console's own thread for this analysis broke down. Start the analysis again; should it break again, the console's log has the cause.",
    { cause },
  );
}
