import { describe, expect, it } from "vitest";
import { writePins } from "#lib/layout/pin-text.ts";
import { NONE_MOVED, sayMoved } from "./moved.ts";

const some = (count: number) =>
  writePins(Array.from({ length: count }, (_, at) => ({ key: `k${at}`, x: 24, y: 24, size: null })));

describe("what a link says of moved places", () => {
  it.each([
    ["nothing where none were", NONE_MOVED, ""],
    ["how many it holds", some(2), " Places moved by hand are in it (2 places)."],
    [
      "how many don't fit",
      { ...some(1), left: 12 },
      " Places moved by hand are in it (1 place), but for 12 moved first: so many don't fit into an address.",
    ],
  ])("is %s", (_, byHand, words) => {
    expect(sayMoved(byHand)).toBe(words);
  });
});
