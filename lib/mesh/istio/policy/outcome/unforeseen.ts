/** What got worse and wasn't foretold: findings about the prediction. */
import { formatPercent, formatRate } from "#lib/format.ts";
import type { ImpactVerdict } from "#lib/policy/impact.ts";
import type {
  Alarm,
  AlarmKind,
  JudgedItem,
  OutcomeFinding,
  PairOutcome,
  PredictedItem,
  Prediction,
} from "#lib/policy/outcome.ts";
import { perSecond, ratio } from "#lib/units.ts";
import { expectedOf, isAll, isRare } from "./judge.ts";

/** Verdicts that foretell such a thing. A refused connection fails, and who is refused may stop. */
const FORETOLD: Readonly<Record<AlarmKind, readonly ImpactVerdict[]>> = {
  refused: ["denied", "aborted"],
  "never-arrived": ["breaks", "unreachable", "denied"],
  server: ["breaks", "unreachable", "times-out"],
  client: [],
  stopped: ["denied", "breaks", "unreachable", "rerouted", "aborted"],
  "mtls-lost": ["loses-mtls"],
};

const WORDS: Readonly<Record<AlarmKind, string>> = {
  refused: "refused (401, 403)",
  "never-arrived": "never arrived",
  server: "failed at the server (5xx)",
  client: "answered with another 4xx",
  stopped: "stopped",
  "mtls-lost": "lost mutual TLS",
};

/** `denied from 0 to 12 req/s` */
export function sayAlarm({ kind, before, since }: Alarm, protocol: PairOutcome["protocol"]): string {
  if (kind === "mtls-lost")
    return `mutual TLS from ${formatPercent(ratio(before))} to ${formatPercent(ratio(since))} of the calls`;
  const unit = protocol === "tcp" ? "conn/s" : "req/s";
  const rate = (value: number) => formatRate(perSecond(value), unit);
  if (kind === "stopped") return `calls stopped, ${rate(before)} before`;
  return `${WORDS[kind]}: ${rate(before)} → ${rate(since)}`;
}

const RARE = "It was foretold of callers that weren’t seen in the window of the rates: these may be they.";
const FIRST = "It hadn’t called before, so that it may have been refused then as well.";

/** `means`: whether a predicted pair speaks of this one. `called`: whether its caller called anything before. */
export function unforeseen(
  pairs: readonly PairOutcome[],
  prediction: Prediction | null,
  means: (item: PredictedItem, pair: PairOutcome) => boolean,
  called: (pair: PairOutcome) => boolean,
): readonly OutcomeFinding[] {
  const items = prediction?.items ?? [];
  const open = prediction === null ? "There was no prediction." : excuse(prediction);
  return pairs.flatMap((pair) => {
    const own = items.filter((item) => means(item, pair));
    const usual = own.filter((item) => !isRare(item));
    return pair.alarms
      .filter(({ kind }) => !isForetold(kind, usual))
      .map((alarm): OutcomeFinding => {
        const unknown = own.some(({ certainty }) => certainty === "unknown");
        const app = alarm.kind === "server" || alarm.kind === "client";
        const why = unknown
          ? "What happens to this pair was unknown before."
          : app
            ? "Applications answer so too."
            : (open ?? (called(pair) ? (isForetold(alarm.kind, own) ? RARE : null) : FIRST));
        return {
          ...{ kind: "unforeseen", ours: why === null, source: pair.source, target: pair.target },
          protocol: pair.protocol,
          firstSeen: pair.newborn?.firstSeen ?? null,
          text: `${why === null || app ? "This wasn’t foreseen" : "This got worse"}: ${sayAlarm(alarm, pair.protocol)}.${why === null ? "" : ` ${why}`}`,
        };
      });
  });
}

/** A pair stops where all of its calls do: bounds of several items add up. What was unknown may be all of it. */
function isForetold(kind: AlarmKind, items: readonly PredictedItem[]): boolean {
  const own = items.filter(({ verdict }) => FORETOLD[kind].includes(verdict));
  if (kind !== "stopped") return own.length > 0;
  return isAll(own.reduce((sum, item) => sum + (expectedOf(item)?.high ?? 1), 0));
}

/** Why a prediction may be silent about something without being wrong; null: it spoke of everything. */
function excuse({ gaps, left, lost, unseen, limited }: Prediction): string | null {
  if (gaps.length > 0) return `Not all of the change was worked out: ${gaps.join(", ")}.`;
  if (lost > 0) return "A part of the prediction can’t be opened any more.";
  if (left > 0) return "Of very many predicted pairs the worst alone were kept.";
  if (unseen > 0) return "It may be among the pairs that whoever applied the change could not see.";
  return limited ? "The prediction had looked at less than the hour and the 7 days." : null;
}

/** Predicted pairs that did more or less than was foretold. */
export function wrongItems(judged: readonly JudgedItem[]): readonly OutcomeFinding[] {
  return judged.flatMap(({ judgement, item, why }): readonly OutcomeFinding[] => {
    if (judgement !== "more" && judgement !== "less") return [];
    const { source, target, protocol } = item;
    const text = `${judgement === "more" ? "More than was foretold" : "Less than was foretold"}: ${why}`;
    return [{ kind: judgement, ours: true, source, target, protocol, text, firstSeen: null }];
  });
}
