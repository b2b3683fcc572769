"use client";

import { useRouter } from "next/navigation";
import { memo, useId } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import type { Chart, SeriesAnswer } from "#lib/api/series.ts";
import { formatMs } from "#lib/format.ts";
import { milliseconds } from "#lib/units.ts";
import { type Brush, traceHref } from "../state.ts";
import { BANDS, bandPath, latest, rightOf } from "./bands.ts";
import { boxOf, type Dot, dotAt, MARGIN, type Plot, type Size, toX, toY } from "./dots.ts";
import { DotTip } from "./tip.tsx";
import { useDotWalk } from "./use-dot-walk.ts";
import { useMarking } from "./use-marking.ts";

const DASHES = { p50: undefined, p95: "6 3", p99: "2 3" } as const;

/** The dots. A press opens one, a drag marks an area; keys do both (the sentence below says which). */
export function Scatter({
  plot,
  size,
  bands,
  brush,
  onBrush,
  pointed,
  onPoint,
}: {
  readonly plot: Plot;
  readonly size: Size;
  readonly bands: { readonly chart: Chart; readonly series: SeriesAnswer } | null;
  readonly brush: Brush | null;
  readonly onBrush: (brush: Brush | null) => void;
  readonly pointed: string | null;
  readonly onPoint: (key: string | null) => void;
}) {
  const router = useRouter();
  const keys = useId();
  const open = (dot: Dot) => router.push(traceHref(dot.item));
  const marking = useMarking(plot, size, {
    onMark: onBrush,
    onPress: (x, y) => {
      const dot = dotAt(plot.dots, x, y);
      if (dot !== null) open(dot);
      else onBrush(null);
    },
    onMove: (x, y) => onPoint(dotAt(plot.dots, x, y)?.key ?? null),
  });
  const walk = useDotWalk(plot, { pointed, brush, onPoint, onBrush, onOpen: open });
  const shown = plot.dots.find(({ key }) => key === pointed) ?? null;
  const box = marking.box ?? (brush === null ? null : boxOf(plot, size, brush));
  return (
    <div
      role="application"
      aria-roledescription="scatter plot"
      aria-label={`${plot.dots.length} traces by time and duration; the table below has them as rows`}
      aria-describedby={keys}
      tabIndex={0}
      data-testid="scatter"
      {...walk.handlers}
      {...marking.handlers}
      onPointerLeave={() => onPoint(null)}
      className="group relative size-full cursor-crosshair touch-none outline-offset-[-2px] select-none"
    >
      <svg width={size.width} height={size.height} aria-hidden="true" className="block">
        <Axes plot={plot} size={size} />
        {bands !== null && <BandLines plot={plot} size={size} {...bands} />}
        {box !== null && (
          <rect
            x={Math.min(box.x0, box.x1)}
            y={Math.min(box.y0, box.y1)}
            width={Math.max(1, Math.abs(box.x1 - box.x0))}
            height={Math.max(1, Math.abs(box.y1 - box.y0))}
            className="fill-accent/10 stroke-accent"
          />
        )}
        <Dots dots={plot.dots} />
        {shown !== null && (
          <circle cx={shown.x} cy={shown.y} r={shown.r + 4} className="fill-none stroke-accent" strokeWidth="2" />
        )}
      </svg>
      {shown !== null && marking.box === null && <DotTip dot={shown} size={size} />}
      <p
        id={keys}
        className="pointer-events-none absolute right-3 bottom-6 hidden rounded-md bg-raised px-1.5 text-[11px] text-ink-2 group-focus-visible:block"
      >
        ← → next trace · Enter opens it · Space begins and ends marking an area · Esc clears it
      </p>
      <p className="sr-only" aria-live="polite">
        {walk.said}
      </p>
    </div>
  );
}

function Axes({ plot, size }: { readonly plot: Plot; readonly size: Size }) {
  const [right, bottom] = [rightOf(size), size.height - MARGIN.bottom];
  const words = timeWords(plot.time.ticks);
  return (
    <g className="fill-ink-3 text-[10.5px] tabular-nums">
      {plot.duration.ticks.map((ms) => {
        const y = toY(size, plot.duration, ms);
        return (
          <g key={ms}>
            <path d={`M${MARGIN.left} ${y}H${right}`} className="stroke-line" />
            <text x={MARGIN.left - 6} y={y + 3.5} textAnchor="end">
              {formatMs(milliseconds(ms))}
            </text>
          </g>
        );
      })}
      <path d={`M${MARGIN.left} ${bottom}H${right}`} className="stroke-line-strong" />
      {plot.time.ticks.map((at, index) => {
        const x = toX(size, plot.time, at);
        return (
          <g key={at}>
            <path d={`M${x} ${bottom}v3`} className="stroke-line-strong" />
            <text x={x} y={bottom + 14} textAnchor={x > right - 24 ? "end" : "middle"}>
              {words[index]}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Wall times as short as the ticks allow: minutes, seconds, or fractions of one. */
function timeWords(ticks: readonly number[]): readonly string[] {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return ticks.map((at) => {
    const said = sayInstant(new Date(at).toISOString());
    if (step >= 60_000) return said.replace(/:\d\d$/, "");
    return step >= 1000 || ticks.length < 2 ? said : `${said}.${String(Math.round(at % 1000)).padStart(3, "0")}`;
  });
}

function BandLines({
  plot,
  size,
  chart,
  series,
}: {
  readonly plot: Plot;
  readonly size: Size;
  readonly chart: Chart;
  readonly series: SeriesAnswer;
}) {
  return BANDS.map((band) => {
    const values = chart.lines.find(({ name }) => name === band)?.values ?? [];
    const last = latest(chart, series, band, plot.time);
    const y = last === null ? null : toY(size, plot.duration, last);
    return (
      <g key={band} data-band={band}>
        <path
          d={bandPath(values, series, size, plot)}
          className="fill-none stroke-accent"
          strokeDasharray={DASHES[band]}
        />
        {y !== null && last !== null && last <= plot.duration.to && last >= plot.duration.from && (
          <text
            x={rightOf(size) - 2}
            y={y - 3}
            textAnchor="end"
            className="fill-accent stroke-bg stroke-3 text-[10.5px] [paint-order:stroke]"
          >
            {band}
          </text>
        )}
      </g>
    );
  });
}

const Dots = memo(function Dots({ dots }: { readonly dots: readonly Dot[] }) {
  return dots.map(({ key, x, y, r, kind }) =>
    kind === "failed" ? (
      <path
        key={key}
        data-kind={kind}
        className="dot"
        d={`M${x} ${y - r - 1.5}L${x + r + 1.5} ${y}L${x} ${y + r + 1.5}L${x - r - 1.5} ${y}Z`}
      />
    ) : (
      <circle key={key} data-kind={kind} className="dot" cx={x} cy={y} r={r} />
    ),
  );
});
