/** What of an egress scope is called, and how much it is. */
import { sayWindow } from "#lib/api/windows.ts";
import { formatCount, formatRate, NO_DATA } from "#lib/format.ts";
import type { EgressFate, EgressSeen } from "#lib/policy/egress.ts";
import { perSecond } from "#lib/units.ts";
import { totals } from "./choice.ts";

export const FATE_WORDS: Readonly<
  Record<EgressFate, { readonly mark: string; readonly word: string; readonly tone: "failing" | "degraded" }>
> = {
  blackhole: { mark: "✕", word: "is refused by the client’s proxy", tone: "failing" },
  either: { mark: "✕", word: "is refused by the client’s proxy or goes past the mesh", tone: "failing" },
  passthrough: { mark: "◣", word: "goes past the mesh", tone: "degraded" },
  unrouted: { mark: "→", word: "goes without its routes", tone: "degraded" },
};

/** `90 req/s · 2 conn/s`, or that the window has seen none. `window`: null where no calls could be read, of which none is no news. */
export function sayRate(seen: readonly EgressSeen[], window: string | null): string {
  if (window === null) return NO_DATA;
  if (seen.length === 0) return "not seen";
  const { requests, connections } = totals(seen);
  const parts = [
    ...(requests === null ? [] : [formatRate(perSecond(requests))]),
    ...(connections === null ? [] : [formatRate(perSecond(connections), "conn/s")]),
  ];
  return parts.length === 0 ? `none in the last ${sayWindow(window)}, seen within 7 days` : parts.join(" · ");
}

/** `1,204 → 37` */
export const sayChange = (now: number | undefined, then: number | undefined): string =>
  `${now === undefined ? "not known" : formatCount(now)} → ${then === undefined ? "not known" : formatCount(then)}`;

/** `web`, `web, cron and 3 more` */
export function few(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
