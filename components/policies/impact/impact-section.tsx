import type { ReactNode } from "react";
import { sayInstant, sayInstants } from "#components/shell/instant.ts";
import { sayWindow } from "#lib/api/windows.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { type ImpactItem, type ImpactView, VERDICTS } from "#lib/policy/impact.ts";
import { Notice } from "../notice.tsx";
import { ImpactRow } from "./impact-row.tsx";
import type { Samples } from "./sample-lines.tsx";
import { bySure, callsThat, sayTotal, VERDICT_WORDS } from "./words.ts";

/** Rows of a verdict that stand open; the others are behind a line. */
const OPEN = 6;

/** What a change does to calls that were seen: which, how much, how sure, by which rule, and what nobody could see. */
export function ImpactSection({
  items,
  view,
  notEvaluated,
  samples = null,
  children,
}: {
  readonly items: readonly ImpactItem[];
  readonly view: ImpactView | null;
  readonly notEvaluated?: string | undefined;
  /** What traces and access logs say of some of them. */
  readonly samples?: Samples | null;
  /** How asking those goes. */
  readonly children?: ReactNode;
}) {
  return (
    <section aria-label="Impact on traffic seen" className="flex flex-col gap-2">
      <h3 className="eyebrow">Impact on traffic seen</h3>
      {notEvaluated !== undefined && (
        <Notice tone="degraded" title="Not evaluated:">
          {notEvaluated}
        </Notice>
      )}
      {view !== null && (
        <Seen items={items} view={view} samples={samples}>
          {children}
        </Seen>
      )}
    </section>
  );
}

function Seen({
  items,
  view,
  samples,
  children,
}: {
  readonly items: readonly ImpactItem[];
  readonly view: ImpactView;
  readonly samples: Samples | null;
  readonly children: ReactNode;
}) {
  const { at, window, hourPairs, weekPairs, totals, unseen, limits, gaps } = view;
  const pairs = totals.reduce((sum, total) => sum + total.pairs, 0);
  return (
    <>
      <p className="text-ink-2">
        Looked at {formatPlural(hourPairs, "pair")} of the last {sayWindow(window)}
        {weekPairs === null ? "" : ` and ${formatCount(weekPairs)} more of the last 7 days`}, as of {sayInstant(at)}.
        {unseen > 0 && ` ${formatPlural(unseen, "touched pair")} you may not see: counted without names.`}
      </p>
      {children}
      {totals.length === 0 && (
        <p>
          <b className="font-semibold">
            {weekPairs === null
              ? `No call of the last ${sayWindow(window)} is touched.`
              : `No call of the last ${sayWindow(window)} or of the last 7 days is touched.`}
          </b>{" "}
          <span className="text-ink-2">
            What calls less often, such as monthly jobs or a failover, can’t be seen in these windows.
          </span>
        </p>
      )}
      {VERDICTS.flatMap((verdict) => {
        const total = totals.find((each) => each.verdict === verdict);
        if (total === undefined) return [];
        const own = items.filter((each) => each.verdict === verdict).toSorted(bySure);
        const { mark } = VERDICT_WORDS[verdict];
        const rows = (list: readonly ImpactItem[]) => (
          <ul>
            {list.map((item) => (
              <ImpactRow key={keyOf(item)} item={item} window={window} samples={samples} />
            ))}
          </ul>
        );
        return (
          <div key={verdict}>
            <h4 className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span className="font-semibold">
                <span aria-hidden="true">{mark} </span>
                {callsThat(verdict)}
              </span>
              <span className="text-[12px] text-ink-2 tabular-nums">{sayTotal(total)}</span>
            </h4>
            {rows(own.slice(0, OPEN))}
            {own.length > OPEN && (
              <details>
                <summary className="cursor-pointer border-t border-line py-1 text-ink-2">
                  {formatPlural(own.length - OPEN, "more call")}
                </summary>
                {rows(own.slice(OPEN))}
              </details>
            )}
          </div>
        );
      })}
      {items.length < pairs && (
        <p className="text-ink-2">
          Showing {formatCount(items.length)} of {formatCount(pairs)}, the worst first; the totals are of all.
        </p>
      )}
      {gaps.length > 0 && (
        <Notice tone="degraded" title="Not worked out:">
          <ul>
            {gaps.map(({ what, closeWith }) => (
              <li key={what}>
                {what} <span className="text-ink-2">(what would tell: {closeWith})</span>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {limits.length > 0 && (
        <Notice title="What these windows don’t know:">
          <ul>
            {limits.map((text) => (
              <li key={text}>{sayInstants(text)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

const keyOf = ({ source, target, protocol, certainty, seen, rule }: ImpactItem): string =>
  [source, target, protocol, certainty, seen, rule?.object.name, rule?.path].join(" ");
