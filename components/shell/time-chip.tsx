"use client";

import { clsx } from "clsx";
import { lazy } from "react";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { sayWindow } from "#lib/api/windows.ts";
import { sayInstant } from "./instant.ts";
import { useLiveStatus } from "./live-context.tsx";
import { useUrl } from "./use-url.ts";

const TimePicker = lazy(async () => ({ default: (await import("./time-picker.tsx")).TimePicker }));

/** The window and whether it moves: live, paused, or an instant of the past. */
export function TimeChip() {
  const { state } = useUrl();
  const { phase, window: effective, sources } = useLiveStatus();
  const window = effective ?? state.view.window;
  const silent = sources.some(({ kind, state: how }) => kind === "prometheus" && (how === "down" || how === "stale"));
  const live = phase === "live" && state.view.at === null && !silent;
  const text =
    state.view.at !== null
      ? `At ${sayInstant(state.view.at)}`
      : phase === "paused"
        ? "Paused"
        : live
          ? "Live"
          : "Waiting";
  return (
    <PopoverButton body={(props) => <TimePicker {...props} />}>
      <span aria-hidden="true" className={clsx("size-[7px] rounded-full", live ? "bg-good" : "border border-ink-3")} />
      <span suppressHydrationWarning>
        {text} · last {sayWindow(window)}
      </span>
    </PopoverButton>
  );
}
