/** What policies on trial (istio.io/dry-run) would have done with a workload's calls, as its proxies counted it. */
import type { Dataplane } from "#lib/graph/model.ts";
import type { Source } from "./security.ts";

type TriedAction = "allow" | "deny";

/** A caller's part of what would be denied. The counter names no caller: only where there is one is it certain. */
export interface TriedCaller {
  /** Id of the node; null: whoever calls from where the reader may not see. */
  readonly source: string | null;
  /** Requests/s, of tcp connections/s, as whoever saw most of them counted. */
  readonly rate: number;
  readonly certainty: "certain" | "bounded";
  readonly min: number;
  readonly max: number;
}

/** Of all policies of one action together; ALLOW and DENY are tried apart. */
export interface Tried {
  readonly action: TriedAction;
  /** `http`: requests/s; `tcp`: connections/s. */
  readonly protocol: "http" | "tcp";
  readonly allowed: number;
  readonly denied: number;
  /** More may have been denied: by pods that are gone and may have been the workload's, or before series began within the window. */
  readonly atLeast: boolean;
  /** null: a port that the counter doesn't name. */
  readonly ports: readonly { readonly port: number | null; readonly allowed: number; readonly denied: number }[];
  /** Whose calls those denied may be, the busiest first; null: who calls isn't known. */
  readonly callers: readonly TriedCaller[] | null;
}

export interface DryRunWorkload {
  readonly workload: string;
  readonly dataplane: Dataplane;
  /** Policies on trial that its own proxy asks and the reader may see: possible authors, for the counters name none. */
  readonly policies: readonly { readonly source: Source; readonly action: TriedAction }[];
  /** Whether an ALLOW policy is in force there, so that whom none takes is refused already; null: unknown. */
  readonly armed: boolean | null;
  /** What isn't known and might add policies. */
  readonly lacks: readonly string[];
  /** Empty: nothing was counted; see `silent`. */
  readonly tried: readonly Tried[];
  /** Pods that counted, of those with a proxy that should. */
  readonly pods: { readonly counted: number; readonly all: number };
  /** Why no pod that is there counts although a policy is on trial; null where one does, or where the counters couldn't be read. */
  readonly silent: "ztunnel" | "waypoint" | "no-counters" | null;
}
