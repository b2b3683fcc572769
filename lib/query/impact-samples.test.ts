import { describe, expect, it } from "vitest";
import type { ImpactItem } from "#lib/policy/impact.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { impactSamplesQuery } from "./impact-samples.ts";

const starts = (more: Partial<ImpactItem>): unknown => {
  const item: ImpactItem = {
    ...{ verdict: "denied", certainty: "bounded", min: 0, max: 1, rate: 1, seen: "hour", protocol: "http" },
    ...{ source: "c/shop/workload/web", target: "c/shop/workload/api", rule: null, why: "" },
    ...{ blindSpots: ["the path"], closeWith: ["access logs of the server’s proxy"], evidence: [] },
    ...more,
  };
  return impactSamplesQuery({ id: "p", steps: [{ impact: [item] }] } as unknown as Plan).enabled;
};

describe("samples of a plan’s impact", () => {
  it("are asked for where one can tell something of an item, as the server chooses them", () => {
    expect(starts({})).toBe(true);
    expect(starts({ certainty: "certain" })).toBe(false);
    expect(starts({ verdict: "times-out" })).toBe(false);
    expect(starts({ blindSpots: ["header x-a"] })).toBe(true);
    expect(starts({ blindSpots: ["the peer's identity"] })).toBe(true);
    expect(starts({ blindSpots: ["the JWT's claim group"], closeWith: [] })).toBe(false);
    expect(starts({ blindSpots: ["the client’s address"], closeWith: [] })).toBe(true);
  });
});
