"use client";

import { useMemo } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import type { TracesAnswer } from "#lib/api/traces.ts";
import { formatMs } from "#lib/format.ts";
import { milliseconds } from "#lib/units.ts";
import type { TraceSearch } from "../state.ts";
import type { ChangeSearch } from "../use-search.ts";
import { BANDS, latest } from "./bands.ts";
import { type Plot as Plotted, plotOf } from "./dots.ts";
import { Scatter } from "./scatter.tsx";
import { slowerThan } from "./slower.ts";
import { type Bands, useBands } from "./use-bands.ts";
import { useSize } from "./use-size.ts";

/** Time across, duration up, and behind the dots what is usual. */
export function Plot({
  answer,
  search,
  change,
  pointed,
  onPoint,
}: {
  readonly answer: TracesAnswer;
  readonly search: TraceSearch;
  readonly change: ChangeSearch;
  readonly pointed: string | null;
  readonly onPoint: (key: string | null) => void;
}) {
  const { view } = useUrl().state;
  const bands = useBands(answer, view.clusters);
  const [frame, size] = useSize();
  const [chart, series] = bands.state === "there" ? [bands.chart, bands.series] : [null, null];
  const plot = useMemo(() => {
    const offsetMs = -new Date(answer.end).getTimezoneOffset() * 60_000;
    return plotOf(answer.items, size, offsetMs, (time) =>
      chart === null || series === null
        ? []
        : BANDS.map((band) => latest(chart, series, band, time)).filter((value) => value !== null),
    );
  }, [answer, size, chart, series]);
  const kinds = new Set(plot.dots.map(({ kind }) => kind));
  return (
    <section aria-label="Durations over time" className="border-b border-line">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 pt-2.5 text-[11px] text-ink-3 max-sm:px-2">
        <h2 className="eyebrow">Duration over time</h2>
        <span className="flex gap-3">
          {kinds.has("fine") && <Key kind="fine">without errors</Key>}
          {kinds.has("failed") && <Key kind="failed">with errors</Key>}
          {kinds.has("untold") && <Key kind="untold">errors not told</Key>}
        </span>
        <span>larger: more spans</span>
        <span className="grow" />
        <BandWords
          bands={bands}
          time={plot.time}
          onSlower={(ms, root) => change(slowerThan(ms, root, search, answer.items))}
        />
      </div>
      <div ref={frame} className="h-52 short:h-40">
        {size.width > 0 && (
          <Scatter
            plot={plot}
            size={size}
            bands={bands.state === "there" ? bands : null}
            brush={search.brush}
            onBrush={(brush) => change({ brush })}
            pointed={pointed}
            onPoint={onPoint}
          />
        )}
      </div>
    </section>
  );
}

function Key({ kind, children }: { readonly kind: "fine" | "failed" | "untold"; readonly children: string }) {
  return (
    <span className="flex items-center gap-1">
      <svg viewBox="-6 -6 12 12" width="11" height="11" aria-hidden="true" data-kind={kind} className="dot">
        {kind === "failed" ? <path d="M0 -5L5 0L0 5L-5 0Z" /> : <circle r="4" />}
      </svg>
      {children}
    </span>
  );
}

/** Whose percentiles the lines are, with their last values; or why there are none. */
function BandWords({
  bands,
  time,
  onSlower,
}: {
  readonly bands: Bands;
  readonly time: Plotted["time"];
  readonly onSlower: (ms: number, root: string) => void;
}) {
  if (bands.state === "reading") return <span>Reading percentiles…</span>;
  if (bands.state === "none") return <span className="max-w-prose">{bands.why}</span>;
  const { root, chart } = bands;
  const sent = chart.direction === "outbound";
  return (
    <span className="flex flex-wrap gap-x-3">
      <span>
        Lines: all requests {sent ? "that" : "to"} <bdi className="text-ink-2">{root.service}</bdi>
        {sent ? " sends" : ""}, where{" "}
        {root.count === root.of ? "these traces begin" : `${root.count} of ${root.of} begin`}
      </span>
      {BANDS.map((band) => {
        const value = latest(chart, bands.series, band, time);
        if (value === null) return <span key={band}>{band} no data</span>;
        return (
          <button
            key={band}
            type="button"
            title={`Show the traces that take longer than ${band} of all these requests`}
            onClick={() => onSlower(value, root.service)}
            className="text-ink-2 tabular-nums underline decoration-line-strong underline-offset-2 hover:text-accent"
          >
            {band} {formatMs(milliseconds(value))}
          </button>
        );
      })}
    </span>
  );
}
