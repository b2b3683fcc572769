import { expect, it } from "vitest";
import type { Moment } from "./rows.ts";
import { aroundMoment, fromMoment, upToNow } from "./window.ts";

const MOMENT: Moment = {
  ...{ startNs: 1_787_234_400_123_456_789n, endNs: 1_787_234_401_000_000_001n },
  ...{ spanId: "b", traceId: "a", requestId: null },
};

it("so many minutes up to now begin at a whole second and end at none", () =>
  expect(upToNow(5, 1_787_234_400_999)).toEqual({ start: "1787234100", end: null }));

it("a stretch around a span loses no nanosecond", () => {
  expect(aroundMoment(MOMENT, 5)).toEqual({
    start: "1787234395.123456789",
    end: "1787234406.000000001",
  });
  expect(fromMoment(MOMENT, 5).start).toBe("1787234400.123456789");
});
