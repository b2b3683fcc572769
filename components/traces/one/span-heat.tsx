"use client";

import { useQueries } from "@tanstack/react-query";
import { clsx } from "clsx";
import { Chip } from "#components/ui/chip.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { problemOf } from "#lib/errors.ts";
import { formatCount, formatMs, NO_DATA } from "#lib/format.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { windowQuery } from "#lib/query/series.ts";
import type { SpanDetail } from "#lib/tracing/view/detail.ts";
import { signedText } from "#lib/tracing/view/words.ts";
import { milliseconds } from "#lib/units.ts";
import {
  placeWords,
  STATS,
  type Such,
  suchCalls,
  tooFew,
  WINDOWS,
  type WindowHeat,
  warmth,
  windowHeat,
} from "./heat.ts";

/** A span against all such calls by the metrics. Nothing is read before somebody asks for it. */
export function SpanHeat({
  detail,
  open,
  onOpen,
}: {
  readonly detail: SpanDetail;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}) {
  const such = suchCalls(detail.call);
  if (detail.call === null) return null;
  return (
    <Section title="Against the metrics">
      <div className="border-t border-line pt-2">
        {such.kind === "none" ? (
          <p className="text-ink-3">{such.why}</p>
        ) : (
          <>
            <Chip aria-expanded={open} onClick={() => onOpen(!open)}>
              {open ? "Close the comparison" : "Compare with such calls"}
            </Chip>
            {open && (
              <QueryProvider>
                <Heat detail={detail} such={such} side={detail.call.side} />
              </QueryProvider>
            )}
          </>
        )}
      </div>
    </Section>
  );
}

function Heat({
  detail,
  such,
  side,
}: {
  readonly detail: SpanDetail;
  readonly such: Exclude<Such, { kind: "none" }>;
  readonly side: "client" | "server";
}) {
  const ms = Number(BigInt(detail.durationNs)) / 1e6;
  const until = Math.ceil(Number((BigInt(detail.startNs) + BigInt(detail.durationNs)) / 1_000_000n) / 1000);
  const subject = such.kind === "edge" ? { edge: such.edge } : { node: such.node };
  const answers = useQueries({
    queries: WINDOWS.map(({ seconds }) => ({
      ...windowQuery(subject, ["latency", "requests"], until, seconds),
      retry: false,
    })),
  });
  const failed = answers.find(({ error }) => error !== null);
  const heats = answers.map(({ data }) => (data === undefined ? null : windowHeat(data, side)));
  if (answers.every(({ isPending }) => isPending)) return <p className="mt-2 text-ink-3">Reading…</p>;
  return (
    <>
      <HeatTable ms={ms} heats={heats} such={such.words} />
      {failed !== undefined && (
        <p role="status" className="mt-1 text-degraded">
          {problemOf(failed.error).detail}{" "}
          <button type="button" className="text-accent" onClick={() => void failed.refetch()}>
            Retry now
          </button>
        </p>
      )}
    </>
  );
}

const TONES = { cold: "", warm: "bg-degraded-bg", hot: "bg-failing-bg" } as const;

/** How much longer or shorter it took than the mean and percentiles of each window. `heats`: null is not read yet. */
export function HeatTable({
  ms,
  heats,
  such,
}: {
  readonly ms: number;
  readonly heats: readonly (WindowHeat | null)[];
  readonly such: string;
}) {
  const hour = WINDOWS.findIndex(({ title }) => title === "1 h");
  const known = heats[hour] ?? null;
  const place = known === null ? null : placeWords(ms, known, such);
  const silent = heats.every((heat) => heat !== null && heat.observer === null);
  return (
    <>
      {place !== null && <p className="mt-2">{place} in the hour before its end.</p>}
      {silent && (
        <p className="mt-2 text-ink-2">
          The metrics have no latency of {such} in these windows: none was counted then, or it is kept no longer.
        </p>
      )}
      <div className="mt-2 overflow-x-auto">
        <DataTable
          label="Against the metrics"
          columns={[{ title: "than" }, ...WINDOWS.map(({ title }) => ({ title, numeric: true }))]}
        >
          {STATS.map((stat) => (
            <tr key={stat}>
              <Cell>{stat}</Cell>
              {WINDOWS.map(({ title }, at) => {
                const heat = heats[at] ?? null;
                const value = heat?.values[stat] ?? null;
                if (heat === null || value === null || tooFew(heat))
                  return (
                    <Cell key={title} numeric className="text-ink-3">
                      {heat === null ? "…" : value === null ? NO_DATA : "too few"}
                    </Cell>
                  );
                const said = `${stat} of ${such} in the ${title} before its end: ${formatMs(milliseconds(value))}${basis(heat)}`;
                return (
                  <Cell key={title} numeric title={said} className={clsx(TONES[warmth(ms, value)])}>
                    {signedText((ms - value) * 1e6)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </DataTable>
      </div>
      <p className="mt-1 text-[11px] text-ink-3">
        How much longer (+) or shorter (−) it took. From a tenth more on a cell is warm, from twice as long on hot.
      </p>
    </>
  );
}

const basis = ({ calls, observer }: WindowHeat): string =>
  `${calls === null ? "" : `, of about ${formatCount(Math.round(calls))}`}${observer === null ? "" : `, as ${observer} measured`}`;
