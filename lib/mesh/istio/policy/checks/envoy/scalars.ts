/**
 * What Istio takes for a value that holds no others. It reads by an older reader than protobuf's own, which takes more: unmarshalValue and
 * unmarshalSingularValue in github.com/golang/protobuf/jsonpb, over Go's encoding/json.
 */
import { isDuration } from "../forms.ts";

type Form = (value: unknown) => string | null;

/** Between quotes JSON's text stands as it was written, so that spaces are the only blanks. JSON's own numbers, without fractions and with; `null` in quotes is read as null, which is no value. */
const WHOLE = /^ *(?:null|(-?)(0|[1-9]\d*)) *$/;
const NUMBER = /^ *(?:null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?) *$/;
const NO_NUMBERS = new Set(["NaN", "Infinity", "-Infinity"]);
/** From here on a number is written with an exponent, which is no integer's. */
const EXPONENT = 1e21;
/** More than any integer has. */
const DIGITS = 20;

/** Numbers may stand in quotes, as large ones have to. */
function whole(bits: 32 | 64, signed: boolean): Form {
  const most = 2n ** BigInt(signed ? bits - 1 : bits) - 1n;
  const least = signed ? -most - 1n : 0n;
  const problem = `no whole number from ${least} to ${most}`;
  return (value) => {
    if (typeof value === "number") {
      if (!Number.isInteger(value) || Math.abs(value) >= EXPONENT) return problem;
      // What is read is the shortest text that is this number: a large one with zeros at its end.
      const number = BigInt(String(value));
      return number < least || number > most ? problem : null;
    }
    const found = typeof value === "string" ? WHOLE.exec(value) : null;
    if (found === null) return problem;
    const [, sign = "", digits = "0"] = found;
    if (digits.length > DIGITS || (sign !== "" && !signed)) return problem;
    const number = BigInt(sign + digits);
    return number < least || number > most ? problem : null;
  };
}

function real(largest: (value: number) => number): Form {
  return (value) => {
    if (typeof value === "string" && NO_NUMBERS.has(value)) return null;
    const isOne = typeof value === "number" || (typeof value === "string" && NUMBER.test(value));
    if (!isOne) return "no number";
    return Number.isFinite(largest(typeof value === "string" && value.includes("null") ? 0 : Number(value)))
      ? null
      : "no number of this size";
  };
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A list of numbers is taken too. */
const isByte = (value: unknown): boolean =>
  value === null || (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255);
const bytes: Form = (value) =>
  (Array.isArray(value) && value.every(isByte)) ||
  (typeof value === "string" && BASE64.test(value.replaceAll(/[\r\n]/g, "")))
    ? null
    : "no base64";

const bool: Form = (value) => (typeof value === "boolean" ? null : "neither true nor false");
const string: Form = (value) => (typeof value === "string" ? null : "no text");
const duration: Form = (value) =>
  typeof value === "string" && isDuration(value) ? null : "no duration like 500ms or 1.5s";
/** What looks like one isn't looked at more closely. */
const timestamp: Form = (value) =>
  typeof value === "string" && /^\d{4}-\d/.test(value) ? null : "no time like 2026-01-31T12:00:00Z";

const int32 = whole(32, true);
const int64 = whole(64, true);
const uint32 = whole(32, false);
const uint64 = whole(64, false);
const float = real(Math.fround);
const double = real((value) => value);

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ...["int32", "sint32", "sfixed32", "google.protobuf.Int32Value"].map((name) => [name, int32] as const),
  ...["int64", "sint64", "sfixed64", "google.protobuf.Int64Value"].map((name) => [name, int64] as const),
  ...["uint32", "fixed32", "google.protobuf.UInt32Value"].map((name) => [name, uint32] as const),
  ...["uint64", "fixed64", "google.protobuf.UInt64Value"].map((name) => [name, uint64] as const),
  ...["float", "google.protobuf.FloatValue"].map((name) => [name, float] as const),
  ...["double", "google.protobuf.DoubleValue"].map((name) => [name, double] as const),
  ...["bool", "google.protobuf.BoolValue"].map((name) => [name, bool] as const),
  ...["string", "google.protobuf.StringValue"].map((name) => [name, string] as const),
  ...["bytes", "google.protobuf.BytesValue"].map((name) => [name, bytes] as const),
  ["google.protobuf.Duration", duration],
  ["google.protobuf.Timestamp", timestamp],
]);

export const isScalar = (type: string): boolean => FORMS.has(type);

/** What a value other than null is not, as `no text`; null: it is what the type takes. */
export const scalarProblem = (type: string, value: unknown): string | null => FORMS.get(type)?.(value) ?? null;

/** A number as the value of an enumeration, which need not be one that has a name. */
export const isNumbered = (value: unknown): boolean => typeof value === "number" && int32(value) === null;

const BLANK = new Set([" ", "\t", "\r", "\n"]);

/** Less JSON's own blanks. Keys are read as texts that were decoded, unlike values in quotes, of which blanks but spaces are still escapes. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && BLANK.has(text.charAt(from))) from += 1;
  while (to > from && BLANK.has(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

/** The same of a map's key, which JSON writes as text; a number's may stand in quotes of its own. (trimQuote) */
export function keyProblem(type: string, key: string): string | null {
  if (type === "string") return null;
  if (type === "bool") return ["true", "false", "null"].includes(trimmed(key)) ? null : "neither true nor false";
  const inQuotes = key.length >= 2 && key.startsWith('"') && key.endsWith('"');
  return scalarProblem(type, trimmed(inQuotes ? key.slice(1, -1) : key));
}
