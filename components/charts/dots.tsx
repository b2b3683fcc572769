"use client";

import { type KeyboardEvent, useState } from "react";
import { ReferenceDot } from "recharts";

/** Something that happened once, on a chart of many. */
export interface ChartDot {
  readonly key: string;
  /** Unix milliseconds. */
  readonly t: number;
  readonly value: number;
  /** Told apart by shape: round, a diamond, a square. */
  readonly kind: "fine" | "failed" | "exemplar";
  readonly href: string;
  /** In one line, for whoever points at it or hears it. */
  readonly words: string;
}

const R = 3;
/** What a pointer reaches. */
const REACH = 9;

/** Pointing at dots and opening them, by pointer and by keys. `dots` in the order of time. */
export function useDots(dots: readonly ChartDot[], onOpen: (dot: ChartDot) => void) {
  const [pointed, point] = useState<string | null>(null);
  const here = dots.findIndex(({ key }) => key === pointed);
  const to = (index: number) => point(dots[Math.min(dots.length - 1, Math.max(0, index))]?.key ?? null);
  const acts: Readonly<Record<string, () => void>> = {
    ArrowRight: () => to(here + 1),
    ArrowLeft: () => to(here < 0 ? dots.length - 1 : here - 1),
    Home: () => to(0),
    End: () => to(dots.length - 1),
    Enter: () => dots[here] !== undefined && onOpen(dots[here]),
    Escape: () => point(null),
  };
  return {
    shown: dots[here] ?? null,
    point,
    open: onOpen,
    onKeyDown(event: KeyboardEvent) {
      const act = acts[event.key];
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && pointed === null) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
  };
}

/** Dots as children of a chart. */
export function dotMarks(
  dots: readonly ChartDot[],
  { shown, point, open }: Pick<ReturnType<typeof useDots>, "shown" | "point" | "open">,
) {
  return dots.map((dot) => (
    <ReferenceDot
      key={dot.key}
      x={dot.t}
      y={dot.value}
      r={R}
      ifOverflow="extendDomain"
      shape={({ cx, cy }: { readonly cx?: number | undefined; readonly cy?: number | undefined }) => (
        <g
          transform={`translate(${cx ?? 0} ${cy ?? 0})`}
          className="cursor-pointer"
          onPointerEnter={() => point(dot.key)}
          onPointerLeave={() => point(null)}
          onClick={() => open(dot)}
        >
          <circle r={REACH} fill="transparent" />
          {shown?.key === dot.key && <circle r={R + 4} className="fill-none stroke-accent" strokeWidth="2" />}
          <DotMark kind={dot.kind} />
        </g>
      )}
    />
  ));
}

export function DotMark({ kind }: { readonly kind: ChartDot["kind"] }) {
  if (kind === "failed")
    return <path data-kind="failed" className="dot" d={`M0 ${-R - 2}L${R + 2} 0L0 ${R + 2}L${-R - 2} 0Z`} />;
  if (kind === "exemplar")
    return <rect data-kind="untold" className="dot" x={-R} y={-R} width={2 * R} height={2 * R} />;
  return <circle data-kind="fine" className="dot" r={R} />;
}
