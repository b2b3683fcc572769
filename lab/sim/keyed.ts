/**
 * A work queue as controllers use it: each key is worked on by one worker at a time, a key that is added while it is
 * worked on runs once more afterwards, and a failure waits and tries again a few times.
 */
export class Keyed {
  readonly #width: number;
  readonly #onFailure: (key: string, error: unknown) => void;
  readonly #waiting = new Map<string, () => Promise<void>>();
  readonly #running = new Set<string>();
  readonly #failures = new Map<string, number>();
  #idle: (() => void)[] = [];

  constructor(width: number, onFailure: (key: string, error: unknown) => void) {
    this.#width = width;
    this.#onFailure = onFailure;
  }

  add(key: string, work: () => Promise<void>): void {
    this.#waiting.set(key, work);
    this.#pump();
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#waiting.size === 0 && this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    for (const [key, work] of this.#waiting) {
      if (this.#running.size >= this.#width) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#run(key, work);
    }
    if (this.#waiting.size === 0 && this.#running.size === 0) {
      const resolved = this.#idle;
      this.#idle = [];
      for (const resolve of resolved) resolve();
    }
  }

  async #run(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failures.delete(key);
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      this.#onFailure(key, error);
      if (failures <= 5) {
        await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** failures));
        if (!this.#waiting.has(key)) this.#waiting.set(key, work);
      }
    } finally {
      this.#running.delete(key);
      this.#pump();
    }
  }
}
