"use client";

import { useLiveStatus } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip, ChipText } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { formatPlural } from "#lib/format.ts";
import { MOST_STEPS, SIDES, type Side } from "#lib/live/look.ts";
import { idTitle } from "./names.ts";

const SIDE_WORDS: Readonly<Record<Side, string>> = { both: "both ways", up: "callers", down: "called" };

/** What the map is focused on, how far, and the way back. Absent without a focus. */
export function FocusBar() {
  const { state, go } = useUrl();
  const { near } = useLiveStatus();
  const { focus, steps, side, rest } = state.look;
  if (focus === null) return null;
  const next = SIDES[(SIDES.indexOf(side) + 1) % SIDES.length] ?? "both";
  const step = (by: number) => go({ look: { steps: steps + by } }, "replace");
  return (
    <fieldset className="flex items-center gap-1" data-testid="focus-bar">
      <legend className="sr-only">Focus</legend>
      <ChipText tone="on">
        {near === null ? "Not in this view: " : "Around "}
        <bdi>{idTitle(focus)}</bdi>
        {near !== null && <span className="text-ink-3">{formatPlural(near, "mark")}</span>}
      </ChipText>
      <Chip tone="quiet" aria-label="One step fewer" disabled={steps <= 1} onClick={() => step(-1)}>
        −
      </Chip>
      <ChipText>{formatPlural(steps, "step")}</ChipText>
      <Chip tone="quiet" aria-label="One step more" disabled={steps >= MOST_STEPS} onClick={() => step(1)}>
        +
      </Chip>
      <Chip tone="quiet" title="Callers, called, or both" onClick={() => go({ look: { side: next } }, "replace")}>
        {SIDE_WORDS[side]}
      </Chip>
      <Chip
        tone={rest === "hide" ? "on" : "quiet"}
        aria-pressed={rest === "hide"}
        title="Draws nothing else, laid out by itself"
        onClick={() => go({ look: { rest: rest === "hide" ? "dim" : "hide" } })}
      >
        Only these
      </Chip>
      <Chip
        tone="quiet"
        className="w-7 justify-center px-0!"
        aria-label="End the focus"
        onClick={() => go({ look: { focus: null, rest: "dim" } })}
      >
        <Icon name="close" size={13} />
      </Chip>
    </fieldset>
  );
}
