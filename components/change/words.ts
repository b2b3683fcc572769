/** What forms say of shares and durations. Pure. */
import { formatNumber, NO_DATA } from "#lib/format.ts";
import type { Observed } from "./observed.ts";

/** `10.4 % ± 0.9`, or `3 of 5` where so few were seen. */
export function boundText({ share, bound, count, total }: Observed): string {
  if (share === null) return "no calls seen";
  if (bound === null) return `${count} of ${total}`;
  return `${oneDecimal(share * 100)} % ± ${oneDecimal(bound * 100)}`;
}

const oneDecimal = (value: number): string => (Math.round(value * 10) / 10).toFixed(1).replace(/\.0$/, "");

/** `0.05 pp`, with its sign. */
export function pointsText(difference: number | null): string {
  if (difference === null) return NO_DATA;
  const points = difference * 100;
  if (Math.abs(points) < 0.005) return "±0 pp";
  return `${points > 0 ? "+" : "−"}${formatNumber(Math.abs(points))} pp`;
}

/** Go's durations as Kubernetes takes them, in ms; null: not one. https://pkg.go.dev/time#ParseDuration */
export function durationMs(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return null;
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sum += Number(count) * (units[unit ?? ""] ?? 0);
  return sum;
}
