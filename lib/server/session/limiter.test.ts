import { expect, it } from "vitest";
import { FakeTimers } from "../fake-timers.test-support.ts";
import { Limiter } from "./limiter.ts";

it("refuses after a burst, says how long, and lets one more through then", async () => {
  const timers = new FakeTimers();
  const limiter = new Limiter({ burst: 3, every: 10 }, timers);
  expect([1, 2, 3].map(() => limiter.take("a"))).toEqual([0, 0, 0]);
  expect(limiter.take("a")).toBe(10);
  expect(limiter.take("b")).toBe(0);
  await timers.advance(10_000);
  expect(limiter.take("a")).toBe(0);
  expect(limiter.take("a")).toBe(10);
});

it("forgets an attempt that is given back", () => {
  const limiter = new Limiter({ burst: 1, every: 10 }, new FakeTimers());
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(limiter.take("a")).toBe(0);
    limiter.giveBack("a");
  }
});

it("keeps refusing whom it refused, however many others come, and a few of them never block a stranger", () => {
  const limiter = new Limiter({ burst: 2, every: 1e6 }, new FakeTimers());
  limiter.take("guesser");
  limiter.take("guesser");
  for (let other = 0; other < 400; other++) expect(limiter.take(`other-${other}`)).toBe(0);
  for (let other = 0; other < 50_000; other++) limiter.take(`flood-${other}`);
  expect(limiter.take("guesser")).toBeGreaterThan(0);
});
