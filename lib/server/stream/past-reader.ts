/** What is of the past: read once, and again while a part of it is missing. */
import type { Timers } from "../clock.ts";
import { RETRY } from "../telemetry/past.ts";

export class PastReader<T extends { readonly whole: boolean }> {
  readonly #over = new AbortController();
  #read: T | null;

  /** `read` rejects only by the signal; `onRead` is called after each reading that changed something. `known`: what was read just now. */
  constructor(timers: Timers, read: (signal: AbortSignal) => Promise<T>, onRead: () => void, known: T | null = null) {
    this.#read = known;
    void this.#run(timers, read, onRead);
  }

  /** null until the first reading has come. */
  get value(): T | null {
    return this.#read;
  }

  close(): void {
    this.#over.abort();
  }

  async #run(timers: Timers, read: (signal: AbortSignal) => Promise<T>, onRead: () => void): Promise<void> {
    const { signal } = this.#over;
    if (this.#read !== null) await timers.sleep(RETRY, signal);
    while (!signal.aborted) {
      const now = await read(signal).catch(() => null);
      if (signal.aborted) return;
      if (now !== null && now !== this.#read) {
        this.#read = now;
        onRead();
      }
      if (now?.whole === true) return;
      await timers.sleep(RETRY, signal);
    }
  }
}
