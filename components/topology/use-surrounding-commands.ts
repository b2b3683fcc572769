"use client";

import { useCallback, useMemo } from "react";
import type { Command } from "#components/shell/commands.tsx";
import { stepInstant } from "#components/shell/typed-instant.ts";
import { readUrl } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { windowSeconds } from "#lib/api/windows.ts";
import { WHOLE } from "#lib/live/whole.ts";
import { serverNow } from "#lib/query/server-clock.ts";
import { useFullScreen } from "./use-full-screen.ts";

/** What one can do around the drawing by key or palette: totals, steps through time, the whole screen. */
export function useSurroundingCommands(toggleAxis: () => void): readonly Command[] {
  const { go, state } = useUrl();
  const { selected, kiosk } = state;
  const { toggle: toggleFull } = useFullScreen();
  const step = useCallback(
    (direction: 1 | -1) => {
      // From the address itself: a second press may come before the page has rendered the first.
      const { at, window: asked } = readUrl(new URLSearchParams(window.location.search)).view;
      go({ view: { at: stepInstant(at, direction * 1000 * windowSeconds(asked), new Date(serverNow())) } });
    },
    [go],
  );
  return useMemo(
    () => [
      {
        id: "totals",
        title: "Numbers of the whole view",
        keys: "i",
        run: () => go({ selected: selected === WHOLE ? null : WHOLE }),
      },
      { id: "axis", title: "Show or hide the time axis", keys: "h", run: toggleAxis },
      { id: "step-back", title: "One window back in time", keys: "[", run: () => step(-1) },
      { id: "step-forth", title: "One window forth in time", keys: "]", run: () => step(1) },
      { id: "full-screen", title: "Full screen, or back", run: toggleFull },
      {
        id: "kiosk",
        title: kiosk ? "Bring the bars back" : "Kiosk: the graph alone",
        run: () => go({ kiosk: !kiosk }),
      },
    ],
    [selected, kiosk, go, step, toggleAxis, toggleFull],
  );
}
