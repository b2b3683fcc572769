/** Durations as objects have them: `1.5s`, `300ms`, `1m30s`. https://pkg.go.dev/time#ParseDuration */

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 3.6e6,
};
const PART = /(\d{1,12}(?:\.\d{0,12})?)(ns|us|µs|μs|ms|s|m|h)/y;

/** Milliseconds; null: none, or a text that isn't one. */
export function durationMs(text: string | null): number | null {
  if (text === null || text.length === 0 || text.length > 64) return null;
  if (text === "0") return 0;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const found = PART.exec(text);
    if (found === null) return null;
    total += Number(found[1]) * (UNITS[found[2] ?? ""] ?? Number.NaN);
  }
  return Number.isFinite(total) ? total : null;
}
