import fc from "fast-check";
import { expect, test } from "vitest";
import { samples } from "#lib/policy/samples.test-support.ts";
import { expectKept, expectOrderless, expectUnchanged } from "./kept.test-support.ts";

const all = samples();

test("a form that is sent as it was opened changes nothing", () => {
  const { said, refused } = expectUnchanged(all, "samples");
  expect(said).toBeGreaterThan(25);
  // Gateway API routes have no faults.
  expect(refused).toBe(1);
});

test("the order of keys means nothing, and fields that nobody knows stay", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      expectOrderless(all, seed, "samples");
      expect(expectKept(all, seed, "samples").said).toBeGreaterThan(15);
    }),
    { seed: 7, numRuns: 50 },
  );
});
