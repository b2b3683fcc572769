/**
 * Failed sign-ins, counted by whatever names who tries. Memory is fixed: a count-min sketch of leaking buckets, placed by
 * a hash that outsiders can't predict, so that a flood of names costs nothing and can only make strangers wait longer.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "#lib/units.ts";

const ROWS = 4;
const WIDTH = 4_096;

export interface LimitRule {
  /** Failures at once before the first refusal. */
  readonly burst: number;
  /** Seconds after which one more is allowed. */
  readonly every: number;
}

export class Limiter {
  readonly #rule: LimitRule;
  readonly #clock: Clock;
  readonly #secret = randomBytes(16);
  readonly #levels = new Float32Array(ROWS * WIDTH);
  /** Seconds of the monotonic clock at which each level was true. */
  readonly #since = new Float64Array(ROWS * WIDTH);

  constructor(rule: LimitRule, clock: Clock) {
    this.#rule = rule;
    this.#clock = clock;
  }

  /** Counts an attempt. 0: go ahead; else seconds to wait, and nothing was counted. */
  take(name: string): number {
    const places = this.#places(name);
    const level = Math.min(...places.map((place) => this.#leaked(place)));
    if (level > this.#rule.burst - 1) return Math.max(1, Math.ceil((level - this.#rule.burst + 1) * this.#rule.every));
    for (const place of places) this.#levels[place] = (this.#levels[place] ?? 0) + 1;
    return 0;
  }

  /** The attempt was none to count: it succeeded, or nobody could judge it. */
  giveBack(name: string): void {
    for (const place of this.#places(name)) this.#levels[place] = Math.max(0, this.#leaked(place) - 1);
  }

  #leaked(place: number): number {
    const now = this.#clock.monotonic() / 1000;
    const level = Math.max(0, (this.#levels[place] ?? 0) - (now - (this.#since[place] ?? 0)) / this.#rule.every);
    this.#levels[place] = level;
    this.#since[place] = now;
    return level;
  }

  #places(name: string): readonly number[] {
    const hash = createHmac("sha256", this.#secret).update(name).digest();
    return Array.from({ length: ROWS }, (_, row) => row * WIDTH + (hash.readUInt32LE(row * 4) % WIDTH));
  }
}
