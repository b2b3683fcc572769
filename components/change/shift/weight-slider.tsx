"use client";

import { clsx } from "clsx";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { SHADES } from "#components/services/routing/shares.ts";
import { boundaryAt, moveBoundary } from "./split.ts";

/** One bar of all traffic with a handle at each boundary between two versions. */
export function WeightSlider({
  versions,
  percents,
  disabled,
  onChange,
}: {
  readonly versions: readonly string[];
  readonly percents: readonly number[];
  readonly disabled: boolean;
  readonly onChange: (percents: readonly number[]) => void;
}) {
  const track = useRef<HTMLDivElement>(null);
  const keys = (event: KeyboardEvent, index: number) => {
    const at = boundaryAt(percents, index);
    const step = event.shiftKey ? 10 : 1;
    const to = {
      ArrowRight: at + step,
      ArrowUp: at + step,
      ArrowLeft: at - step,
      ArrowDown: at - step,
      PageUp: at + 10,
      PageDown: at - 10,
      Home: 0,
      End: 100,
    }[event.key];
    if (to === undefined || disabled) return;
    event.preventDefault();
    onChange(moveBoundary(percents, index, to));
  };
  const drag = (event: PointerEvent, index: number) => {
    if (disabled || !event.currentTarget.hasPointerCapture(event.pointerId) || track.current === null) return;
    const { left, width } = track.current.getBoundingClientRect();
    const to = moveBoundary(percents, index, ((event.clientX - left) / width) * 100);
    if (to[index] !== percents[index]) onChange(to);
  };
  return (
    <div className="py-2.5">
      <div ref={track} className={clsx("relative h-2.5", disabled && "opacity-60")}>
        <div className="flex h-full overflow-hidden rounded-full" aria-hidden="true">
          {versions.map((version, index) => (
            <span
              key={version}
              className={clsx("h-full", SHADES[index % SHADES.length])}
              style={{ width: `${percents[index] ?? 0}%` }}
            />
          ))}
        </div>
        {versions.slice(0, -1).map((version, index) => {
          const at = boundaryAt(percents, index);
          const next = versions[index + 1] ?? "";
          return (
            <div
              key={version}
              role="slider"
              tabIndex={0}
              aria-label={`Boundary between ${version} and ${next}`}
              aria-valuemin={boundaryAt(percents, index - 1)}
              aria-valuemax={boundaryAt(percents, index + 1)}
              aria-valuenow={at}
              aria-valuetext={`${version} ${percents[index] ?? 0} %, ${next} ${percents[index + 1] ?? 0} %`}
              aria-disabled={disabled}
              onKeyDown={(event) => keys(event, index)}
              onPointerDown={(event) => {
                event.currentTarget.focus();
                event.currentTarget.setPointerCapture(event.pointerId);
              }}
              onPointerMove={(event) => drag(event, index)}
              className={clsx(
                "absolute top-1/2 flex h-8 w-4 -translate-1/2 touch-none items-center justify-center gap-[2px] rounded-md border-2 border-ink bg-raised",
                !disabled && "cursor-ew-resize",
              )}
              style={{ left: `${at}%` }}
            >
              <span aria-hidden="true" className="h-3 w-px bg-ink-3" />
              <span aria-hidden="true" className="h-3 w-px bg-ink-3" />
            </div>
          );
        })}
      </div>
    </div>
  );
}
