/**
 * What a change would do to calls that were seen. An item speaks of one pair; what isn't known has bounds and a name, and is
 * never counted as safe (docs/policies.md).
 */
import type { Protocol } from "#lib/graph/model.ts";
import type { Source } from "./security.ts";

/**
 * `allowed`: refused before. `rerouted`: to another destination. `unreachable`: nowhere (404, 503). `breaks`: the connection is
 * refused. `not-enforced`: it still passes, and nothing looks at it any more.
 */
export type ImpactVerdict =
  | "denied"
  | "breaks"
  | "unreachable"
  | "loses-mtls"
  | "not-enforced"
  | "rerouted"
  | "allowed";

/** Worst first. */
export const VERDICTS: readonly ImpactVerdict[] = [
  ...(["denied", "breaks", "unreachable", "loses-mtls", "not-enforced", "rerouted", "allowed"] as const),
];

/** Those that somebody will miss. */
export const ADVERSE: ReadonlySet<ImpactVerdict> = new Set(["denied", "breaks", "unreachable", "loses-mtls"]);

/** `certain`: metrics decide it. `bounded`: something they don't carry decides within the bounds. `unknown`: nobody can tell how much. */
export type Certainty = "certain" | "bounded" | "unknown";

/** `hour`: within the window of the rates, at most the last hour. `week`: within the last 7 days, and not in that window. */
export type Seen = "hour" | "week";

export interface ImpactItem {
  readonly verdict: ImpactVerdict;
  readonly certainty: Certainty;
  /** Requests/s, for tcp connections/s: the two are never added. Averages of the window. */
  readonly min: number;
  readonly max: number;
  /** All calls of the pair, in the same unit. */
  readonly rate: number;
  readonly seen: Seen;
  /** Node ids, as in the graph. */
  readonly source: string;
  readonly target: string;
  readonly protocol: Protocol;
  /** null: nothing that can be named, or an object that the reader may not see. */
  readonly rule: Source | null;
  /** What happens, in a sentence. */
  readonly why: string;
  /** What isn't known and might change it. */
  readonly blindSpots: readonly string[];
  /** Evidence that would tell. */
  readonly closeWith: readonly string[];
  /** What it rests on beyond the mesh's standard metrics, where that made a difference. */
  readonly evidence: readonly ImpactEvidence[];
}

/** `labels`: of metrics, that tell requests apart. `dry-run`: what proxies counted of a policy on trial. */
export interface ImpactEvidence {
  readonly kind: "labels" | "dry-run";
  readonly text: string;
}

/** All items of one verdict, however many are shown. */
export interface ImpactTotal {
  readonly verdict: ImpactVerdict;
  readonly pairs: number;
  readonly certain: number;
  /** Requests/s; null: none of them is of requests. */
  readonly requests: { readonly min: number; readonly max: number } | null;
  /** Connections/s of tcp. */
  readonly connections: { readonly min: number; readonly max: number } | null;
}

/** What was looked at, and what wasn't. */
export interface ImpactView {
  /** RFC 3339: where both windows end. */
  readonly at: string;
  /** What the rates are averages over: `1h`, or as much of it as Prometheus knows. */
  readonly window: string;
  /** Pairs that were seen in it. */
  readonly hourPairs: number;
  /** Further ones of the last 7 days; null: they could not be asked for. */
  readonly weekPairs: number | null;
  readonly totals: readonly ImpactTotal[];
  /** Items in the steps; fewer than all where there are very many, the worst first. */
  readonly shown: number;
  /** Pairs touched that the viewer may not see; they are in the items, without names. */
  readonly unseen: number;
  /** What the windows don't know: a Prometheus that is younger, a source that failed. */
  readonly limits: readonly string[];
  /** What of the change isn't worked out at all. */
  readonly gaps: readonly ImpactGap[];
}

export interface ImpactGap {
  readonly what: string;
  readonly closeWith: string;
}
