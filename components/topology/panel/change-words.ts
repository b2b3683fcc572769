/** What became of an edge between two windows, in numbers. Pure. */
import { formatBytesRate, formatErrors, formatMs, formatRate } from "#lib/format.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import { bytesPerSecond } from "#lib/units.ts";

type Numbers = Pick<GraphEdge, "rate" | "requests" | "errorRate" | "latency" | "bytesPerSecond">;

/** `12 req/s`, or bytes where there are no requests. */
export function volume(edge: Numbers): string {
  const { bytesPerSecond: both } = edge;
  if (edge.rate === null && both !== undefined) return formatBytesRate(bytesPerSecond(both.sent + both.received));
  return formatRate(edge.rate);
}

export interface ChangeLine {
  readonly name: string;
  readonly before: string;
  readonly now: string;
}

/** Rate, errors and p95 then and now; what neither window knows is left out. */
export function changeLines(edge: GraphEdge): readonly ChangeLine[] {
  const { before } = edge;
  if (before === undefined) return [];
  const lines: ChangeLine[] = [{ name: "Rate", before: volume(before), now: volume(edge) }];
  if (edge.errorRate !== null || before.errorRate !== null)
    lines.push({ name: "Errors", before: formatErrors(before), now: formatErrors(edge) });
  const [then, now] = [before.latency?.p95 ?? null, edge.latency?.p95 ?? null];
  if (then !== null || now !== null) lines.push({ name: "p95", before: formatMs(then), now: formatMs(now) });
  return lines;
}
