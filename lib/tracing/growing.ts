/** Columns whose length isn't known before the last span has come. */

type Numbers = Float64Array | Uint32Array | Uint8Array;
type Make<Column extends Numbers> = new (length: number) => Column;

/** A column that grows; the append is amortised O(1). */
export class Growing<Column extends Numbers> {
  readonly #make: Make<Column>;
  #values: Column;
  #length = 0;

  constructor(make: Make<Column>, room = 64) {
    this.#make = make;
    this.#values = new make(room);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const wider = new this.#make(2 * this.#length);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  set(at: number, value: number): void {
    this.#values[at] = value;
  }

  /** A copy of exactly what was pushed. */
  done(): Column {
    return this.#values.slice(0, this.#length) as Column;
  }
}
