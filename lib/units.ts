/**
 * Units as types: a number that carries one can't be mistaken for another. Values are made where data comes in
 * (a decoder multiplies or divides once) and stay in that unit; only components format them.
 */

declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** A length of time in seconds. */
export type Seconds = Unit<"s">;
/** A length of time in milliseconds. */
export type Milliseconds = Unit<"ms">;
/** An instant: seconds since 1970-01-01T00:00:00Z, fractions allowed (Prometheus's own form). */
export type UnixSeconds = Unit<"unix-s">;
/** Events (requests, connections, messages) per second. */
export type PerSecond = Unit<"1/s">;
/** Bytes per second. */
export type BytesPerSecond = Unit<"B/s">;
/** A share between 0 and 1. */
export type Ratio = Unit<"ratio">;

export const seconds = (n: number): Seconds => n as Seconds;
export const milliseconds = (n: number): Milliseconds => n as Milliseconds;
export const unixSeconds = (n: number): UnixSeconds => n as UnixSeconds;
export const perSecond = (n: number): PerSecond => n as PerSecond;
export const bytesPerSecond = (n: number): BytesPerSecond => n as BytesPerSecond;
export const ratio = (n: number): Ratio => n as Ratio;

/** The clock as an argument: whoever needs "now" is handed one, so that tests can hold it still. */
export interface Clock {
  /** Wall time, for what is shown and for instants asked of upstreams. */
  now(): UnixSeconds;
  /** A clock that never steps back, for measuring how long something took. */
  monotonic(): Milliseconds;
}
