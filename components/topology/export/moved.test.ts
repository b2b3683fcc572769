import { describe, expect, it } from "vitest";
import { NONE_MOVED, sayMoved } from "./moved.ts";

describe("what a link says of moved places", () => {
  it.each([
    ["nothing where none were", NONE_MOVED, ""],
    ["how many it holds", { text: "a.1.2", held: 2, left: 0 }, " What was moved by hand is in the link (2 places)."],
    [
      "how many don't fit",
      { text: "a.1.2", held: 1, left: 12 },
      " What was moved by hand is in the link (1 place), but for 12 moved first: so many don't fit into an address.",
    ],
  ])("is %s", (_, byHand, words) => {
    expect(sayMoved(byHand)).toBe(words);
  });
});
