import { describe, expect, test } from "vitest";
import { atRest, type Rests } from "./at-rest.ts";

/** A page whose idle moments the test makes; `at` is its clock. */
function page() {
  const waiting: { call: Parameters<NonNullable<Rests["requestIdleCallback"]>>[0]; timeout: number }[] = [];
  return {
    at: 0,
    rests: {
      requestIdleCallback: (call, { timeout }) => {
        waiting.push({ call, timeout });
        return 7;
      },
      cancelIdleCallback: (id) => {
        if (id === 7) waiting.pop();
      },
    } satisfies Rests,
    /** @returns the timeout that was asked for, null where nobody waits */
    idle(left: number, didTimeout = false): number | null {
      const was = waiting.pop();
      was?.call({ didTimeout, timeRemaining: () => left });
      return was?.timeout ?? null;
    },
  };
}

describe("at rest", () => {
  test("what is left between two frames is no rest", () => {
    const own = page();
    let calls = 0;
    atRest(
      () => calls++,
      own.rests,
      () => own.at,
    );
    expect(own.idle(2)).toBe(5_000);
    own.at = 1_000;
    expect(own.idle(11.9)).toBe(4_000 + 1_000);
    expect(calls).toBe(0);
    expect(own.idle(40)).toBe(4_000);
    expect(calls).toBe(1);
    expect(own.idle(40)).toBeNull();
  });

  test("a page that never rests is not waited for for ever", () => {
    const own = page();
    let calls = 0;
    atRest(
      () => calls++,
      own.rests,
      () => own.at,
    );
    own.at = 9_000;
    own.idle(3);
    expect(own.idle(0, true)).toBe(1);
    expect(calls).toBe(1);
  });

  test("can be taken back", () => {
    const own = page();
    let calls = 0;
    const takeBack = atRest(
      () => calls++,
      own.rests,
      () => own.at,
    );
    takeBack();
    expect(own.idle(40)).toBeNull();
    expect(calls).toBe(0);
  });

  test("at once where the browser tells of no rest", () => {
    let calls = 0;
    atRest(() => calls++, { cancelIdleCallback: () => undefined });
    expect(calls).toBe(1);
  });
});
