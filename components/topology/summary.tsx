"use client";

import { useRef } from "react";
import { askRows } from "#components/shell/ask-rows.ts";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { Chip, type Tone } from "#components/ui/chip.tsx";
import { STATE_WORDS, StateMark } from "#components/ui/state-mark.tsx";
import { formatCount } from "#lib/format.ts";
import type { HealthState } from "#lib/graph/model.ts";
import { useSelection } from "./selection.tsx";

/** Worst first; what there is none of isn't said. */
const ORDER: readonly HealthState[] = ["failing", "degraded", "healthy", "idle", "unknown"];
const TONES: Readonly<Record<HealthState, Tone>> = {
  failing: "failing",
  degraded: "degraded",
  healthy: "quiet",
  idle: "quiet",
  unknown: "quiet",
};
/** More than this are not cycled through one by one. */
const CYCLED = 500;

/** How many marks are in which state. A press goes to the next one in that state, worst first. */
export function Summary() {
  const { counts } = useLiveStatus();
  const live = useLive();
  const { id: selected, select } = useSelection();
  const last = useRef<string | null>(null);

  const next = async (state: HealthState) => {
    if (live === null) return;
    const answer = await askRows(live, "", Number.MAX_SAFE_INTEGER);
    const ids = (answer?.rows ?? [])
      .filter((row) => row.kind === "node" && row.state === state)
      .slice(0, CYCLED)
      .map((row) => row.id);
    const before = ids.indexOf(selected ?? last.current ?? "");
    const id = ids[(before + 1) % ids.length];
    if (id === undefined) return;
    last.current = id;
    select(id);
  };

  return ORDER.filter((state) => counts[state] > 0).map((state) => (
    <Chip
      key={state}
      tone={TONES[state]}
      onClick={() => void next(state)}
      title={`Go to the next that is ${STATE_WORDS[state]}`}
      data-testid={`count-${state}`}
    >
      <StateMark state={state} silent />
      {formatCount(counts[state])} {STATE_WORDS[state]}
    </Chip>
  ));
}
