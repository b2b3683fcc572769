import { formatPlural } from "#lib/format.ts";
import type { ByHand } from "#lib/layout/pins.ts";

const GROWN =
  " Things came and went while this map was drawn, and it has more of them than an address holds: others see them where a fresh layout puts them.";

/** What a link says of places that were moved by hand, and of others where they may be other ones; "" where all are the same. */
export function sayMoved({ held, left, alike }: ByHand): string {
  if (held + left === 0) return alike ? "" : GROWN;
  const places = ` What was moved by hand is in the link (${formatPlural(held, "place")})`;
  return left === 0 ? `${places}.` : `${places}, but for ${left} moved first: so many don't fit into an address.`;
}
