/** Answers kept for a while: asked once however many want them, the least used go first when there are too many. */
import type { Clock } from "#lib/units.ts";

interface Entry<Value> {
  readonly value: Promise<Value>;
  /** Milliseconds of the monotonic clock; infinite while it is being asked. */
  until: number;
}

export class Kept<Value> {
  readonly #o: { readonly clock: Clock; readonly ms: number; readonly most: number };
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(o: { readonly clock: Clock; readonly ms: number; readonly most: number }) {
    this.#o = o;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What is kept under the key, or what `make` brings. What it says not to keep, or throws, is asked again next time. */
  get(key: string, make: () => Promise<{ readonly value: Value; readonly keep: boolean }>): Promise<Value> {
    const { clock, ms, most } = this.#o;
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    if (known !== undefined && clock.monotonic() < known.until) {
      this.#entries.set(key, known);
      return known.value;
    }
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    const made = make();
    const entry: Entry<Value> = { value: made.then(({ value }) => value), until: Number.POSITIVE_INFINITY };
    this.#entries.set(key, entry);
    made.then(({ keep }) => {
      if (keep) entry.until = clock.monotonic() + ms;
      else forget();
    }, forget);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > most && oldest !== undefined) this.#entries.delete(oldest);
    return entry.value;
  }
}
