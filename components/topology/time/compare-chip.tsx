"use client";

import { sayInstant } from "#components/shell/instant.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { WHOLE } from "#lib/live/whole.ts";

/** Says that two windows are compared, leads to the list, and ends it. */
export function CompareChip({ at }: { readonly at: string }) {
  const { state, go } = useUrl();
  const listed = state.selected === WHOLE;
  return (
    <span className="flex" data-testid="compare">
      <Chip
        tone="on"
        className="rounded-r-none border-r-0"
        aria-pressed={listed}
        title="List what changed"
        onClick={() => go({ selected: listed ? null : WHOLE })}
      >
        <span suppressHydrationWarning>Compared with {sayInstant(at)}</span>
      </Chip>
      <Chip
        tone="on"
        className="w-7 justify-center rounded-l-none px-0!"
        aria-label="Stop comparing"
        onClick={() => go({ view: { compareAt: null, compareWindow: null }, ...(listed ? { selected: null } : {}) })}
      >
        <Icon name="close" size={13} />
      </Chip>
    </span>
  );
}
