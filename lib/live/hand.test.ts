import { expect, test } from "vitest";
import { Hand } from "./hand.ts";
import { graph, node } from "./live.test-support.ts";

const frames = ["a", "b", "c", "d"].map((name) => graph([node(`w/shop/workload/${name}`)]));
const [a = null, b = null, c = null] = frames;

/** A hand, and turns that the test gives. */
function start() {
  const state = { busy: false };
  const shown: (typeof a)[] = [];
  const waiting: (() => void)[] = [];
  const hand: Hand = new Hand({
    busy: () => state.busy,
    show: () => void shown.push(hand.frame()),
    later: (call) => void waiting.push(call),
  });
  return { state, shown, waiting, hand, turn: () => waiting.shift()?.() };
}

test("the first frame is shown at once; of those that come before its turn is over, the last", () => {
  const { hand, shown, turn, waiting } = start();
  hand.hold(a);
  expect(shown).toEqual([a]);
  hand.hold(b);
  hand.hold(c);
  expect(shown).toEqual([a]);
  turn();
  expect(shown).toEqual([a, c]);
  turn();
  expect(waiting).toEqual([]);
  hand.hold(null);
  expect(shown).toEqual([a, c, null]);
});

test("while a layout is under way nothing gives it up, and then the frame under the hand is shown", () => {
  const { state, hand, shown, turn } = start();
  hand.hold(a);
  state.busy = true;
  for (const frame of frames) {
    hand.hold(frame);
    turn();
  }
  expect(shown).toEqual([a]);
  state.busy = false;
  turn();
  expect(shown).toEqual([a, frames.at(-1)]);
});

test("what takes a frame's place isn't followed by another one", () => {
  const { hand, shown, turn, waiting } = start();
  hand.hold(a);
  hand.hold(b);
  hand.forget();
  expect(hand.frame()).toBeNull();
  turn();
  expect(shown).toEqual([a]);
  expect(waiting).toEqual([]);
});
