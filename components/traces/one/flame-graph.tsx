"use client";

import { clsx } from "clsx";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { formatPercent, formatPlural } from "#lib/format.ts";
import type { Flame } from "#lib/tracing/view/flame.ts";
import { keyOf, rowOf } from "#lib/tracing/view/keys.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { ratio } from "#lib/units.ts";
import { serviceColour } from "./colours.ts";
import { boxToward, callersOf, drawnBoxes } from "./flame-boxes.ts";
import { type TraceModel, useModel } from "./model.tsx";
import { useAnswer } from "./use-trace.ts";

const LEVEL = 24;
const NOTHING = {};

/** Chains of callers, each as wide as the time spent in it and under it. */
export function FlameGraph() {
  const { handle, picture } = useModel();
  const flame = useAnswer(handle, picture, "flame", NOTHING)?.answer ?? null;
  if (flame === null) return <p className="px-4 py-3 text-ink-3">Adding up…</p>;
  return <Boxes flame={flame} />;
}

function Boxes({ flame }: { readonly flame: Flame }) {
  const { picture, view, change } = useModel();
  const field = useRef<HTMLDivElement>(null);
  const outer = useMemo(
    () => (view.box === null ? -1 : flame.row.indexOf(rowOf(picture.spanIds, view.box))),
    [flame, picture, view.box],
  );
  const drawn = useMemo(() => drawnBoxes(flame, outer), [flame, outer]);
  const [here, setHere] = useState<number | null>(null);
  const stop = drawn.boxes.some(({ box }) => box === here) ? here : (drawn.boxes[0]?.box ?? null);
  const open = (box: number | null) => {
    const row = box === null ? undefined : flame.row[box];
    change({ box: row === undefined ? null : keyOf(picture.spanIds, row) });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (!event.key.startsWith("Arrow") || stop === null) return;
    event.preventDefault();
    const next = boxToward(drawn, flame, stop, event.key);
    if (next === null) return;
    setHere(next);
    field.current?.querySelector<HTMLElement>(`[data-box="${next}"]`)?.focus();
  };
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2 text-ink-2 max-sm:px-2">
        <span>
          Width is time spent by spans themselves, {durationText(flame.total)} together. What ran at once counts for
          each.
        </span>
        {outer >= 0 && (
          <>
            <Chip onClick={() => open(null)}>All</Chip>
            {callersOf(flame, outer).map((box) => (
              <Chip key={box} tone="quiet" className="max-w-52" onClick={() => open(box)}>
                <bdi className="name">{nameOf(picture, flame, box)}</bdi>
              </Chip>
            ))}
          </>
        )}
        {drawn.narrow > 0 && (
          <span className="text-ink-3">{formatPlural(drawn.narrow, "box", "boxes")} too narrow to be drawn.</span>
        )}
      </div>
      <div tabIndex={-1} className="min-h-0 grow overflow-auto px-4 pb-4 max-sm:px-2">
        <div
          ref={field}
          role="group"
          aria-label="Flame graph"
          onKeyDown={onKeyDown}
          className="relative"
          style={{ height: drawn.levels * LEVEL }}
        >
          {drawn.boxes.map(({ box, level, left, width }) => (
            <button
              key={box}
              type="button"
              data-box={box}
              tabIndex={box === stop ? 0 : -1}
              aria-label={spoken(picture, flame, box)}
              title={spoken(picture, flame, box)}
              onFocus={() => setHere(box)}
              onClick={() => open(box === outer ? null : box)}
              style={{
                left: `${left * 100}%`,
                width: `calc(${width * 100}% - 1px)`,
                top: level * LEVEL,
                height: LEVEL - 2,
                // A stripe that takes no room: whatever a box is made of, it is no wider than its time.
                boxShadow: `inset 4px 0 ${serviceColour(flame.service[box] ?? 0).colour}`,
              }}
              className={clsx(
                "absolute min-w-px overflow-hidden rounded-[2px] bg-line text-left text-[11px] leading-[21px] hover:bg-line-strong",
                (flame.failed[box] ?? 0) > 0 && "text-failing",
              )}
            >
              {width > 0.03 && (
                <span className="block truncate pr-1 pl-2">
                  {(flame.failed[box] ?? 0) > 0 && "✕ "}
                  <bdi>{nameOf(picture, flame, box)}</bdi>
                </span>
              )}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}

function nameOf(picture: TraceModel["picture"], flame: Flame, box: number): string {
  const service = picture.services[flame.service[box] ?? 0] || "no service name";
  return `${service} ${picture.names[flame.name[box] ?? 0] ?? ""}`;
}

function spoken(picture: TraceModel["picture"], flame: Flame, box: number): string {
  const width = flame.width[box] ?? 0;
  const failed = flame.failed[box] ?? 0;
  const share = flame.total > 0 ? `, ${formatPercent(ratio(width / flame.total))}` : "";
  return [
    nameOf(picture, flame, box),
    `${durationText(width)}${share}`,
    `itself ${durationText(flame.self[box] ?? 0)}`,
    formatPlural(flame.spans[box] ?? 0, "span"),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(" · ");
}
