/** Ages as kubectl shows them (apimachinery/pkg/util/duration). */

const units = [
  { name: "y", seconds: 31_536_000, whole: 8 },
  { name: "d", seconds: 86_400, whole: 8 },
  { name: "h", seconds: 3_600, whole: 8 },
  { name: "m", seconds: 60, whole: 10 },
] as const;

/** Where a larger unit begins to be used, in seconds. */
const from: Readonly<Record<string, number>> = { y: 2 * 31_536_000, d: 48 * 3_600, h: 3 * 3_600, m: 120 };

/** A duration in seconds with at most two units: 90s, 5m12s, 3h20m, 9d. Negative ones are `<invalid>`. */
export function humanDuration(seconds: number): string {
  const rounded = Math.floor(seconds);
  if (rounded < -1) return "<invalid>";
  if (rounded < 0) return "0s";
  for (const [i, { name, seconds: size, whole }] of units.entries()) {
    if (rounded < (from[name] ?? size)) continue;
    const count = Math.floor(rounded / size);
    const next = units[i + 1];
    const rest = Math.floor((rounded % size) / (next?.seconds ?? 1));
    return count < whole && rest > 0 ? `${count}${name}${rest}${next?.name ?? "s"}` : `${count}${name}`;
  }
  return `${rounded}s`;
}
