/**
 * Numbers as the console says them, in canvas, DOM and messages alike. The form is fixed (English, `1,320.5`) and does not
 * follow the browser's locale: two people who compare screens must read the same text. Units are always written; what is
 * not known is "no data", never 0.
 */
import type { BytesPerSecond, Milliseconds, PerSecond, Ratio, Seconds } from "#lib/units.ts";

/** What stands where a number is not known. */
export const NO_DATA = "no data";
/** Under so many requests a percentage would pretend precision; the counts themselves are said instead. */
export const FEW_REQUESTS = 30;

type Maybe<T> = T | null | undefined;

const known = (value: Maybe<number>): value is number => typeof value === "number" && Number.isFinite(value);

/** Drops a fraction's trailing zeros: `12.0` → `12`. */
function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function grouped(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}

/**
 * A number with about three significant digits: two below 0.1, two decimals below 1, one below 100, none above, thousands
 * grouped. Below a millionth it is `<0.000001`, for a tiny number is not zero.
 */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.000001) return value < 0 ? ">-0.000001" : "<0.000001";
  if (size < 0.1) return trimmed(value.toPrecision(2));
  if (size < 1) return trimmed(value.toFixed(2));
  if (size < 100) return trimmed(value.toFixed(1));
  return grouped(value.toFixed(0));
}

/** A whole number with thousands grouped: `2,340`. */
export function formatCount(value: Maybe<number>): string {
  return known(value) ? grouped(value.toFixed(0)) : NO_DATA;
}

/** Requests, connections, messages per second: `12.4 req/s`; from 100,000 up in thousands, `132k req/s`. */
export function formatRate(perSecond: Maybe<PerSecond>, unit = "req/s"): string {
  if (!known(perSecond)) return NO_DATA;
  if (Math.abs(perSecond) >= 99_999.5) return `${formatNumber(perSecond / 1000)}k ${unit}`;
  return `${formatNumber(perSecond)} ${unit}`;
}

/** A latency: `0.42 ms`, `8.2 ms`, `38 ms`, `1.24 s`, `2 min 5 s`. */
export function formatMs(ms: Maybe<Milliseconds>): string {
  if (!known(ms)) return NO_DATA;
  const size = Math.abs(ms);
  if (size < 10) return `${formatNumber(ms)} ms`;
  if (size < 999.5) return `${ms.toFixed(0)} ms`;
  if (size < 9_995) return `${trimmed((ms / 1000).toFixed(2))} s`;
  if (size < 119_500) return `${trimmed((ms / 1000).toFixed(size < 99_950 ? 1 : 0))} s`;
  return longTime(Math.round(ms / 1000));
}

const BYTE_UNITS = ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"] as const;

/** Bytes per second in decimal units: `640 B/s`, `1.2 MB/s`. */
export function formatBytesRate(rate: Maybe<BytesPerSecond>): string {
  if (!known(rate)) return NO_DATA;
  let value: number = rate;
  let step = 0;
  while (Math.abs(value) >= 999.5 && step < BYTE_UNITS.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${formatNumber(value)} ${BYTE_UNITS[step]}`;
}

/**
 * A share as a percentage: `0 %`, `0.42 %`, `4.21 %`, `12.3 %`. Rounding never turns some into none or all: the smallest
 * is `<0.01 %`, the largest short of everything `>99.9 %`.
 */
export function formatPercent(share: Maybe<Ratio>): string {
  if (!known(share)) return NO_DATA;
  const percent = share * 100;
  if (percent === 0) return "0 %";
  if (Math.abs(percent) < 0.01) return "<0.01 %";
  if (percent < 100 && percent >= 99.95) return ">99.9 %";
  return `${trimmed(percent.toFixed(percent < 9.995 ? 2 : 1))} %`;
}

/**
 * How many of a number of requests failed: a percentage, or `3 of 5 failed` where there are fewer than 30 requests.
 * Both are counts of requests in the window (rate × window); fractions are rounded, a failure that happened at least to 1.
 */
export function formatShare(failed: Maybe<number>, requests: Maybe<number>): string {
  if (!known(failed) || !known(requests)) return NO_DATA;
  if (requests <= 0) return "no requests";
  if (requests >= FEW_REQUESTS) return formatPercent((failed / requests) as Ratio);
  const total = Math.max(1, Math.round(requests));
  const bad = failed > 0 ? Math.min(total, Math.max(1, Math.round(failed))) : 0;
  return `${bad} of ${total} failed`;
}

/** The failures of an edge or a node by its rates and the number of requests behind them (see formatShare). */
export function formatErrors(of: {
  readonly rate: Maybe<number>;
  readonly errorRate: Maybe<number>;
  readonly requests: Maybe<number>;
}): string {
  if (!known(of.rate) || !known(of.errorRate) || !known(of.requests)) return NO_DATA;
  if (of.rate <= 0) return "no requests";
  return formatShare((of.errorRate / of.rate) * of.requests, of.requests);
}

function longTime(total: number): string {
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = total % 60;
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
}

/** How old something is: `2 s`, `48 s`, `3 min 10 s`, `1 h 20 min`, `2 d`. A clock ahead of ours gives `0 s`. */
export function formatAge(age: Maybe<Seconds>): string {
  if (!known(age)) return NO_DATA;
  const total = Math.max(0, Math.floor(age));
  return total < 60 ? `${total} s` : longTime(total);
}

/** A count with its noun: `1 workload`, `7 workloads`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Letters that are written from the right, and what turns the direction: https://www.unicode.org/reports/tr9/ */
const TURNING =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * A name from outside as part of a text that isn't HTML (there `<bdi>` does it): what is written from the right stays in itself,
 * between U+2068 and U+2069, so that it turns neither the arrow nor the number beside it. Any other name stays as it is.
 */
export function isolated(name: string): string {
  return TURNING.test(name) ? `\u2068${name.replace(CONTROLS, "")}\u2069` : name;
}
