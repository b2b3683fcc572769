/** How a call is made: as whom, and for how long. */
import type { Seconds } from "#lib/units.ts";

/** As whom a call is made. Without it the console speaks for itself; with it, only this token counts, refused or not. */
export interface As {
  readonly token: string;
}

export interface Calling {
  readonly signal?: AbortSignal;
  readonly as?: As;
  /** For the whole call; 10 s unless told. A watch has none. */
  readonly timeout?: Seconds;
}
