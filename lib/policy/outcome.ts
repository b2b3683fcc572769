/**
 * What became of the traffic since a change, beside what was predicted of it (docs/policies.md). A difference is a finding about
 * the prediction; what can't be told says why, and is never counted as fine.
 */
import type { Interval } from "#lib/graph/interval.ts";
import type { Outcome, Protocol } from "#lib/graph/model.ts";
import type { ImpactItem } from "./impact.ts";

/** An item as it is kept with a change: what was shown of a pair, without the sentence around it. */
export type PredictedItem = Omit<ImpactItem, "why" | "closeWith" | "evidence">;

/** What was shown before a change was applied, as far as it was kept and the reader may see it. */
export interface Prediction {
  /** RFC 3339: where its windows end. */
  readonly at: string;
  /** What its rates are averages over. */
  readonly window: string;
  readonly items: readonly PredictedItem[];
  /** Items that were found and not kept: of very many, the worst are. */
  readonly left: number;
  /** Items that name other namespaces and can't be opened: the key they were sealed with is gone. */
  readonly lost: number;
  /** Pairs that whoever applied it could not see. */
  readonly unseen: number;
  /** What of the change wasn't worked out. */
  readonly gaps: readonly string[];
  /** Pairs were looked for in less than the whole hour and the 7 days. */
  readonly limited: boolean;
}

/**
 * `not-seen`: the pair hasn't called yet. `open`: the prediction itself was unknown, and what happened is told. `unknown`: it can't be
 * told, `why` says what is lacking.
 */
export type Judgement = "as-predicted" | "more" | "less" | "not-seen" | "open" | "unknown";

export interface JudgedItem {
  readonly item: PredictedItem;
  readonly judgement: Judgement;
  readonly why: string;
  /** Share (0…1) of the pair's calls that was to be expected; null: the prediction gives none. */
  readonly expected: Interval | null;
  /** What was measured of it since, on so many calls; null: nothing that can be compared. */
  readonly measured: (Interval & { readonly share: number; readonly calls: number }) | null;
}

/** What got worse on a pair, more surely than chance makes among hundreds of pairs. */
export type AlarmKind = "refused" | "never-arrived" | "server" | "client" | "stopped" | "mtls-lost";

export interface Alarm {
  readonly kind: AlarmKind;
  /** Per second: such calls before and since; for `mtls-lost` shares (0…1) of mutual TLS. */
  readonly before: number;
  readonly since: number;
}

/** One pair since the change, beside the stretch before it. */
export interface PairOutcome {
  /** Node ids, as in the graph. */
  readonly source: string;
  readonly target: string;
  readonly protocol: Protocol;
  /** Requests/s, for tcp connections/s; null: none were seen. */
  readonly before: number | null;
  readonly since: number | null;
  /** Calls that `since` rests on. */
  readonly calls: number;
  /** `unmeasured`: silent, and the proxies that would count it aren't scraped. */
  readonly kind: "as before" | "new" | "stopped" | "few" | "more" | "less" | "unmeasured";
  /** Outcome classes that changed more than chance makes. */
  readonly classes: readonly { readonly outcome: Outcome; readonly before: number; readonly since: number }[];
  /** The same for response codes, at most four. */
  readonly codes: readonly { readonly code: string; readonly before: number; readonly since: number }[];
  /** Share of mutual TLS; null: not measured on both sides, or as before. */
  readonly mtls: { readonly before: number; readonly since: number } | null;
  /** RFC 3339: series that began since (a new code, for example) were first seen then, and counted so many calls at least. */
  readonly newborn: { readonly firstSeen: string; readonly atLeast: number } | null;
  readonly alarms: readonly Alarm[];
}

/** A destination's share of the calls to a service since the change; half of Wilson's 95 % interval around its middle. */
export interface VersionShare extends Interval {
  readonly service: string;
  readonly target: string;
  readonly share: number;
  readonly count: number;
  readonly total: number;
}

export interface OutcomeFinding {
  readonly kind: "unforeseen" | "more" | "less";
  /** It speaks against the prediction; else something that was known not to be worked out may explain it. */
  readonly ours: boolean;
  readonly source: string;
  readonly target: string;
  readonly protocol: Protocol;
  readonly text: string;
  /** RFC 3339, right to one scrape: where series that began since tell of it; null: since the change. */
  readonly firstSeen: string | null;
}

export interface Comparison {
  readonly items: readonly JudgedItem[];
  /** Worst first. */
  readonly pairs: readonly PairOutcome[];
  readonly shares: readonly VersionShare[];
  readonly findings: readonly OutcomeFinding[];
  /** Somebody misses something since: predicted or not. */
  readonly adverse: boolean;
}
