/** Widths and words of a rule's weights. Pure. */
import { formatPercent } from "#lib/format.ts";
import type { WeightedDestination } from "#lib/policy/routing.ts";
import { ratio } from "#lib/units.ts";

/** Shades in ink, not hues: which version is which is no trouble. The same version has the same shade in every rule. */
export const SHADES = ["bg-ink-3", "bg-accent", "bg-ink", "bg-line-strong", "bg-good"] as const;

/** What a destination is called: its version, or the host where it is taken as a whole. */
export function destinationName({ host, version, port }: WeightedDestination): string {
  return `${version ?? host}${port === null ? "" : `:${port}`}`;
}

/** `75 %`, and what the object itself says where that is another number. */
export function shareText({ share, weight }: WeightedDestination): string {
  const percent = formatPercent(ratio(share));
  return weight === null || Math.abs(weight - share * 100) < 0.005 ? percent : `${percent} (weight ${weight})`;
}
