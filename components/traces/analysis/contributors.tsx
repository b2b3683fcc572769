"use client";

import { clsx } from "clsx";
import { type KeyboardEvent, useMemo, useState } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { ContributorDetails } from "./contributor-details.tsx";
import { turnOf } from "./headline.ts";
import { Pieces } from "./pieces.tsx";
import { type Row, rowsOf } from "./rows.ts";
import type { Measure } from "./state.ts";
import { contributorPieces, type Estimate, KIND_SAYS, KIND_WORDS, msText, rangeText, signedMs } from "./words.ts";

const HEAD = "pb-1 pl-4 text-right text-[11px] font-normal whitespace-nowrap text-ink-3";
const CELL = "border-t border-line py-1.5 pl-4 text-right align-top whitespace-nowrap tabular-nums";

/** What takes the time, ranked. A row opens to its spread, its changes and its examples; arrow keys go from row to row. */
export function Contributors({
  result,
  by,
  onBy,
}: {
  readonly result: AnalysisResult;
  readonly by: Measure;
  readonly onBy: (by: Measure) => void;
}) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(result, by), [result, by]);
  const compared = result.change !== null;
  const toggle = (key: string) =>
    setOpen((before) => (before.has(key) ? without(before, key) : new Set([...before, key])));
  if (rows.length === 0) return null;
  return (
    <section>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h3 className="eyebrow">What takes the time</h3>
        <div role="group" aria-label="Ranked by" className="flex items-center gap-2 text-ink-3">
          Ranked by {compared ? "the change of" : "the share of"}
          {(["p95", "mean"] as const).map((measure) => (
            <button
              key={measure}
              type="button"
              aria-pressed={by === measure}
              onClick={() => onBy(measure)}
              className={clsx(
                "h-7 rounded-md border px-2",
                by === measure
                  ? "border-accent bg-accent-bg text-accent"
                  : "border-line text-ink-2 hover:border-line-strong",
              )}
            >
              {measure}
            </button>
          ))}
        </div>
      </div>
      {/* Scrolled sideways by its rows' buttons, which take the focus. */}
      <div className="overflow-x-auto" onKeyDown={walk}>
        <table aria-label="Contributors" className="w-full min-w-[720px] border-collapse">
          <thead>
            <tr>
              <th scope="col" className="pb-1 text-left text-[11px] font-normal text-ink-3">
                Contributor
              </th>
              <th scope="col" className={HEAD}>
                To p95
              </th>
              {compared && (
                <th scope="col" className={HEAD}>
                  Change
                </th>
              )}
              <th scope="col" className={HEAD}>
                To the mean
              </th>
              {compared && (
                <th scope="col" className={HEAD}>
                  Change
                </th>
              )}
              <th scope="col" className={HEAD}>
                Traces
              </th>
              <th scope="col" className={HEAD}>
                Since
              </th>
            </tr>
          </thead>
          {rows.map((row) => (
            <tbody key={row.key}>
              <ContributorRow row={row} compared={compared} open={open.has(row.key)} onToggle={() => toggle(row.key)} />
              {open.has(row.key) && (
                <tr>
                  <td colSpan={compared ? 7 : 5} className="pb-3">
                    <ContributorDetails each={row.each} compared={compared} />
                  </td>
                </tr>
              )}
            </tbody>
          ))}
        </table>
      </div>
      {result.more !== null && (
        <p className="mt-2 text-ink-3">
          {formatPlural(result.more.contributors, "smaller one")} left out: {msText(result.more.mean)} of the mean
          together.
        </p>
      )}
    </section>
  );
}

function without(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return new Set([...keys].filter((each) => each !== key));
}

function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const at = event.target instanceof Element ? event.target.closest("button[aria-expanded]") : null;
  if (step === 0 || at === null) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button[aria-expanded]")];
  const next = all[all.indexOf(at as HTMLElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function ContributorRow({
  row: { each, now, before },
  compared,
  open,
  onToggle,
}: {
  readonly row: Row;
  readonly compared: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
}) {
  const { kind, since, coincidences, change } = each;
  return (
    <tr className={clsx(open ? "bg-sunken" : "hover:bg-sunken")}>
      <th scope="row" className="w-full max-w-0 min-w-64 border-t border-line py-1.5 text-left align-top font-normal">
        <button type="button" aria-expanded={open} onClick={onToggle} className="block w-full min-w-0 text-left">
          <span className="flex min-w-0 items-baseline gap-2">
            <span aria-hidden="true" className={clsx("text-ink-3", open && "rotate-90")}>
              ›
            </span>
            <span title={KIND_SAYS[kind]} className="w-[68px] shrink-0 text-[11px] text-ink-3">
              {KIND_WORDS[kind]}
            </span>
            <span className="min-w-0 wrap-anywhere">
              <Pieces of={contributorPieces(each)} />
              {coincidences.length > 0 && (
                <span className="text-[11px] text-accent">
                  {" "}
                  · {formatPlural(coincidences.length, "change")} at that time
                </span>
              )}
            </span>
          </span>
          <Bars now={now} before={before} />
        </button>
      </th>
      <Number estimate={each.now.p95} none="too few" />
      {compared && <Number estimate={change?.p95 ?? null} none="too few" write={signedMs} />}
      <Number estimate={each.now.mean} none="–" />
      {compared && <Number estimate={change?.mean ?? null} none="–" write={signedMs} />}
      <td className={CELL}>{formatCount(each.now.traces)}</td>
      <td className={CELL}>{since === null ? <span className="text-ink-3">–</span> : sayInstant(since)}</td>
    </tr>
  );
}

/** Now above, and before below it, fainter: both to one scale. */
function Bars({ now, before }: { readonly now: number; readonly before: number | null }) {
  return (
    <span aria-hidden="true" className="mt-1 ml-[88px] block max-w-96">
      <span className="block h-1 rounded-full bg-accent" style={{ width: `${100 * now}%` }} />
      {before !== null && (
        <span className="mt-px block h-1 rounded-full bg-line-strong" style={{ width: `${100 * before}%` }} />
      )}
    </span>
  );
}

function Number({
  estimate,
  none,
  write = msText,
}: {
  readonly estimate: Estimate | null;
  readonly none: string;
  readonly write?: (ms: number) => string;
}) {
  if (estimate === null) return <td className={clsx(CELL, "text-ink-3")}>{none}</td>;
  const range = rangeText(estimate, write);
  const sure = write === signedMs && turnOf(estimate) !== null;
  return (
    <td className={CELL}>
      <span className={clsx(sure && "font-semibold")}>{write(estimate.value)}</span>
      {range !== null && <span className="block text-[11px] leading-tight text-ink-3">{range}</span>}
    </td>
  );
}
