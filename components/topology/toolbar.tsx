"use client";

import { lazy } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { DetailControl } from "./detail-control.tsx";
import type { Drawing } from "./drawing.ts";
import { FocusBar } from "./focus-bar.tsx";
import { Summary } from "./summary.tsx";

const Legend = lazy(async () => ({ default: (await import("./legend.tsx")).Legend }));
const LookPicker = lazy(async () => ({ default: (await import("./look-picker.tsx")).LookPicker }));

/** What is drawn, how it is, and the ways to look at it. */
export function Toolbar({ drawing, table }: { readonly drawing: Drawing | null; readonly table: boolean }) {
  const { go } = useUrl();
  return (
    <div className="z-10 flex min-h-11 flex-wrap items-center gap-2 px-4 pt-3.5 pb-1">
      <DetailControl />
      <Summary />
      <FocusBar />
      <div className="ml-auto flex items-center gap-2">
        {!table && (
          <>
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
              onClick={() => drawing?.focus(null)}
            >
              <Icon name="fit" size={14} />
            </Chip>
          </>
        )}
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
