"use client";

import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { Chip } from "#components/ui/chip.tsx";

/** Takes the last move by hand, or the last fresh layout, back. Absent where there is none. */
export function UndoMove() {
  const live = useLive();
  const { moves } = useLiveStatus();
  if (live === null || moves === 0) return null;
  return (
    <Chip tone="quiet" title="Takes the last move or fresh layout back ( u )" onClick={() => void live.move(null)}>
      Undo move
    </Chip>
  );
}
