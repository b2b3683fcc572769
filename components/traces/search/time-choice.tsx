"use client";

import { clsx } from "clsx";
import { useState } from "react";
import { InstantBox } from "#components/shell/instant-box.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { serverNow } from "#lib/query/server-clock.ts";
import { LOOKBACKS, type Lookback, type TraceSearch } from "./state.ts";
import { LOOKBACK_WORDS } from "./time-words.ts";

type Time = Pick<TraceSearch, "lookback" | "start" | "end">;

/** The time to search: so much before now, or from an instant to another. */
export function TimeChoice({
  anchor,
  onClose,
  time,
  onChange,
}: PopoverBodyProps & { readonly time: Time; readonly onChange: (time: Partial<Time>) => void }) {
  const [opened] = useState(() => serverNow());
  const begins = new Date(opened - LOOKBACKS[time.lookback] * 1000).toISOString();
  const relative = time.start === null && time.end === null;
  return (
    <Floating anchor={anchor} onClose={onClose} label="Time to search">
      <div className="w-80 p-3">
        <h2 className="eyebrow">Up to now</h2>
        <div role="group" aria-label="Up to now" className="mt-2 grid grid-cols-3 gap-1">
          {(Object.keys(LOOKBACK_WORDS) as Lookback[]).map((lookback) => (
            <button
              key={lookback}
              type="button"
              aria-pressed={relative && time.lookback === lookback}
              onClick={() => {
                onChange({ lookback, start: null, end: null });
                onClose();
              }}
              className={clsx(
                "h-7 rounded-md border",
                relative && time.lookback === lookback
                  ? "border-accent bg-accent-bg text-accent"
                  : "border-transparent hover:border-line-strong",
              )}
            >
              {LOOKBACK_WORDS[lookback]}
            </button>
          ))}
        </div>
        <div className="mt-3 border-t border-line pt-3">
          <h2 className="eyebrow">From</h2>
          <InstantBox
            label="Search from"
            at={time.start ?? begins}
            act="Set"
            onInstant={(start) => onChange({ start })}
          />
        </div>
        <div className="mt-3 border-t border-line pt-3">
          <h2 className="eyebrow">To</h2>
          <InstantBox label="Search up to" at={time.end} act="Set" onInstant={(end) => onChange({ end })} />
        </div>
      </div>
    </Floating>
  );
}
