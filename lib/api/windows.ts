/** The windows the API accepts, and their lengths. Pure and without zod: the browser imports it too. */
import { type Seconds, seconds } from "#lib/units.ts";

/** Accepted spellings in ascending order; `60s` and `1m` are one window, spelt `1m` in answers. */
export const WINDOWS = [
  "15s",
  "30s",
  "1m",
  "2m",
  "5m",
  "10m",
  "30m",
  "1h",
  "3h",
  "6h",
  "12h",
  "24h",
  "168h",
  "720h",
] as const;
export type Window = (typeof WINDOWS)[number];

const DAY = 86_400;
const UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Length of a duration like `90s`, `5m`, `24h`; null for anything else. */
export function durationSeconds(text: string): Seconds | null {
  const match = /^(\d{1,7})([smh])$/.exec(text);
  if (!match) return null;
  return seconds(Number(match[1]) * (UNIT[match[2] ?? ""] ?? Number.NaN));
}

/** The accepted window of that length (`60s` → `1m`), or null. */
export function parseWindow(text: string): Window | null {
  const length = durationSeconds(text);
  return WINDOWS.find((window) => durationSeconds(window) === length) ?? null;
}

export function windowSeconds(window: Window): Seconds {
  return durationSeconds(window) ?? seconds(Number.NaN);
}

/** The shortest accepted window of at least `floor`, not under `asked`; the longest there is if none reaches it. */
export function raiseWindow(asked: Window, floor: Seconds): Window {
  const enough = WINDOWS.filter((window) => windowSeconds(window) >= Math.max(windowSeconds(asked), floor));
  return enough[0] ?? "720h";
}

/** As people say it: `5 m`, `24 h`, and `7 d` for what the API spells `168h`. */
export function sayWindow(window: string): string {
  const length = durationSeconds(window);
  const days = (length ?? 0) / DAY;
  return days > 1 && Number.isInteger(days) ? `${days} d` : window.replace(/^(\d+)/, "$1 ");
}
