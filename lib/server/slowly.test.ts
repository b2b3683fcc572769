import { expect, test } from "vitest";
import type { Steps } from "#lib/tracing/steps.ts";
import { milliseconds } from "#lib/units.ts";
import { slowly } from "./slowly.ts";

/** Work of so many steps, each of which takes so long by the clock it is given. */
function working(count: number, ms: number) {
  let now = 0;
  let done = 0;
  function* steps(): Steps<string> {
    for (let i = 0; i < count; i++) {
      now += ms;
      done += 1;
      yield;
    }
    return "whole";
  }
  return { steps: steps(), clock: { monotonic: () => milliseconds(now) }, done: () => done };
}

test("others have their turn whenever ten milliseconds of it are done", async () => {
  const { steps, clock, done } = working(100, 1);
  const seen: number[] = [];
  let over = false;
  const look = () => {
    seen.push(done());
    if (!over) setImmediate(look);
  };
  setImmediate(look);
  expect(await slowly(steps, clock)).toBe("whole");
  over = true;
  expect(seen.slice(0, 4)).toEqual([10, 20, 30, 40]);
});

test("short work is done at once", async () => {
  const { steps, clock, done } = working(9, 1);
  const answer = slowly(steps, clock);
  expect(done()).toBe(9);
  expect(await answer).toBe("whole");
});

test("it ends with its reader", async () => {
  const { steps, clock, done } = working(1_000, 10);
  const left = new AbortController();
  const answer = slowly(steps, clock, left.signal);
  left.abort(new Error("left"));
  await expect(answer).rejects.toThrow("left");
  expect(done()).toBeLessThan(3);
});
