"use client";

import { useSyncExternalStore } from "react";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { sayInstant } from "#components/shell/instant.ts";
import { formatAge } from "#lib/format.ts";
import { seconds } from "#lib/units.ts";
import { Notice } from "./notice.tsx";

/** That an answer is of objects which nobody says are still so; nothing while the API server answers. */
export function SilentNote({ since }: { readonly since: string | undefined }) {
  const now = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  if (since === undefined) return null;
  const age = now === 0 ? "" : ` (${formatAge(seconds(now - Date.parse(since) / 1000))} ago)`;
  return (
    <Notice tone="degraded" title="Not of now." role="status">
      Objects as of {sayInstant(since)}
      {age}: the API server hasn’t answered since. It is asked again by itself.
    </Notice>
  );
}
