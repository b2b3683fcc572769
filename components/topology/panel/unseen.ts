/** What the one end of the wire saw of a failure that the other end reports. Pure. */
import { formatRate } from "#lib/format.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import { type PerSecond, perSecond } from "#lib/units.ts";

/** Flags of calls that never reached the other end (docs/numbers.md, outcome classes). */
const NEVER: ReadonlySet<string> = new Set(["UF", "UH", "UO", "NR", "NC", "DF"]);

function neverArrived(flags: Readonly<Record<string, PerSecond>> | undefined): number {
  let sum = 0;
  for (const [raw, rate] of Object.entries(flags ?? {})) {
    if (raw.split(",").some((flag) => NEVER.has(flag))) sum += rate;
  }
  return sum;
}

/** `1.8 req/s never arrived. The server's proxy saw 0 of these.`; null where nothing was lost on the way. */
export function unseenSentence(edge: GraphEdge): string | null {
  const { source, destination } = edge.observers;
  const lost = edge.outcomes?.neverArrived ?? 0;
  if (lost <= 0 || edge.observer === "destination" || source === undefined) return null;
  const said = `${formatRate(perSecond(lost))} never arrived.`;
  if (destination?.rate === undefined) return `${said} The server's proxy reports nothing of this edge.`;
  const seen = neverArrived(destination.flags);
  return seen === 0
    ? `${said} The server's proxy saw 0 of these.`
    : `${said} The server's proxy reports ${formatRate(perSecond(seen))} with such flags itself.`;
}
