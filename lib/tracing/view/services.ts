/** Which service each span is of, those that fill most of the time first: they get the colours that tell best apart. Linear. */
import { textAt } from "../model.ts";
import type { TraceTree } from "../tree.ts";

export interface Ranked {
  readonly services: readonly string[];
  /** By row: index in services. */
  readonly service: Uint32Array;
}

/** By the sum of their spans' lengths, equal ones by name; whoever draws the same trace gives the same colours. */
export function rankServices({ trace, start, end }: TraceTree): Ranked {
  const names = Array.from(trace.resources.service, (pooled) => textAt(trace, pooled));
  const time = new Map<string, number>();
  for (let row = 0; row < trace.length; row++) {
    const name = names[trace.resource[row] ?? -1] ?? "";
    time.set(name, (time.get(name) ?? 0) + (end[row] ?? 0) - (start[row] ?? 0));
  }
  const services = [...time.keys()].sort(
    (a, b) => (time.get(b) ?? 0) - (time.get(a) ?? 0) || (a < b ? -1 : a > b ? 1 : 0),
  );
  const rank = new Map(services.map((name, at) => [name, at]));
  const ranks = names.map((name) => rank.get(name) ?? 0);
  return { services, service: trace.resource.map((resource) => ranks[resource] ?? 0) };
}
