import { formatPlural } from "#lib/format.ts";
import { readPins } from "#lib/layout/pin-text.ts";
import type { ByHand } from "#lib/live/messages.ts";

export const NONE_MOVED: ByHand = { text: "", left: 0 };

/** What a link says of places that were moved by hand; "" where nothing was. */
export function sayMoved({ text, left }: ByHand): string {
  const held = text === "" ? 0 : readPins(text).length;
  if (held + left === 0) return "";
  const places = ` Places moved by hand are in it (${formatPlural(held, "place")})`;
  return left === 0 ? `${places}.` : `${places}, but for ${left} moved first: so many don't fit into an address.`;
}
