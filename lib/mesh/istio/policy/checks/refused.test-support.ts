import { expect } from "vitest";
import { canPlan, carryOut } from "#lib/policy/fix.ts";
import { findingsOf, type o, shop, worldOf } from "./cases.test-support.ts";
import { expectSound } from "./fixes.test-support.ts";

/** An object by a part of it, the part that is refused, one that isn't, and where the finding stands. */
export type Refused = readonly [
  what: string,
  make: (part: string) => ReturnType<typeof o>,
  bad: string,
  good: string,
  at: string,
];

/** What of an object is refused, by the webhook's checks alone. */
export const refusalsOf = (object: ReturnType<typeof o>) =>
  findingsOf([...shop, object]).filter(({ code }) => code === "value-refused");

/** Expects the part to be found where it stands, its counterpart not, and what the fix leaves to be sound. */
export function expectRefused([, make, bad, good, at]: Refused): void {
  const object = make(bad);
  const findings = refusalsOf(object);
  expect(findings.map(({ path }) => path)).toEqual([at]);
  expect(refusalsOf(make(good)).map(({ path }) => path)).toEqual([]);
  for (const { fix } of findings.filter((each) => canPlan(each.fix))) {
    expect(carryOut(fix, object).manifests.flatMap(refusalsOf)).toEqual([]);
  }
  expectSound([...shop, object], worldOf);
}
