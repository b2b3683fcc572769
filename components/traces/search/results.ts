/** What of the found traces is listed, and in which order. Pure. */
import type { TraceItem, TracesAnswer } from "#lib/api/traces.ts";
import { formatCount } from "#lib/format.ts";
import type { Brush, Sort } from "./state.ts";

/** A trace's place in the plot: unix milliseconds, and milliseconds of duration. Exact enough to tell neighbours apart. */
export function placeOf({ startNs, durationMs }: Pick<TraceItem, "startNs" | "durationMs">) {
  return { at: Number(BigInt(startNs) / 1000n) / 1000, ms: Math.max(0, durationMs) };
}

export function inBrush(item: Pick<TraceItem, "startNs" | "durationMs">, brush: Brush): boolean {
  const { at, ms } = placeOf(item);
  return at >= brush.from && at <= brush.to && ms >= brush.shortest && ms <= brush.longest;
}

/** What a row is sorted by. null: not known, which comes last whichever way. */
const VALUES: Readonly<Record<Sort, (item: TraceItem) => bigint | number | string | null>> = {
  start: ({ startNs }) => BigInt(startNs),
  duration: ({ durationMs }) => durationMs,
  spans: ({ spans }) => spans,
  errors: ({ errors }) => errors,
  services: ({ services }) => services.length,
  root: ({ root }) => (root === null ? null : `${root.service} ${root.operation}`),
};

/** Those within the brush, in order; ties by start (the newest first) and id, so that rows stand still between answers. */
export function listed(
  items: readonly TraceItem[],
  { sort, down, brush }: { readonly sort: Sort; readonly down: boolean; readonly brush: Brush | null },
): readonly TraceItem[] {
  const value = VALUES[sort];
  const newest = VALUES.start;
  return items
    .filter((item) => brush === null || inBrush(item, brush))
    .toSorted((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
      return (
        compare(x, y) * (down ? -1 : 1) ||
        -compare(newest(a) ?? 0, newest(b) ?? 0) ||
        compare(`${a.id} ${a.backend}`, `${b.id} ${b.backend}`)
      );
    });
}

function compare(a: bigint | number | string, b: bigint | number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One trace may be in two backends: an id alone doesn't name a row. */
export function keyOf({ backend, id }: Pick<TraceItem, "backend" | "id">): string {
  return `${backend}/${id}`;
}

/** The traces chosen to be compared after one more press on `item`: two at the most, and the third one takes the first one's place. */
export function picked(before: readonly TraceItem[], item: TraceItem): readonly TraceItem[] {
  const others = before.filter((each) => keyOf(each) !== keyOf(item));
  return others.length < before.length ? others : [...others.slice(-1), item];
}

/** `3 with errors`, and of how many nobody said: a backend that doesn't tell hasn't told that there are none. */
export function errorWords(items: readonly Pick<TraceItem, "errors">[]): string {
  const failed = items.filter(({ errors }) => errors !== null && errors > 0).length;
  const untold = items.filter(({ errors }) => errors === null).length;
  if (untold > 0 && untold === items.length) return "errors not told";
  return `${formatCount(failed)} with errors${untold === 0 ? "" : `, of ${formatCount(untold)} not told`}`;
}

const different = (items: readonly Pick<TraceItem, "id">[]): number => new Set(items.map(({ id }) => id)).size;

/** Different traces: two backends may hold the same one. */
export function tracesIn({ items, hidden }: Pick<TracesAnswer, "items" | "hidden">): number {
  return different(items) + hidden;
}

/** `, 40 of them again from another backend`; nothing where each stands once. */
export function againWords(items: readonly Pick<TraceItem, "id">[]): string {
  const again = items.length - different(items);
  return again === 0 ? "" : `, ${formatCount(again)} of them again from another backend`;
}

export interface Commonest {
  readonly service: string;
  /** Of so many traces whose root is known. */
  readonly count: number;
  readonly of: number;
}

/** The service at which most of the traces begin; null where no root is known. */
export function commonestRoot(items: readonly TraceItem[]): Commonest | null {
  const counts = new Map<string, number>();
  for (const { root } of items) if (root !== null) counts.set(root.service, (counts.get(root.service) ?? 0) + 1);
  const [best] = [...counts].toSorted(([a, x], [b, y]) => y - x || compare(a, b));
  return best === undefined
    ? null
    : { service: best[0], count: best[1], of: [...counts.values()].reduce((sum, count) => sum + count, 0) };
}
