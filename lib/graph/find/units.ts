/**
 * Numbers as they are typed: `250ms`, `0.25s`, `600/m`, `1%`, `5kB/s`. Every kind of number has a unit of its own, in which
 * the graph holds it; a bare number is in that unit (percent for shares, as in Kiali).
 */

/** `amount` is either a share of the traffic or a rate: its unit says which. */
export type Quantity = "count" | "rate" | "time" | "share" | "bytes" | "amount";

interface Unit {
  readonly text: string;
  /** The graph's unit is the typed number × times ÷ by. */
  readonly times: number;
  readonly by: number;
}

const unit = (text: string, times = 1, by = 1): Unit => ({ text, times, by });

const RATES = [unit("/s"), unit("/m", 1, 60), unit("/min", 1, 60), unit("/h", 1, 3600), unit("k/s", 1000)];
const SHARES = [unit("%", 1, 100)];

/** In the order they are offered. Rates are per second, times milliseconds, shares 0…1, bytes per second. */
const UNITS: Readonly<Record<Quantity, readonly Unit[]>> = {
  count: [unit(""), unit("k", 1000), unit("M", 1_000_000)],
  rate: [...RATES, unit("req/s"), unit("rps"), unit("")],
  time: [unit("ms"), unit("s", 1000), unit("min", 60_000), unit("µs", 1, 1000), unit("us", 1, 1000), unit("")],
  share: [...SHARES, unit("", 1, 100)],
  bytes: [
    unit("B/s"),
    unit("kB/s", 1e3),
    unit("MB/s", 1e6),
    unit("GB/s", 1e9),
    unit("KiB/s", 1024),
    unit("MiB/s", 1024 ** 2),
    unit("GiB/s", 1024 ** 3),
    unit(""),
  ],
  amount: [...SHARES, ...RATES],
};

/** How each kind of number is called, and one of it. */
export const QUANTITY_WORDS: Readonly<Record<Quantity, { readonly name: string; readonly example: string }>> = {
  count: { name: "a number", example: "30" },
  rate: { name: "a rate", example: "10/s" },
  time: { name: "a time", example: "250ms" },
  share: { name: "a share", example: "1%" },
  bytes: { name: "bytes per second", example: "5kB/s" },
  amount: { name: "a share or a rate", example: "1%, or 0.5/s" },
};

/** The spellings offered to whoever types; a bare number is none. */
export function unitsOf(quantity: Quantity): readonly string[] {
  return UNITS[quantity].flatMap(({ text }) => text || []);
}

/** The unit as the table spells it, by any casing that leaves no doubt; null where this kind of number has no such unit. */
export function findUnit(quantity: Quantity, text: string): string | null {
  const all = UNITS[quantity];
  if (all.some((one) => one.text === text)) return text;
  const lower = text.toLowerCase();
  const [found, ...others] = all.filter((one) => one.text.toLowerCase() === lower);
  return found === undefined || others.length > 0 ? null : found.text;
}

/** The kinds of number that have this unit, for saying what something is instead. */
export function quantitiesWith(text: string): readonly Quantity[] {
  const kinds: readonly Quantity[] = ["time", "rate", "share", "bytes", "count"];
  return kinds.filter((kind) => findUnit(kind, text) !== null);
}

/** A typed number in the graph's unit. Zero needs none. */
export function inGraphUnit(quantity: Quantity, value: number, text: string): number {
  const found = UNITS[quantity].find((one) => one.text === text);
  return found === undefined ? value : (value * found.times) / found.by;
}

/** Whether an amount is meant as a rate rather than as a share. */
export function isRate(text: string): boolean {
  return RATES.some((one) => one.text === text);
}

export interface Typed {
  readonly value: number;
  /** What follows the digits, as typed; "" where nothing does. */
  readonly unit: string;
  /** Where in the text the unit begins. */
  readonly unitAt: number;
}

const isDigit = (char: string) => char >= "0" && char <= "9" && char.length === 1;

function digits(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charAt(at))) at += 1;
  return at;
}

/** Splits `250ms` into a number and its unit; null where it doesn't begin with a number. Infinity where it is too large for one. */
export function readNumber(text: string): Typed | null {
  let at = digits(text, 0);
  let some = at > 0;
  if (text.charAt(at) === ".") {
    const after = digits(text, at + 1);
    some ||= after > at + 1;
    at = after;
  }
  if (!some) return null;
  if (text.charAt(at).toLowerCase() === "e") {
    const sign = text.charAt(at + 1);
    const from = sign === "+" || sign === "-" ? at + 2 : at + 1;
    const after = digits(text, from);
    if (after > from) at = after;
  }
  return { value: Number(text.slice(0, at)), unit: text.slice(at), unitAt: at };
}
