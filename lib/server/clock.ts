/** Time for the long-lived parts of the server: the clock plus waiting, so that tests can hold both still. */
import { type Clock, type Milliseconds, milliseconds, unixSeconds } from "#lib/units.ts";

export interface Timers extends Clock {
  /** Resolves after `ms`, or at once when the signal aborts; it never rejects. */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. Timers don't keep the process alive: the listening socket does. */
export const systemTimers: Timers = {
  now: () => unixSeconds(Date.now() / 1000),
  monotonic: () => milliseconds(performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      signal?.addEventListener("abort", done, { once: true });
    }),
};
