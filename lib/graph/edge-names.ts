/** Names on an edge: the hosts that were asked for, and the operations where requests are classified. Both come from outside, so they are capped. */
import type { PerSecond } from "#lib/units.ts";
import { addTo, operationsOf } from "./combine.ts";
import type { GraphEdge, Observer } from "./model.ts";
import { record } from "./record.ts";
import type { Hop } from "./workload-graph.ts";

/** How many names an edge carries; what the others carried is summed under `(other)`. */
const MAX_NAMES = 20;
const OTHER = "(other)";

function top(names: ReadonlyMap<string, PerSecond>): Readonly<Record<string, PerSecond>> {
  if (names.size <= MAX_NAMES) return record(names);
  const ranked = [...names].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const kept = new Map(ranked.slice(0, MAX_NAMES));
  for (const [, rate] of ranked.slice(MAX_NAMES)) addTo(kept, OTHER, rate);
  return record(kept);
}

export function hostsOf(hops: readonly Hop[]): Readonly<Record<string, PerSecond>> {
  const hosts = new Map<string, PerSecond>();
  for (const hop of hops) {
    for (const [host, rate] of hop.headline?.hosts ?? []) addTo(hosts, host, rate);
  }
  return top(hosts);
}

/** Who says what requests are, best first. Classification runs where requests are parsed for it: usually at the server. */
const CLASSIFIERS: readonly Observer[] = ["destination", "waypoint", "source"];

/** Of each hop one observer's: they count the same calls. */
export function operations(hops: readonly Hop[], masked: boolean): Pick<GraphEdge, "operations"> {
  if (masked) return {};
  const seen = hops.flatMap(({ evidence }) => {
    const by = CLASSIFIERS.find((observer) => evidence.get(observer)?.operations !== undefined);
    return by === undefined ? [] : (evidence.get(by) ?? []);
  });
  const sum = operationsOf(seen).operations;
  return sum === undefined ? {} : { operations: top(sum) };
}
