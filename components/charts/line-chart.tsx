"use client";

import { type ReactNode, useMemo } from "react";
import { CartesianGrid, Line, LineChart as Lines, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { sayInstant } from "#components/shell/instant.ts";
import { type ChartDot, dotMarks, useDots } from "./dots.tsx";
import { isLone, type Point } from "./points.ts";

export interface ChartLine {
  readonly name: string;
  /** A token: `--ink-2`. */
  readonly colour: string;
  readonly dash?: string;
}

const TICK = { fontSize: 10.5, fill: "var(--ink-3)" } as const;

const minutes = (t: number): string => sayInstant(new Date(t).toISOString()).replace(/:\d\d$/, "");

/** An axis label breaks at spaces; a number and its unit stay together. */
const unbroken = (text: string): string => text.replaceAll(" ", "\u00a0");

interface Drawn {
  readonly label: string;
  readonly points: readonly Point[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
}

/** Lines over time. Gaps stay open, nothing is animated, and the table beside it has the same numbers. */
export function LineChart({ label, ...drawn }: Drawn) {
  return (
    <div role="img" aria-label={label} className="h-24 w-full">
      <Plot {...drawn} dots={null} />
    </div>
  );
}

/** The same with dots, each of which opens; what is pointed at is said below. */
export function DottedLineChart({
  label,
  dots,
  onOpen,
  ...drawn
}: Drawn & { readonly dots: readonly ChartDot[]; readonly onOpen: (dot: ChartDot) => void }) {
  const [from, to] = [drawn.points[0]?.t ?? 0, drawn.points.at(-1)?.t ?? 0];
  const inside = useMemo(() => dots.filter(({ t }) => t >= from && t <= to), [dots, from, to]);
  const walk = useDots(inside, onOpen);
  return (
    <>
      <div
        role="application"
        aria-roledescription="chart with dots"
        aria-label={`${label}. Left and right arrow go from dot to dot, Enter opens its trace.`}
        tabIndex={0}
        onKeyDown={walk.onKeyDown}
        data-testid="dotted-chart"
        className="h-40 w-full outline-offset-[-2px]"
      >
        <Plot {...drawn} dots={dotMarks(inside, walk)} />
      </div>
      <p className="min-h-[1.4em] truncate text-[11px] text-ink-2" aria-live="polite" title={walk.shown?.words}>
        <bdi>{walk.shown?.words ?? ""}</bdi>
      </p>
    </>
  );
}

function Plot({ points, lines, format, dots }: Omit<Drawn, "label"> & { readonly dots: ReactNode }) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <Lines data={[...points]} margin={{ top: 6, right: 2, bottom: 0, left: 2 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="t"
          type="number"
          domain={["dataMin", "dataMax"]}
          tickFormatter={minutes}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: "var(--line)" }}
          minTickGap={56}
          height={18}
        />
        <YAxis
          tick={TICK}
          tickLine={false}
          axisLine={false}
          width={52}
          tickCount={3}
          tickFormatter={(value: number) => unbroken(format(value))}
          domain={[0, "auto"]}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--line-strong)" }}
          content={({ active, payload, label: at }) =>
            active && payload ? (
              <div className="rounded-md border border-line-strong bg-raised px-2 py-1.5 text-[11px] shadow-float">
                <p className="text-ink-3">{sayInstant(new Date(Number(at)).toISOString())}</p>
                {payload.map(({ name, value }) => (
                  <p key={String(name)} className="flex justify-between gap-3">
                    <span className="text-ink-2">{String(name)}</span>
                    <span>{typeof value === "number" ? format(value) : "no data"}</span>
                  </p>
                ))}
              </div>
            ) : null
          }
        />
        {lines.map(({ name, colour, dash }) => (
          <Line
            key={name}
            dataKey={name}
            stroke={`var(${colour})`}
            strokeWidth={1.5}
            {...(dash === undefined ? {} : { strokeDasharray: dash })}
            dot={({ key, cx, cy, index }) =>
              isLone(points, name, index) ? (
                <circle key={key} cx={cx} cy={cy} r={1.5} fill={`var(${colour})`} />
              ) : (
                <g key={key} />
              )
            }
            activeDot={{ r: 2.5 }}
            type="linear"
            connectNulls={false}
            isAnimationActive={false}
          />
        ))}
        {dots}
      </Lines>
    </ResponsiveContainer>
  );
}
