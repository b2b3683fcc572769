"use client";

import { clsx } from "clsx";
import { Chip } from "#components/ui/chip.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { sayWindow, WINDOWS } from "#lib/api/windows.ts";
import { CompareChoice } from "./compare-choice.tsx";
import { InstantBox } from "./instant-box.tsx";
import { useLive, useLiveStatus } from "./live-context.tsx";
import { useUrl } from "./use-url.ts";

/** Window of the rates, and live, paused or frozen at an instant. */
export function TimePicker({ anchor, onClose }: PopoverBodyProps) {
  const { state, go } = useUrl();
  const live = useLive();
  const { phase, at } = useLiveStatus();
  const paused = phase === "paused";
  const frozen = state.view.at !== null;
  return (
    <Floating anchor={anchor} onClose={onClose} label="Time" align="end">
      <div className="w-80 p-3">
        <h2 className="eyebrow">Window</h2>
        <p className="mt-1.5 text-ink-2">Rates and quantiles are averages over it.</p>
        <div role="group" aria-label="Window" className="mt-2 grid grid-cols-4 gap-1">
          {WINDOWS.map((window) => (
            <button
              key={window}
              type="button"
              aria-pressed={state.view.window === window}
              onClick={() => {
                go({ view: { window } });
                onClose();
              }}
              className={clsx(
                "h-7 rounded-md border",
                state.view.window === window
                  ? "border-accent bg-accent-bg text-accent"
                  : "border-transparent hover:border-line-strong",
              )}
            >
              {sayWindow(window)}
            </button>
          ))}
        </div>
        <div className="mt-3 border-t border-line pt-3">
          <h2 className="eyebrow">Instant</h2>
          <InstantBox
            label="Instant to look at"
            at={state.view.at}
            act="Look"
            onInstant={(instant) => {
              go({ view: { at: instant } });
              onClose();
            }}
          />
        </div>
        <div className="mt-2 flex gap-2">
          {frozen ? (
            <Chip onClick={() => go({ view: { at: null } })}>Back to live</Chip>
          ) : (
            <>
              <Chip onClick={() => live?.pause(!paused)}>{paused ? "Go live" : "Pause"}</Chip>
              <Chip
                disabled={at === null}
                onClick={() => go({ view: { at } })}
                title="Puts this instant into the address, to share it"
              >
                Freeze this instant
              </Chip>
            </>
          )}
        </div>
        <CompareChoice onClose={onClose} />
      </div>
    </Floating>
  );
}
