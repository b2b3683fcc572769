/** The time of a search in words. */
import { sayInstant } from "#components/shell/instant.ts";
import type { Lookback, TraceSearch } from "./state.ts";

export const LOOKBACK_WORDS: Readonly<Record<Lookback, string>> = {
  "5m": "Last 5 min",
  "15m": "Last 15 min",
  "1h": "Last hour",
  "6h": "Last 6 h",
  "1d": "Last day",
  "7d": "Last 7 days",
};

export function timeWords({ lookback, start, end }: Pick<TraceSearch, "lookback" | "start" | "end">): string {
  if (start === null) {
    const last = LOOKBACK_WORDS[lookback];
    return end === null ? last : `${last} before ${sayInstant(end)}`;
  }
  return `${sayInstant(start)} – ${end === null ? "now" : sayInstant(end)}`;
}
