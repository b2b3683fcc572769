"use client";

import { clsx } from "clsx";
import { lazy } from "react";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { sayWindow } from "#lib/api/windows.ts";
import { useLiveStatus } from "./live-context.tsx";
import { sayTime } from "./say-time.ts";
import { useUrl } from "./use-url.ts";

const TimePicker = lazy(async () => ({ default: (await import("./time-picker.tsx")).TimePicker }));

/** The window and whether it moves: live, paused, or an instant of the past. */
export function TimeChip() {
  const { state } = useUrl();
  const status = useLiveStatus();
  const window = status.window ?? state.view.window;
  const { live, text } = sayTime(status, state.view.at);
  return (
    <PopoverButton body={(props) => <TimePicker {...props} />}>
      <span aria-hidden="true" className={clsx("size-[7px] rounded-full", live ? "bg-good" : "border border-ink-3")} />
      <span suppressHydrationWarning>
        {text} · last {sayWindow(window)}
      </span>
    </PopoverButton>
  );
}
