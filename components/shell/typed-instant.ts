/**
 * What a person types for an instant: `now`, `now-15m`, `14:00`, `2026-08-20 14:00[:05]`, `-2h`, or what links carry
 * (RFC 3339, unix seconds). Wall times are this browser's. Pure: `now` comes in.
 */
import { parseInstant } from "#lib/api/instant.ts";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const RELATIVE = /^(?:now)?\s*-\s*(\d{1,6})\s*([smhdw])$/i;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const WALL = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

export type Typed =
  /** Follow time. */
  | { readonly kind: "live" }
  | { readonly kind: "instant"; readonly at: string }
  | { readonly kind: "wrong"; readonly why: string };

const HOW = "Write now-15m, 14:00, or 2026-08-20 14:00.";

const instant = (ms: number, now: Date): Typed => {
  if (!Number.isFinite(ms)) return { kind: "wrong", why: `There is no such time. ${HOW}` };
  if (ms > now.getTime()) return { kind: "wrong", why: "That is in the future by this computer's clock." };
  return { kind: "instant", at: `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z` };
};

/** Wall time of this browser as a Date; NaN where a part doesn't exist (25:00, 30 February). */
function wall(
  parts: readonly [year: number, month: number, day: number, hour: number, minute: number, second: number],
) {
  const [year, month, day, hour, minute, second] = parts;
  const date = new Date(year, month - 1, day, hour, minute, second);
  const same = date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60 && second < 60;
  return same ? date.getTime() : Number.NaN;
}

export function readTyped(text: string, now: Date): Typed {
  const typed = text.trim();
  if (typed === "" || typed.toLowerCase() === "now") return { kind: "live" };
  const relative = RELATIVE.exec(typed);
  if (relative !== null) {
    const step = UNIT_MS[(relative[2] ?? "").toLowerCase()] ?? Number.NaN;
    return instant(now.getTime() - Number(relative[1]) * step, now);
  }
  const clock = CLOCK.exec(typed);
  if (clock !== null) {
    const [hour, minute, second] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
    const today = wall([now.getFullYear(), now.getMonth() + 1, now.getDate(), hour, minute, second]);
    // A time of day that is still to come today was yesterday's.
    return instant(today > now.getTime() ? today - 86_400_000 : today, now);
  }
  const date = WALL.exec(typed);
  if (date !== null) {
    const number = (index: number) => Number(date[index] ?? 0);
    return instant(wall([number(1), number(2), number(3), number(4), number(5), number(6)]), now);
  }
  const wire = parseInstant(typed);
  return wire === null ? { kind: "wrong", why: HOW } : instant(wire * 1000, now);
}

/** `2026-08-20 14:00:05` of this browser's wall, as it can be typed back. */
export function writeTyped(at: string): string {
  const seconds = parseInstant(at);
  if (seconds === null) return at;
  const date = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** One step back or forth from what is shown; null: that is now, give or take half a step, so follow time again. */
export function stepInstant(from: string | null, stepMs: number, now: Date): string | null {
  const seconds = from === null ? null : parseInstant(from);
  const to = (seconds === null ? now.getTime() : seconds * 1000) + stepMs;
  if (to > now.getTime() - Math.abs(stepMs) / 2) return null;
  return `${new Date(Math.max(0, Math.floor(to / 1000)) * 1000).toISOString().slice(0, 19)}Z`;
}
