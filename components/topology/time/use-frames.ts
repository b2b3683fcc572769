"use client";

import { useEffect, useState } from "react";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import type { FramesStatus } from "#lib/live/messages.ts";
import { frameStep, rfc3339, type Stretch } from "./axis.ts";

/**
 * Whether frames are worth a request: since somebody began to replay or took the slider, until the view follows time again.
 * A link to an instant that is merely opened reads that instant alone.
 */
export function useWanted(at: string | null): readonly [boolean, (wanted: boolean) => void] {
  const [wanted, setWanted] = useState(false);
  const [before, setBefore] = useState(at);
  if (before !== at) {
    setBefore(at);
    if (at === null) setWanted(false);
  }
  return [wanted, setWanted];
}

/** Has the frames of the stretch read while they are wanted; null while they aren't. */
export function useFrames(stretch: Stretch, wanted: boolean): FramesStatus | null {
  const live = useLive();
  const { frames } = useLiveStatus();
  useEffect(() => {
    if (!wanted) return;
    const { start, end } = stretch;
    live?.frames({ start: rfc3339(start), end: rfc3339(end), stepSeconds: frameStep(stretch) / 1000 });
    return () => live?.frames(null);
  }, [live, stretch, wanted]);
  return wanted ? frames : null;
}

/** From frame to frame of a replay, in milliseconds; null while it isn't known yet. */
export function stepOf(stretch: Stretch, frames: FramesStatus | null): number | null {
  if (frames === null || frames.state === "reading") return null;
  return frames.stepSeconds === null ? frameStep(stretch) : frames.stepSeconds * 1000;
}

/** What there is to say of the frames; "" where that is nothing. */
export function sayFrames(stretch: Stretch, frames: FramesStatus | null): string {
  if (frames?.state === "reading") return "Reading the frames…";
  if (frames?.state === "refused")
    return `Instants are read one at a time, not all at once: ${frames.problem?.detail ?? ""}`;
  if (frames?.stepSeconds == null || frames.stepSeconds * 1000 <= frameStep(stretch)) return "";
  return `One frame every ${frames.stepSeconds} s: more would be too much at once.`;
}
