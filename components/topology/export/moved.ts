import { formatPlural } from "#lib/format.ts";
import type { ByHand } from "#lib/layout/pins.ts";

const GROWN =
  " This map was laid out while other things were there, or other calls carried most, and it has more places than an address holds: others see them where a fresh layout puts them.";

/** What a link says of places that were moved by hand, and of others where they may be other ones; "" where all are the same. */
export function sayMoved({ held, left, alike }: ByHand): string {
  if (held + left === 0) return alike ? "" : GROWN;
  const places = ` What was moved by hand is in the link (${formatPlural(held, "place")})`;
  if (left === 0) return alike ? `${places}.` : `${places}; others may stand elsewhere.`;
  return `${places}, but for ${left} moved first: so many don't fit into an address.`;
}
