import type { Live } from "#lib/live/client.ts";

/** Of each arrow: where it leads, and how that is called. */
const WAYS: Readonly<Record<string, readonly [dx: number, dy: number, name: string]>> = {
  ArrowLeft: [-1, 0, "to the left"],
  ArrowRight: [1, 0, "to the right"],
  ArrowUp: [0, -1, "up"],
  ArrowDown: [0, 1, "down"],
};
/** World units. */
const STEP = 24;

/**
 * Moves a mark or a box by a step where the key is an arrow, and says what came of it. `thing`: what the walk stands on, else
 * what is selected; null where that can't be moved. Whether the key was an arrow.
 */
export function moveByKey(
  key: string,
  live: Live | null,
  thing: { readonly id: string; readonly name: string } | null,
  say: (words: string) => void,
): boolean {
  const way = WAYS[key];
  if (way === undefined) return false;
  const [dx, dy, name] = way;
  if (thing === null) say("Nothing to move: go to a mark, or select a mark or a box.");
  else
    void live
      ?.move({ id: thing.id, dx: dx * STEP, dy: dy * STEP, how: "step" })
      .then((moved) => say(moved ? `${thing.name} moved ${name}.` : `No room ${name} of ${thing.name}.`));
  return true;
}
