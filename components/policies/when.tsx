"use client";

import { useSyncExternalStore } from "react";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { formatAge } from "#lib/format.ts";
import { seconds } from "#lib/units.ts";

/** Two units at most are too many in a table's column: `3 min`, `2 h`, `5 d`. */
export function shortAge(age: string): string {
  return age.split(" ").slice(0, 2).join(" ");
}

/** How long ago, with the instant itself on hover. `short` for columns; `bare` under a heading that says "age". */
export function When({
  at,
  short = false,
  bare = false,
}: {
  readonly at: string | null;
  readonly short?: boolean;
  readonly bare?: boolean;
}) {
  const now = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  if (at === null) return <span className="text-ink-3">not said</span>;
  const then = Date.parse(at) / 1000;
  const age = now === 0 ? "" : formatAge(seconds(now - then));
  return (
    <time dateTime={at} title={`${new Date(at).toLocaleString()} (${at})`} className="whitespace-nowrap tabular-nums">
      {age === "" ? "…" : `${short ? shortAge(age) : age}${bare ? "" : " ago"}`}
    </time>
  );
}
