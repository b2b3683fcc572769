/** Axes of the plot. Pure: extents go in, positions and ticks come out. */

export interface Axis {
  readonly from: number;
  readonly to: number;
  /** 0 at `from`, 1 at `to`; what lies outside stands at the edge. */
  readonly share: (value: number) => number;
  /** The value at a share. */
  readonly value: (share: number) => number;
  readonly ticks: readonly number[];
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((s) => s * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((m) => m * MINUTE),
  ...[1, 2, 3, 6, 12].map((h) => h * HOUR),
  ...[1, 2, 7, 14].map((d) => d * DAY),
];
/** Milliseconds: a single trace has neighbours of its time. */
const SHORTEST = 100;

/** Time in unix milliseconds around all values, with a margin; ticks at round wall times of `offsetMs` (local − UTC). */
export function timeAxis(values: readonly number[], most: number, offsetMs: number): Axis {
  const [least, last] = extent(values, 0);
  const margin = Math.max((last - least) * 0.03, (SHORTEST - (last - least)) / 2, 0);
  const [from, to] = [least - margin, last + margin];
  const step = STEPS.find((each) => (to - from) / each <= most) ?? 28 * DAY;
  const first = Math.ceil((from + offsetMs) / step) * step - offsetMs;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return {
    ...{ from, to },
    share: (value) => clamp((value - from) / (to - from)),
    value: (share) => from + clamp(share) * (to - from),
    ticks: Array.from({ length: count }, (_, index) => first + index * step),
  };
}

/** A microsecond: what is shorter, and 0, stand at the bottom. */
const LEAST_MS = 0.001;

/** Durations on a logarithmic scale, from the power of ten (or its half) below the least to that above the most. */
export function durationAxis(values: readonly number[]): Axis {
  const [least, most] = extent(
    values.map((ms) => Math.max(LEAST_MS, ms)),
    1,
  );
  const from = floor125(least * 0.9);
  const to = Math.max(ceil125(most * 1.1), from * 10);
  const [low, high] = [Math.log(from), Math.log(to)];
  return {
    ...{ from, to },
    share: (value) => clamp((Math.log(Math.max(LEAST_MS, value)) - low) / (high - low)),
    value: (share) => Math.exp(low + clamp(share) * (high - low)),
    ticks: decades(from, to),
  };
}

function extent(values: readonly number[], none: number): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least > most ? [none, none] : [least, most];
}

/** Of durations, that the plot's height has room for. */
const MOST_TICKS = 8;

const MANTISSAS = [1, 2, 5, 10] as const;

function floor125(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (MANTISSAS.findLast((each) => each * power <= value * (1 + 1e-9)) ?? 1);
}

function ceil125(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (MANTISSAS.find((each) => each * power >= value * (1 - 1e-9)) ?? 10);
}

/** 1-2-5 while those are few, else powers of ten. */
function decades(from: number, to: number): readonly number[] {
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1)
    for (const mantissa of [1, 2, 5]) all.push(Number((mantissa * 10 ** power).toPrecision(1)));
  const inside = all.filter((tick) => tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9));
  return inside.length <= MOST_TICKS ? inside : inside.filter((tick) => Number.isInteger(round(Math.log10(tick))));
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
