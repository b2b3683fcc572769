/** What the use cases of traces need. */
import type { Seconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Viewers } from "../rights/viewers.ts";
import type { Backend } from "./backends.ts";
import type { Places } from "./places.ts";

export interface TracingDeps {
  readonly backends: readonly Backend[];
  readonly places: Places;
  readonly viewers: Viewers;
  readonly timers: Timers;
  /** Budget of one search. */
  readonly timeout: Seconds;
}
