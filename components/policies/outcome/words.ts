/** What outcomes are called. */
import { FEW_REQUESTS, formatPercent, formatRate, NO_DATA } from "#lib/format.ts";
import type { Outcome } from "#lib/graph/model.ts";
import type { AlarmKind, Judgement, PairOutcome, VersionShare } from "#lib/policy/outcome.ts";
import { perSecond, ratio } from "#lib/units.ts";

interface Word {
  readonly mark: string;
  readonly word: string;
  readonly className: string;
}

export const JUDGEMENTS: Readonly<Record<Judgement, Word>> = {
  "as-predicted": { mark: "✓", word: "as predicted", className: "text-ink-2" },
  more: { mark: "✕", word: "more than predicted", className: "text-failing" },
  less: { mark: "◣", word: "less than predicted", className: "text-degraded" },
  "not-seen": { mark: "…", word: "not seen yet", className: "text-ink-3" },
  open: { mark: "○", word: "was unknown", className: "text-degraded" },
  unknown: { mark: "?", word: "can’t be told", className: "text-ink-3" },
};

/** Of a pair that waits for samples like all the others. */
export const EARLY: Word = { mark: "…", word: "not yet", className: "text-ink-3" };

export const CLASSES: Readonly<Record<Outcome, string>> = {
  ok: "answered",
  client: "refused (4xx)",
  policy: "denied or limited by policy",
  neverArrived: "never arrived",
  server: "failed (5xx)",
  injected: "injected faults",
  cancelled: "cancelled by the caller",
};

export const ALARMS: Readonly<Record<AlarmKind, string>> = {
  refused: "refused (401, 403)",
  "never-arrived": "never arrived",
  server: "failed at the server",
  client: "another 4xx",
  stopped: "stopped",
  "mtls-lost": "lost mutual TLS",
};

const KINDS: Readonly<Record<PairOutcome["kind"], string>> = {
  "as before": "calls as before",
  new: "new",
  stopped: "stopped",
  few: "too few calls to tell",
  more: "more calls than before",
  less: "fewer calls than before",
  unmeasured: "not measured: the proxies that would count it aren’t scraped",
};

const unitOf = ({ protocol }: Pick<PairOutcome, "protocol">): string => (protocol === "tcp" ? "conn/s" : "req/s");

/** `calls as before, 12 req/s → 12 req/s`; without a number where there is none. */
export function sayPair(pair: PairOutcome): string {
  const say = (value: number | null) => (value === null ? NO_DATA : formatRate(perSecond(value), unitOf(pair)));
  if (pair.kind === "unmeasured") return KINDS.unmeasured;
  return `${KINDS[pair.kind]}, ${say(pair.before)} → ${say(pair.since)}`;
}

/** What changed on a pair beside how much it calls, each as `403: 0 req/s → 12 req/s`. */
export function sayChanges(pair: PairOutcome): readonly string[] {
  const rate = (value: number) => formatRate(perSecond(value), unitOf(pair));
  const percent = (share: number) => formatPercent(ratio(share));
  return [
    ...pair.classes.map(({ outcome, before, since }) => `${CLASSES[outcome]}: ${rate(before)} → ${rate(since)}`),
    ...pair.codes.map(
      ({ code, before, since }) => `${code === "-" ? "no response" : `code ${code}`}: ${rate(before)} → ${rate(since)}`,
    ),
    ...(pair.mtls === null ? [] : [`mutual TLS: ${percent(pair.mtls.before)} → ${percent(pair.mtls.since)}`]),
  ];
}

const oneDecimal = (share: number): string => (Math.round(share * 1000) / 10).toFixed(1).replace(/\.0$/, "");

/** `10.4 % ± 0.9`: around the middle of the interval's two sides, the farther one; `3 of 20` where there are few. */
export function sayShare({ share, low, high, count, total }: VersionShare): string {
  if (total < FEW_REQUESTS) return `${Math.round(count)} of ${Math.round(total)}`;
  return `${oneDecimal(share)} % ± ${oneDecimal(Math.max(high - share, share - low))}`;
}
