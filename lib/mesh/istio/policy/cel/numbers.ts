/** How large numbers of CEL are. (VisitInt, VisitUint and VisitDouble in cel-go's parser/parser.go) */
import type { Token } from "./tokens.ts";

const HEXADECIMAL = { int: "7fffffffffffffff", least: "8000000000000000", uint: "ffffffffffffffff" };
const DECIMAL = { int: "9223372036854775807", least: "9223372036854775808", uint: "18446744073709551615" };

/** Why a number as it is written is none, in words; null: it is one. `negative`: a minus stands before it. */
export function numberProblem(kind: Token["kind"], text: string, negative: boolean): string | null {
  if (kind === "double") return finite(text) ? null : "No number is so large.";
  const hexadecimal = text.startsWith("0x");
  const largest = hexadecimal ? HEXADECIMAL : DECIMAL;
  const digits = text.slice(hexadecimal ? 2 : 0, kind === "uint" ? -1 : undefined);
  const most = kind === "uint" ? largest.uint : negative ? largest.least : largest.int;
  if (!exceeds(digits.toLowerCase().replace(/^0+/, ""), most)) return null;
  return kind === "uint" ? "An unsigned integer has 64 bits." : "An integer has 64 bits, one of them for its sign.";
}

/** Digits without leading zeros; their letters are in the order of their values. */
const exceeds = (digits: string, most: string): boolean =>
  digits.length === most.length ? digits > most : digits.length > most.length;

/** Go stops reading an exponent that has come to this. (readFloat in Go's strconv/atof.go) */
const ENOUGH = 10_000;

function finite(text: string): boolean {
  const [mantissa = "", exponent = ""] = text.toLowerCase().split("e");
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/.exec(exponent) ?? [];
  let power = 0;
  for (const digit of digits) if (power < ENOUGH) power = power * 10 + Number(digit);
  return Number.isFinite(Number(`${mantissa}e${sign}${power}`));
}
