/** The earlier window of a channel that compares: read once for all its viewers, and again while a part of it is missing. */
import type { Timers } from "../clock.ts";
import { RETRY } from "../telemetry/past.ts";
import type { PastGraph } from "../telemetry/past-graph.ts";

export class EarlierReader {
  readonly #over = new AbortController();
  #graph: PastGraph | null = null;

  /** `read` rejects only by the signal; `onRead` is called after each reading that changed something. */
  constructor(timers: Timers, read: (signal: AbortSignal) => Promise<PastGraph>, onRead: () => void) {
    void this.#run(timers, read, onRead);
  }

  /** null until the first reading has come. */
  get graph(): PastGraph | null {
    return this.#graph;
  }

  close(): void {
    this.#over.abort();
  }

  async #run(timers: Timers, read: (signal: AbortSignal) => Promise<PastGraph>, onRead: () => void): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      const graph = await read(signal).catch(() => null);
      if (signal.aborted) return;
      if (graph !== null && graph !== this.#graph) {
        this.#graph = graph;
        onRead();
      }
      if (graph?.whole === true) return;
      await timers.sleep(RETRY, signal);
    }
  }
}
