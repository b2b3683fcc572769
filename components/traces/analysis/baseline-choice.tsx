"use client";

import { clsx } from "clsx";
import { useState } from "react";
import { InstantBox } from "#components/shell/instant-box.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { serverNow } from "#lib/query/server-clock.ts";
import { BASELINE_WORDS } from "./baseline-words.ts";
import type { AnalysisAsked, Baseline } from "./state.ts";

type Against = Pick<AnalysisAsked, "baseline" | "against">;
const HOUR_MS = 3_600_000;

/** The window to compare with: in relation to the one that is asked for, or from an instant to another. */
export function BaselineChoice({
  anchor,
  onClose,
  asked,
  onChange,
}: PopoverBodyProps & { readonly asked: Against; readonly onChange: (patch: Partial<Against>) => void }) {
  const [opened] = useState(() => serverNow());
  const { baseline, against } = asked;
  const hours = (back: number) => new Date(opened - back * HOUR_MS).toISOString();
  const own = against ?? { start: hours(2), end: hours(1) };
  return (
    <Floating anchor={anchor} onClose={onClose} label="Time to compare with">
      <div className="w-80 p-3">
        <div role="group" aria-label="Compare with" className="grid grid-cols-2 gap-1">
          {(Object.keys(BASELINE_WORDS) as Baseline[]).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={against === null && baseline === each}
              onClick={() => {
                onChange({ baseline: each, against: null });
                onClose();
              }}
              className={clsx(
                "h-7 rounded-md border",
                against === null && baseline === each
                  ? "border-accent bg-accent-bg text-accent"
                  : "border-transparent hover:border-line-strong",
              )}
            >
              {BASELINE_WORDS[each]}
            </button>
          ))}
        </div>
        <div className="mt-3 border-t border-line pt-3">
          <h2 className="eyebrow">From</h2>
          <InstantBox
            label="Compare from"
            at={own.start}
            act="Set"
            onInstant={(start) => onChange({ against: { ...own, start: start ?? hours(0) } })}
          />
        </div>
        <div className="mt-3 border-t border-line pt-3">
          <h2 className="eyebrow">To</h2>
          <InstantBox
            label="Compare up to"
            at={own.end}
            act="Set"
            onInstant={(end) => onChange({ against: { ...own, end: end ?? hours(0) } })}
          />
        </div>
      </div>
    </Floating>
  );
}
