"use client";

import { lazy, Suspense } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { WHOLE } from "#lib/live/whole.ts";
import { DetailControl } from "./detail-control.tsx";
import type { Drawing } from "./drawing.ts";
import { FocusBar } from "./focus-bar.tsx";
import { Summary } from "./summary.tsx";
import { UndoMove } from "./undo-move.tsx";

const CompareChip = lazy(async () => ({ default: (await import("./time/compare-chip.tsx")).CompareChip }));
const ShareMenu = lazy(async () => ({ default: (await import("./export/share-menu.tsx")).ShareMenu }));
const Legend = lazy(async () => ({ default: (await import("./legend.tsx")).Legend }));
const LookPicker = lazy(async () => ({ default: (await import("./look-picker.tsx")).LookPicker }));

/** What is drawn, how it is, and the ways to look at it. */
export function Toolbar({
  drawing,
  table,
  axis,
  onAxis,
  onArea,
}: {
  readonly drawing: Drawing;
  readonly table: boolean;
  /** Is the time axis shown? */
  readonly axis: boolean;
  readonly onAxis: () => void;
  /** An area to zoom to is to be chosen. */
  readonly onArea: () => void;
}) {
  const { state, go } = useUrl();
  const { compareAt } = state.view;
  const whole = state.selected === WHOLE;
  return (
    <div className="z-10 flex min-h-11 shrink-0 flex-wrap items-center gap-2 px-4 pt-3.5 pb-1">
      <DetailControl />
      <Summary />
      <FocusBar />
      {compareAt !== null && (
        <Suspense fallback={null}>
          <CompareChip at={compareAt} />
        </Suspense>
      )}
      <div className="ml-auto flex flex-wrap items-center gap-2">
        {!table && (
          <>
            <UndoMove />
            <PopoverButton tone="quiet" body={(props) => <LookPicker {...props} />}>
              Display
            </PopoverButton>
            <PopoverButton tone="quiet" body={(props) => <Legend {...props} />}>
              Legend
            </PopoverButton>
            <Chip
              tone="quiet"
              className="w-7 justify-center px-0!"
              aria-label="Fit"
              title="Fit"
              onClick={() => drawing.focus(null)}
            >
              <Icon name="fit" size={14} />
            </Chip>
            <Chip
              tone="quiet"
              className="w-7 justify-center px-0!"
              aria-label="Zoom to an area"
              title="Zoom to an area ( z, or drag with Shift )"
              onClick={onArea}
            >
              <Icon name="area" size={14} />
            </Chip>
          </>
        )}
        <Chip
          tone={whole ? "on" : "quiet"}
          aria-pressed={whole}
          title="Numbers of the whole view ( i )"
          onClick={() => go({ selected: whole ? null : WHOLE })}
        >
          <Icon name="info" size={14} />
          <span className="max-2xl:sr-only">Totals</span>
        </Chip>
        <Chip tone={axis ? "on" : "quiet"} aria-pressed={axis} title="Time axis ( h )" onClick={onAxis}>
          <Icon name="clock" size={14} />
          <span className="max-2xl:sr-only">History</span>
        </Chip>
        <PopoverButton tone="quiet" body={(props) => <ShareMenu {...props} drawing={drawing} />}>
          <Icon name="share" size={14} />
          <span className="max-2xl:sr-only">Share</span>
        </PopoverButton>
        <Chip
          tone={table ? "on" : "quiet"}
          aria-pressed={table}
          title="Table ( t )"
          onClick={() => go({ table: !table })}
        >
          <Icon name="table" size={14} />
          Table
        </Chip>
      </div>
    </div>
  );
}
