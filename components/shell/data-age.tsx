"use client";

import { useSyncExternalStore } from "react";
import { ChipText } from "#components/ui/chip.tsx";
import { formatAge } from "#lib/format.ts";
import { seconds } from "#lib/units.ts";
import { currentSecond, serverSecond, subscribeSeconds } from "./clock.ts";
import { useLiveStatus } from "./live-context.tsx";

/** How old what is shown is, a second at a time. The only thing on the page that renders for a tick. */
export function DataAge() {
  const { at } = useLiveStatus();
  const now = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const age = at === null || now === 0 ? null : Math.max(0, now - Date.parse(at) / 1000);
  return (
    <ChipText data-testid="data-age" title={at ?? undefined} className="max-sm:hidden">
      {age === null ? "no data yet" : `data ${formatAge(seconds(age))} old`}
    </ChipText>
  );
}
