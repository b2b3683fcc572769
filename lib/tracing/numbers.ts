/** Numbers as JSON of tracing APIs has them: 64 bits as text, or as numbers that were rounded on the way. */

/** No backend keeps more digits; longer texts are an attack on BigInt's quadratic parsing. */
const DIGITS = /^-?\d{1,20}$/;
const MAX = 2n ** 64n;

/** A whole number that may have 64 bits; null for anything else. */
export function bigOf(raw: unknown): bigint | null {
  if (typeof raw === "string") {
    if (!DIGITS.test(raw)) return null;
    const value = BigInt(raw);
    return value < MAX && value > -MAX ? value : null;
  }
  if (typeof raw !== "number" || !Number.isFinite(raw) || Math.abs(raw) >= 2 ** 64) return null;
  return BigInt(Math.trunc(raw));
}

/** A whole number of 64 bits as an attribute's value: a number where it is exact, else its digits. */
export function wholeOf(raw: unknown): number | string | null {
  const value = bigOf(raw);
  if (value === null) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** Microseconds as Jaeger's legacy API and Zipkin have them, in nanoseconds; fractions of a microsecond survive. */
export function microsToNs(raw: unknown): bigint | null {
  if (typeof raw === "number" && Number.isFinite(raw) && !Number.isInteger(raw) && Math.abs(raw) < 2 ** 53) {
    const whole = Math.trunc(raw);
    return BigInt(whole) * 1000n + BigInt(Math.round((raw - whole) * 1000));
  }
  const value = bigOf(raw);
  return value === null ? null : value * 1000n;
}
