import { clsx } from "clsx";
import { BlindSpots } from "#components/policies/impact/blind-spots.tsx";
import { PairEnds } from "#components/policies/impact/pair-ends.tsx";
import { sayAmount } from "#components/policies/impact/words.ts";
import { Notice } from "#components/policies/notice.tsx";
import { SourceText } from "#components/security/parts.tsx";
import { sayInstant, sayInstants } from "#components/shell/instant.ts";
import type { StrictAnswer } from "#lib/api/strict.ts";
import { sayWindow } from "#lib/api/windows.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { LogEvidence, type OnFix } from "./log-evidence.tsx";
import { Rows, Step, TONES } from "./step.tsx";
import { groupsOf, type PairItem, type StateWord, saySends } from "./words.ts";

const OPEN = 6;

/** What would name those whom telemetry can't, and what is lost afterwards. */
const NAMELESS =
  "A sidecar can’t tell who calls without a proxy. What would: the remote addresses in the server proxy’s access log, against the pods of that time, or the network’s flow logs. Under STRICT such callers leave no metrics at all: the server’s log says NR filter_chain_not_found.";

/** Who was seen without proven mutual TLS, by name where that can be known. */
export function CallersStep({
  number,
  path,
  onFix,
}: {
  readonly number: number;
  readonly path: StrictAnswer;
  readonly onFix: OnFix;
}) {
  const { evidence, pairs, notEvaluated, namespaces } = path;
  const sum = (key: "plaintext" | "nameless" | "unknown") =>
    namespaces.filter(({ state }) => state !== "strict").reduce((total, each) => total + each.pairs[key], 0);
  const [refused, unknown] = [sum("plaintext") + sum("nameless"), sum("unknown")];
  return (
    <Step
      number={number}
      title="Who still sends plaintext"
      state={evidence === null ? NO_DATA : stateOf(refused, unknown, isWhole(path))}
    >
      {evidence === null ? (
        <Notice tone="degraded" role="status" title="No calls are known.">
          {notEvaluated}
        </Notice>
      ) : (
        <>
          <p className="text-ink-2">
            Looked at {formatPlural(evidence.hourPairs, "pair")} of the last {sayWindow(evidence.window)}
            {evidence.weekPairs === null ? "" : ` and ${formatCount(evidence.weekPairs)} more of the last 7 days`}, as
            of {sayInstant(evidence.at)}.
          </p>
          {groupsOf(pairs.items).map(({ key, title, tone, pairs: own }) => (
            <section key={key} aria-label={title}>
              <h3 className={clsx("pb-1 font-semibold", TONES[tone])}>{title}</h3>
              {key === "nameless" && <p className="pb-1 text-ink-2">{NAMELESS}</p>}
              <Rows items={own} total={own.length} open={OPEN} what="pairs">
                {(pair) => (
                  <Pair
                    key={[
                      pair.source,
                      pair.target,
                      pair.protocol,
                      pair.seen,
                      pair.sends,
                      pair.basis,
                      pair.rule?.path,
                    ].join(" ")}
                    pair={pair}
                    window={evidence.window}
                    onFix={onFix}
                  />
                )}
              </Rows>
            </section>
          ))}
          {pairs.total > pairs.items.length && (
            <p className="text-ink-2">
              Showing {formatCount(pairs.items.length)} of {formatCount(pairs.total)} pairs, the worst first; step 5
              counts all.
            </p>
          )}
          {pairs.total === 0 && <p>Every call that was seen was measured as mutual TLS, or none was seen.</p>}
          <p className="text-ink-2">
            What calls less often than that, such as monthly jobs or a failover, can’t be seen in these windows.
          </p>
          {evidence.limits.length > 0 && (
            <Notice tone="degraded" title="What these windows don’t know:">
              <ul>
                {evidence.limits.map((text) => (
                  <li key={text}>{sayInstants(text)}</li>
                ))}
              </ul>
            </Notice>
          )}
        </>
      )}
    </Step>
  );
}

const NO_DATA: StateWord = { mark: "○", word: "no data", tone: "degraded" };

const isWhole = ({ evidence, namespaces }: StrictAnswer): boolean =>
  evidence !== null &&
  evidence.weekPairs !== null &&
  evidence.limits.length === 0 &&
  namespaces.every(({ blindSpots }) => blindSpots.length === 0);

function stateOf(refused: number, unknown: number, whole: boolean): StateWord {
  if (refused + unknown > 0) {
    const word = `${formatPlural(refused, "pair")} would be refused, ${formatCount(unknown)} not known`;
    return { mark: refused > 0 ? "✕" : "○", word, tone: refused > 0 ? "failing" : "degraded" };
  }
  return whole
    ? { mark: "✓", word: "nobody was seen", tone: "plain" }
    : { mark: "◐", word: "nobody was seen, not all could be", tone: "degraded" };
}

function Pair({ pair, window, onFix }: { readonly pair: PairItem; readonly window: string; readonly onFix: OnFix }) {
  const { source, target, protocol, rate, seen, refused, why, rule, blindSpots, closeWith } = pair;
  const amount = sayAmount({ min: rate, max: rate, protocol, seen }, window);
  return (
    <li className="border-t border-line py-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="min-w-0 wrap-anywhere">
          <PairEnds source={source} target={target} protocol={protocol} />
        </p>
        <p className="tabular-nums">
          <b className={clsx("font-semibold", refused === true && "text-failing")}>{amount}</b>{" "}
          <span className="text-ink-2">{saySends(pair)}</span>
        </p>
      </div>
      <p className="text-ink-2 wrap-anywhere">{why}</p>
      {rule !== null && (
        <div className="text-[12px]">
          <span className="text-ink-3">Told to by </span>
          <SourceText source={rule} />
        </div>
      )}
      <BlindSpots {...{ blindSpots, closeWith, target }} />
      {!pair.named && <LogEvidence target={target} onFix={onFix} />}
    </li>
  );
}
