import { describe, expect, it } from "vitest";
import { NONE_BY_HAND } from "#lib/layout/pins.ts";
import { sayMoved } from "./moved.ts";

describe("what a link says of moved places", () => {
  it.each([
    ["nothing where none were", NONE_BY_HAND, ""],
    [
      "how many it holds",
      { text: "a.1.2", held: 2, left: 0, alike: true },
      " What was moved by hand is in the link (2 places).",
    ],
    [
      "how many don't fit",
      { text: "a.1.2", held: 1, left: 12, alike: false },
      " What was moved by hand is in the link (1 place), but for 12 moved first: so many don't fit into an address.",
    ],
    [
      "that others may stand elsewhere, where only those moved by hand are in it",
      { text: "a.1.2", held: 3, left: 0, alike: false },
      " What was moved by hand is in the link (3 places); others may stand elsewhere.",
    ],
    ["nothing of a map that grew, where all its places fit", { text: "a.1.2", held: 0, left: 0, alike: true }, ""],
    [
      "that a large one may stand elsewhere",
      { text: "", held: 0, left: 0, alike: false },
      " This map was laid out while other things were there, or other calls carried most, and it has more places than an address holds: others see them where a fresh layout puts them.",
    ],
  ])("is %s", (_, byHand, words) => {
    expect(sayMoved(byHand)).toBe(words);
  });
});
