/** Traces as dots. Pure: items and axes go in, places in pixels come out. */
import type { TraceItem } from "#lib/api/traces.ts";
import { keyOf, placeOf } from "../results.ts";
import type { Brush } from "../state.ts";
import { type Axis, durationAxis, timeAxis } from "./scales.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const MARGIN = { left: 56, right: 12, top: 10, bottom: 22 } as const;

export interface Dot {
  readonly key: string;
  readonly item: TraceItem;
  readonly x: number;
  readonly y: number;
  /** Grows with the root of the number of spans, so that areas compare. */
  readonly r: number;
  /** `untold`: the backend doesn't say whether anything failed. */
  readonly kind: "fine" | "failed" | "untold";
}

export interface Plot {
  readonly time: Axis;
  readonly duration: Axis;
  /** In the order of time. */
  readonly dots: readonly Dot[];
}

const SMALLEST = 3;
const LARGEST = 9;
/** Spans at which a dot is as large as dots get. */
const MANY = 400;

function radius(spans: number | null): number {
  return SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(Math.min(1, (spans ?? 1) / MANY));
}

const inner = ({ width, height }: Size) => ({
  width: Math.max(1, width - MARGIN.left - MARGIN.right),
  height: Math.max(1, height - MARGIN.top - MARGIN.bottom),
});

export const toX = (size: Size, axis: Axis, at: number): number => MARGIN.left + axis.share(at) * inner(size).width;
export const toY = (size: Size, axis: Axis, ms: number): number =>
  MARGIN.top + (1 - axis.share(ms)) * inner(size).height;

/** Pixels between two ticks of time. */
const TICK_ROOM = 90;

/**
 * `offsetMs`: local time − UTC, for round wall times on the axis. `usual`: durations that are to be on the axis as well, by the time
 * that it shows.
 */
export function plotOf(
  items: readonly TraceItem[],
  size: Size,
  offsetMs: number,
  usual: (time: Axis) => readonly number[] = () => [],
): Plot {
  const places = items.map((item) => ({ item, ...placeOf(item) }));
  const time = timeAxis(
    places.map(({ at }) => at),
    Math.max(2, inner(size).width / TICK_ROOM),
    offsetMs,
  );
  const duration = durationAxis([...places.map(({ ms }) => ms), ...usual(time)]);
  const dots = places
    .toSorted((a, b) => a.at - b.at)
    .map(({ item, at, ms }): Dot => {
      const kind = item.errors === null ? "untold" : item.errors > 0 ? "failed" : "fine";
      return {
        key: keyOf(item),
        item,
        x: toX(size, time, at),
        y: toY(size, duration, ms),
        r: radius(item.spans),
        kind,
      };
    });
  return { time, duration, dots };
}

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** The brush that a box of pixels means; its sides in any order. */
export function brushOf({ time, duration }: Plot, size: Size, { x0, y0, x1, y1 }: Box): Brush {
  const { width, height } = inner(size);
  const at = (x: number) => Math.round(time.value((x - MARGIN.left) / width) * 1000) / 1000;
  const ms = (y: number) => Number(duration.value(1 - (y - MARGIN.top) / height).toPrecision(6));
  const bottom = Math.max(y0, y1);
  return {
    from: at(Math.min(x0, x1)),
    to: at(Math.max(x0, x1)),
    // What stands on the axis may be shorter than it says.
    shortest: bottom >= MARGIN.top + height ? 0 : ms(bottom),
    longest: ms(Math.min(y0, y1)),
  };
}

/** A brush's box of pixels. */
export function boxOf({ time, duration }: Plot, size: Size, brush: Brush): Box {
  return {
    x0: toX(size, time, brush.from),
    x1: toX(size, time, brush.to),
    y0: toY(size, duration, brush.longest),
    y1: toY(size, duration, brush.shortest),
  };
}

/** The dot under a point, the nearest centre of those within reach; null where there is none. */
export function dotAt(dots: readonly Dot[], x: number, y: number, reach = 6): Dot | null {
  let best: { readonly dot: Dot; readonly far: number } | null = null;
  for (const dot of dots) {
    const far = Math.hypot(dot.x - x, dot.y - y);
    if (far <= dot.r + reach && (best === null || far < best.far)) best = { dot, far };
  }
  return best?.dot ?? null;
}

/** The smallest brush that holds two dots: what somebody marks by keys. */
export function brushAround(a: TraceItem, b: TraceItem): Brush {
  const [one, other] = [placeOf(a), placeOf(b)];
  return {
    from: Math.min(one.at, other.at),
    to: Math.max(one.at, other.at),
    shortest: Math.min(one.ms, other.ms),
    longest: Math.max(one.ms, other.ms),
  };
}
