/** What shall happen at a later simulated instant, run tick by tick; cost of adding: one map lookup. */
export class Wheel {
  readonly #tickMs: number;
  readonly #slots = new Map<number, (() => void)[]>();
  #reached = 0;

  constructor(tickMs: number, startMs: number) {
    this.#tickMs = tickMs;
    this.#reached = Math.floor(startMs / tickMs);
  }

  /** Runs `action` in the tick that holds `atMs`; at once if that tick has begun. */
  at(atMs: number, action: () => void): void {
    const slot = Math.floor(atMs / this.#tickMs);
    if (slot <= this.#reached) {
      action();
      return;
    }
    const list = this.#slots.get(slot);
    if (list === undefined) this.#slots.set(slot, [action]);
    else list.push(action);
  }

  /** Advances to `nowMs`, running what became due in order of ticks. */
  advance(nowMs: number): void {
    const target = Math.floor(nowMs / this.#tickMs);
    while (this.#reached < target) {
      this.#reached += 1;
      const due = this.#slots.get(this.#reached);
      if (due === undefined) continue;
      this.#slots.delete(this.#reached);
      for (const action of due) action();
    }
  }
}
