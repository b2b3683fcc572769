import { formatPlural } from "#lib/format.ts";
import type { ByHand } from "#lib/layout/pins.ts";

export const NONE_MOVED: ByHand = { text: "", held: 0, left: 0 };

/** What a link says of places that were moved by hand; "" where nothing was. */
export function sayMoved({ held, left }: ByHand): string {
  if (held + left === 0) return "";
  const places = ` What was moved by hand is in the link (${formatPlural(held, "place")})`;
  return left === 0 ? `${places}.` : `${places}, but for ${left} moved first: so many don't fit into an address.`;
}
