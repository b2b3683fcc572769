/** Instants to the nanosecond, as container runtimes and tracers write them: milliseconds don't tell lines of one call apart. */

const FORM = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Unix nanoseconds of an RFC 3339 instant, exact; null for what is none. */
export function parseNanoseconds(text: string): bigint | null {
  const [, second, fraction = "", zone] = FORM.exec(text) ?? [];
  const ms = Date.parse(`${second}${zone}`);
  return Number.isNaN(ms) ? null : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** RFC 3339 in UTC with nine digits after the second. */
export function formatNanoseconds(ns: bigint): string {
  const second = ns / 1_000_000_000n;
  const fraction = String(ns % 1_000_000_000n).padStart(9, "0");
  return `${new Date(Number(second) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}
