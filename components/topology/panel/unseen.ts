/** What the one end of the wire saw of a failure that the other end reports. Pure. */
import { formatPlural, formatRate } from "#lib/format.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import type { Behind } from "#lib/live/behind.ts";
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

/** What the proxies behind a service, or of one workload, saw of calls that reached nobody. */
export function behindWords({ workloads, pods, reporting, known }: Behind): string {
  if (workloads === 0) {
    return "No workload that is drawn here is known behind this service: what its servers saw isn't known from this view.";
  }
  if (!known) return "How many of the server's proxies report isn't known here.";
  if (reporting === 0) return "No proxy of the server reports.";
  if (reporting < pods) return `${reporting} of the server's ${pods} pods report; their proxies saw 0 of these.`;
  return `The server's proxies (${formatPlural(pods, "pod")}) saw 0 of these.`;
}

/**
 * `1.8 req/s never arrived. The server's proxy saw 0 of these.`; null where nothing was lost on the way. `behind`: who is
 * behind the target, where that is a service, of which no proxy reports by itself.
 */
export function unseenSentence(edge: GraphEdge, behind: Behind | null = null): string | null {
  const { source, destination } = edge.observers;
  const lost = edge.outcomes?.neverArrived ?? 0;
  if (lost <= 0 || edge.observer === "destination" || source === undefined) return null;
  const said = `${formatRate(perSecond(lost))} never arrived.`;
  if (destination?.rate === undefined) {
    return `${said} ${behind === null ? "The server's proxy reports nothing of this edge." : behindWords(behind)}`;
  }
  const seen = neverArrived(destination.flags);
  return seen === 0
    ? `${said} The server's proxy saw 0 of these.`
    : `${said} The server's proxy reports ${formatRate(perSecond(seen))} with such flags itself.`;
}
