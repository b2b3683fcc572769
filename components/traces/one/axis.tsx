"use client";

import { durationText, ticksOf } from "#lib/tracing/view/words.ts";
import { useModel } from "./model.tsx";
import type { Zoom } from "./view-state.ts";

/** Ticks on a wide screen; labels stay apart. */
const TICKS = 6;

const share = (at: number, { from, to }: Zoom): number => ((at - from) / (to - from)) * 100;

/** The time axis above the rows: from the trace's begin on. */
export function Axis() {
  const { range } = useModel();
  return (
    <div className="flex h-7 shrink-0 border-b border-line text-[11px] text-ink-3">
      <div className="flex w-(--names) shrink-0 items-center border-r border-line px-3">Service and operation</div>
      <div className="relative min-w-0 grow overflow-hidden tabular-nums" data-testid="axis">
        {ticksOf(range.from, range.to, TICKS).map((at) => {
          const left = share(at, range);
          return (
            <span
              key={at}
              style={left > 92 ? { right: `${100 - left}%` } : { left: `${left}%` }}
              className="absolute inset-y-0 flex items-center px-1 whitespace-nowrap max-md:even:hidden"
            >
              {durationText(at)}
            </span>
          );
        })}
      </div>
    </div>
  );
}

/** Hairlines under the bars. */
export function GridLines({ range }: { readonly range: Zoom }) {
  return (
    <div aria-hidden="true" className="pointer-events-none absolute inset-y-0 right-0 left-(--names)">
      {ticksOf(range.from, range.to, TICKS).map((at) => (
        <span
          key={at}
          style={{ left: `${share(at, range)}%` }}
          className="absolute inset-y-0 w-px bg-line opacity-60"
        />
      ))}
    </div>
  );
}
