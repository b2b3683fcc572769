/** The instant that is looked at, as the time axis says it: an axis that doesn't reach it shows its thumb elsewhere. */
import { sayInstant } from "#components/shell/instant.ts";
import { parseInstant } from "#lib/api/instant.ts";
import { outside, type Stretch } from "./axis.ts";

const WORDS = { before: ", before this axis begins", after: ", after this axis ends" } as const;

/** `at`: RFC 3339 or unix seconds; null: time is followed. What can't be read is said as it is. */
export function sayLooked(stretch: Stretch, at: string | null): string {
  if (at === null) return "now";
  const side = outside(stretch, (parseInstant(at) ?? Number.NaN) * 1000);
  return `${sayInstant(at)}${side === null ? "" : WORDS[side]}`;
}
