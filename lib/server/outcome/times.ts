/** Which stretches of time tell of a change. Pure. */
import { WINDOWS, windowSeconds } from "#lib/api/windows.ts";
import { type Seconds, seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";

/** So long a change is looked at: afterwards other causes are as likely. */
export const OVER = seconds(3600);
/** What it is compared with is at least so long, and at most as long as `OVER`. */
const BEFORE = seconds(300);
/** The shortest stretch that any page speaks of. */
const SHORTEST = windowSeconds(WINDOWS[0]);

export interface TimesInput {
  readonly began: UnixSeconds;
  readonly finished: UnixSeconds;
  /** When one of its objects was changed again; null: it wasn't. */
  readonly again: number | null;
  readonly now: UnixSeconds;
  /** The measured interval; 0: not known. */
  readonly scrape: Seconds;
}

export interface Times {
  readonly began: UnixSeconds;
  readonly from: UnixSeconds;
  /** Rounded, so that all who ask share one reading: the more has passed, the less it moves. */
  readonly to: UnixSeconds;
  readonly length: Seconds;
  /** The effective window: four scrapes (docs/numbers.md 12). */
  readonly least: Seconds;
  /** Where the newer half begins; null: it is shorter than that. */
  readonly half: UnixSeconds | null;
  readonly before: Seconds;
  /** Why it isn't looked at any longer; null: it still is. */
  readonly ended: "again" | "over" | null;
}

export function timesOf({ began, finished, again, now, scrape }: TimesInput): Times {
  const over = finished + OVER;
  const stop = Math.min(again ?? Number.POSITIVE_INFINITY, over);
  const ended = stop > now ? null : again !== null && again <= over ? "again" : "over";
  const passed = Math.max(0, Math.floor((ended === null ? now : stop) - finished));
  const step = passed < 300 ? 5 : passed < 1800 ? 30 : 120;
  const length = ended === null ? Math.floor(passed / step) * step : passed;
  const least = seconds(Math.max(SHORTEST, Math.ceil(4 * scrape)));
  const halved = Math.floor(length / 2);
  return {
    ...{ began, from: finished, to: unixSeconds(finished + length), length: seconds(length), least, ended },
    half: halved >= least ? unixSeconds(finished + length - halved) : null,
    before: seconds(
      Math.max(
        least,
        ...WINDOWS.map(windowSeconds).filter((each) => each >= BEFORE && each <= Math.max(BEFORE, length)),
      ),
    ),
  };
}
