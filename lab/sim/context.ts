import type { Ledger } from "../truth/ledger.ts";
import type { L4Pool } from "./l4.ts";
import type { LogSink } from "./noted.ts";
import type { Outliers } from "./outliers.ts";
import type { Guards } from "./policy/guards.ts";
import type { Router } from "./router.ts";
import type { TraceSink } from "./trace.ts";
import type { Wheel } from "./wheel.ts";
import type { World } from "./world.ts";

/** What every part of the traffic simulation works on. */
export interface SimContext {
  readonly world: World;
  readonly router: Router;
  readonly ledger: Ledger;
  readonly wheel: Wheel;
  readonly l4: L4Pool;
  readonly outliers: Outliers;
  readonly guards: Guards;
  readonly traces: TraceSink | null;
  readonly logs: LogSink | null;
}
