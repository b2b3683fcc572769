import { clsx } from "clsx";
import { sayInstant, sayInstants } from "#components/shell/instant.ts";
import { Fact } from "#components/ui/section.tsx";
import type { OutcomeAnswer } from "#lib/api/outcome.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { PairEnds } from "../impact/pair-ends.tsx";
import { bySure, CERTAINTY_WORDS, sayAmount, VERDICT_WORDS } from "../impact/words.ts";
import { ObjectLink } from "../links.tsx";
import { Notice } from "../notice.tsx";
import { ALARMS, EARLY, JUDGEMENTS, sayChanges, sayPair, sayShare } from "./words.ts";

/** Rows that stand open; the others are behind a line. */
const OPEN = 6;

/** What the traffic did since a change, beside what was predicted: differences first. */
export function OutcomeView({ outcome }: { readonly outcome: OutcomeAnswer }) {
  const { state, reason, from, to, before, ended, findings, adverse, limits } = outcome;
  return (
    <section aria-label="Predicted and measured" className="flex flex-col gap-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h3 className="eyebrow">Predicted and measured</h3>
        {state === "told" && (
          <span className="text-[11px] text-ink-3 tabular-nums">
            {sayInstant(from)} – {sayInstant(to)}
            {before !== null && `, beside ${sayInstant(before.from)} – ${sayInstant(before.to)}`}
          </span>
        )}
      </div>
      {state === "not-yet" && (
        <p role="status" className="text-ink-2">
          Not yet. {reason}
        </p>
      )}
      {state === "unknown" && (
        <Notice tone="degraded" role="status" title="What the traffic did can’t be told.">
          {reason} Undo works without it.
        </Notice>
      )}
      {findings.length > 0 && <Findings outcome={outcome} />}
      {findings.length === 0 && adverse && (
        <Notice tone="degraded" role="status" title="Calls are worse off than before, as was predicted.">
          Undo takes the change back.
        </Notice>
      )}
      <Predicted outcome={outcome} />
      <Pairs outcome={outcome} />
      <Shares outcome={outcome} />
      {ended !== null && <p className="text-[12px] text-ink-3 wrap-anywhere">{ended}</p>}
      {limits.length > 0 && (
        <Notice title="What telemetry doesn’t tell:">
          <ul>
            {limits.map((text) => (
              <li key={text}>{sayInstants(text)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </section>
  );
}

function Findings({ outcome: { findings, others, moreOthers } }: { readonly outcome: OutcomeAnswer }) {
  const wrong = findings.some(({ ours }) => ours);
  return (
    <Notice
      tone={findings.some(({ kind }) => kind !== "less") ? "failing" : "degraded"}
      role="alert"
      title={wrong ? "Not as predicted:" : "Worse than before:"}
    >
      <ul>
        {findings.map(({ kind, source, target, protocol, text, firstSeen }) => (
          <li key={[kind, source, target, protocol, text].join(" ")} className="py-0.5">
            <PairEnds source={source} target={target} protocol={protocol} />: {text}
            {firstSeen !== null && ` First seen ${sayInstant(firstSeen)}.`}
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <details>
          <summary className="cursor-pointer text-ink-2">
            {formatPlural(others.length + moreOthers, "other change")} since: it may be theirs
          </summary>
          <ul>
            {others.map(({ object, who, when }) => (
              <li key={`${when} ${object.kind} ${object.namespace} ${object.name} ${who}`}>
                {sayInstant(when)} <ObjectLink object={object} className="whitespace-normal" />
                {who !== null && ` by ${who}`}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Notice>
  );
}

function Predicted({ outcome }: { readonly outcome: OutcomeAnswer }) {
  const { prediction, notPredicted, state, reason } = outcome;
  const items = outcome.items.toSorted(byDifference);
  if (prediction === null) return <p className="text-ink-2 wrap-anywhere">Nothing was predicted. {notPredicted}</p>;
  const rows = (list: typeof items) => (
    <ul>
      {list.map((judged) => (
        <Judged
          key={keyOf(judged)}
          judged={judged}
          window={prediction.window}
          early={state === "not-yet" && judged.judgement === "unknown" && judged.why === reason}
        />
      ))}
    </ul>
  );
  const missing = prediction.left + prediction.lost;
  return (
    <div>
      {items.length === 0 && <p className="text-ink-2">No call that was seen was predicted to be touched.</p>}
      {rows(items.slice(0, OPEN))}
      {items.length > OPEN && (
        <details>
          <summary className="cursor-pointer border-t border-line py-1 text-ink-2">
            {formatPlural(items.length - OPEN, "more predicted call")}
          </summary>
          {rows(items.slice(OPEN))}
        </details>
      )}
      {missing > 0 && (
        <p className="text-[12px] text-ink-3">
          {formatPlural(missing, "predicted pair")} {missing === 1 ? "isn’t" : "aren’t"} here:{" "}
          {prediction.lost > 0 ? "the key that they were sealed with is gone" : "the worst alone are kept"}.
        </p>
      )}
    </div>
  );
}

const isDifference = ({ judgement }: OutcomeAnswer["items"][number]): boolean =>
  judgement === "more" || judgement === "less";

/** Differences first, then what was predicted for sure. */
const byDifference = (a: OutcomeAnswer["items"][number], b: OutcomeAnswer["items"][number]): number =>
  Number(isDifference(b)) - Number(isDifference(a)) || bySure(a.item, b.item);

const keyOf = ({ item }: OutcomeAnswer["items"][number]): string =>
  [item.verdict, item.source, item.target, item.protocol, item.certainty, item.rule?.object.name, item.rule?.path].join(
    " ",
  );

function Judged({
  judged: { item, judgement, why },
  window,
  early,
}: {
  readonly judged: OutcomeAnswer["items"][number];
  readonly window: string;
  /** It can't be told for the reason that is said above of all. */
  readonly early: boolean;
}) {
  const { mark, word, className } = early ? EARLY : JUDGEMENTS[judgement];
  return (
    <li className="border-t border-line py-1.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="min-w-0 wrap-anywhere">
          <PairEnds source={item.source} target={item.target} protocol={item.protocol} />
        </p>
        <b className={clsx("font-semibold", className)}>
          <span aria-hidden="true">{mark} </span>
          {word}
        </b>
      </div>
      <p className="text-ink-2 wrap-anywhere">
        Predicted: {sayAmount(item, window)} {VERDICT_WORDS[item.verdict].word}, {CERTAINTY_WORDS[item.certainty].word}.
        {!early && ` ${why}`}
      </p>
    </li>
  );
}

function Pairs({ outcome: { pairs, morePairs } }: { readonly outcome: OutcomeAnswer }) {
  if (pairs.length === 0) return null;
  const rows = (list: typeof pairs) => (
    <ul>
      {list.map((pair) => {
        const changes = sayChanges(pair);
        return (
          <li key={`${pair.source}>${pair.target}>${pair.protocol}`} className="border-t border-line py-1.5">
            <p className="wrap-anywhere">
              <PairEnds source={pair.source} target={pair.target} protocol={pair.protocol} />
              {pair.alarms.map(({ kind }) => (
                <span key={kind} className="text-failing">
                  {" "}
                  ✕ {ALARMS[kind]}
                </span>
              ))}
            </p>
            <p className="text-ink-2 tabular-nums">
              {sayPair(pair)}
              {changes.length > 0 && `; ${changes.join("; ")}`}
              {pair.newborn !== null &&
                `; of series that are new at least ${formatCount(pair.newborn.atLeast)}, first seen ${sayInstant(pair.newborn.firstSeen)}`}
            </p>
          </li>
        );
      })}
    </ul>
  );
  return (
    <details>
      <summary className="cursor-pointer border-t border-line py-1 text-ink-2">
        What {formatPlural(pairs.length + morePairs, "pair")} did since
      </summary>
      {rows(pairs)}
      {morePairs > 0 && <p className="text-[12px] text-ink-3">The worst {formatCount(pairs.length)} are shown.</p>}
    </details>
  );
}

function Shares({ outcome: { shares } }: { readonly outcome: OutcomeAnswer }) {
  if (shares.length < 2) return null;
  return (
    <dl aria-label="Shares since">
      {shares.map((each) => (
        <Fact key={`${each.service} ${each.target}`} name={`Share of ${parseNodeId(each.target)?.name ?? each.target}`}>
          {sayShare(each)}
        </Fact>
      ))}
    </dl>
  );
}
