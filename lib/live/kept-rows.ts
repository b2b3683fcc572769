type Column = Float64Array | Float32Array | Uint16Array | Uint8Array;

/**
 * Columns of numbers, a row a thing, kept from one refresh to the next: a row is written again where another object stands in its
 * place. What doesn't change between two graphs is the same object in both (graph/delta.ts), and most of it doesn't.
 */
export class KeptRows<Thing extends object, Columns extends Readonly<Record<string, Column>>> {
  private readonly make: (count: number) => Columns;
  private readonly write: (columns: Columns, at: number, thing: Thing) => void;
  private things: readonly Thing[] = [];
  private columns: Columns;

  /** `write` writes each column of a row, whatever was there before. */
  constructor(make: (count: number) => Columns, write: (columns: Columns, at: number, thing: Thing) => void) {
    this.make = make;
    this.write = write;
    this.columns = make(0);
  }

  /** The columns of these things: to be read, and only until the next call. */
  of(things: readonly Thing[]): Columns {
    if (things === this.things) return this.columns;
    if (things.length !== this.things.length) {
      this.things = [];
      this.columns = this.make(things.length);
    }
    const before = this.things;
    for (let at = 0; at < things.length; at++) {
      const thing = things[at] as Thing;
      if (thing !== before[at]) this.write(this.columns, at, thing);
    }
    this.things = things;
    return this.columns;
  }
}
