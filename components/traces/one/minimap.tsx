"use client";

import { type PointerEvent, useCallback, useEffect, useRef, useState } from "react";
import { useThemeChange } from "#components/topology/theme-change.ts";
import { Chip } from "#components/ui/chip.tsx";
import { durationText, ticksOf } from "#lib/tracing/view/words.ts";
import { useModel } from "./model.tsx";
import { paintMinimap } from "./paint-minimap.ts";
import { between } from "./zoom.ts";

const HEIGHT = 56;

/** All of the trace, small; dragging over it shows a part, a double press all of it again. */
export function MinimapField() {
  const { picture, range, view, change } = useModel();
  const { minimap, totalNs } = picture;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const draw = useCallback(() => {
    if (canvas.current !== null) paintMinimap(canvas.current, minimap);
  }, [minimap]);
  useEffect(draw, [draw]);
  useThemeChange(draw);

  const share = ({ clientX, currentTarget }: PointerEvent): number => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return width === 0 ? 0 : (clientX - left) / width;
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const at = share(event);
    setDrag({ from: at, to: at });
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (drag !== null) setDrag({ ...drag, to: share(event) });
  };
  const onPointerUp = () => {
    if (drag !== null && Math.abs(drag.to - drag.from) > 0.003)
      change({ zoom: between(drag.from, drag.to, Math.max(1, totalNs)) });
    setDrag(null);
  };
  const total = Math.max(1, totalNs);
  const shown = drag === null ? { from: range.from / total, to: range.to / total } : drag;
  const [left, right] = [Math.min(shown.from, shown.to), Math.max(shown.from, shown.to)].map((at) =>
    Math.max(0, Math.min(1, at)),
  ) as [number, number];
  return (
    <section aria-label="Whole trace" className="shrink-0 border-b border-line bg-sunken px-4 pt-2 pb-1 max-sm:px-2">
      <div
        data-testid="minimap"
        style={{ height: HEIGHT }}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => setDrag(null)}
        onDoubleClick={() => change({ zoom: null })}
        title="Drag to show a part, double-press to show all"
        className="relative cursor-crosshair touch-none overflow-hidden rounded-sm border border-line bg-bg select-none"
      >
        <canvas
          ref={canvas}
          role="img"
          aria-label={`All spans of the trace, 0 to ${durationText(totalNs)}; shown is ${durationText(range.from)} to ${durationText(range.to)}`}
          className="absolute inset-0 size-full [image-rendering:pixelated]"
        />
        <span
          aria-hidden="true"
          style={{ width: `${left * 100}%` }}
          className="absolute inset-y-0 left-0 bg-sunken/80"
        />
        <span
          aria-hidden="true"
          style={{ width: `${(1 - right) * 100}%` }}
          className="absolute inset-y-0 right-0 bg-sunken/80"
        />
        {(left > 0 || right < 1) && (
          <span
            aria-hidden="true"
            style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }}
            className="absolute inset-y-0 border-x-2 border-accent"
          />
        )}
      </div>
      <div className="relative mt-0.5 flex h-5 items-center text-[11px] text-ink-3 tabular-nums">
        {view.zoom === null ? (
          ticksOf(0, total, 6).map((at) => (
            <span
              key={at}
              style={at / total > 0.92 ? { right: 0 } : { left: `${(at / total) * 100}%` }}
              className="absolute whitespace-nowrap max-md:even:hidden"
            >
              {durationText(at)}
            </span>
          ))
        ) : (
          <>
            <span>
              Shown: {durationText(range.from)} to {durationText(range.to)} of {durationText(totalNs)}
            </span>
            <Chip tone="quiet" className="ml-2 h-5! px-1.5!" onClick={() => change({ zoom: null })}>
              Show all
            </Chip>
          </>
        )}
      </div>
    </section>
  );
}
