import fc from "fast-check";
import { expect, it } from "vitest";
import type { RouteRule, Routing } from "#lib/policy/routing.ts";
import { boundaryAt, defaultRule, moveBoundary, nextStep, splitOf } from "./split.ts";

const object = {
  ...{ cluster: "west-1", group: "networking.istio.io", version: "v1", kind: "VirtualService" },
  ...{ namespace: "shop", name: "reviews" },
};

function rule(weights: Readonly<Record<string, number | null>>, more: Partial<RouteRule> = {}): RouteRule {
  const to = Object.entries(weights).map(([version, weight], index) => ({
    path: `spec.http[0].route[${index}]`,
    ...{ host: "reviews.shop", version: version === "" ? null : version, port: null, weight, share: 0, exists: true },
  }));
  return {
    ...{ object, path: "spec.http[0]", protocol: "http", name: null, gateways: ["mesh"], matches: [] },
    ...{ action: { kind: "route", to }, rewrite: null, timeout: null, retries: null, fault: null, mirrors: [] },
    ...more,
  };
}

const routing = (rules: readonly RouteRule[], ready: Readonly<Record<string, number>>): Routing => ({
  service: { cluster: "west-1", namespace: "shop", name: "reviews" },
  hosts: ["reviews.shop"],
  rules,
  versions: Object.entries(ready).map(([name, count]) => ({
    ...{ name, labels: { version: name }, object: null, workloads: [`reviews-${name}`], ready: count, pods: count },
  })),
  ...{ destinations: [], notes: [] },
});

it.each<[string, RouteRule | null, Readonly<Record<string, number>>, object]>([
  [
    "what a rule says",
    rule({ v2: 10, v1: 90 }),
    { v1: 2, v2: 1 },
    { versions: ["v1", "v2"], percents: [90, 10], written: true },
  ],
  [
    "names in numeric order",
    rule({ v10: 1, v9: 1 }),
    {},
    { versions: ["v9", "v10"], percents: [50, 50], written: true },
  ],
  ["a version that no rule names yet", rule({ v1: null }), { v1: 1, v2: 1 }, { percents: [100, 0], written: true }],
  ["no rule: by ready pods", null, { v1: 3, v2: 1 }, { percents: [75, 25], written: false }],
  ["one version has everything", null, { v1: 0 }, { percents: [100], written: false }],
  ["a rule without versions splits nothing", rule({ "": null }), { v1: 1, v2: 1 }, { written: false }],
])("%s", (_, one, ready, expected) => {
  expect(splitOf(routing(one === null ? [] : [one], ready), one)).toMatchObject(expected);
});

it("takes the rule that takes everything, inside the mesh before gateways", () => {
  const matching = rule({ v1: 1 }, { path: "spec.http[0]", matches: [["path = /a"]] });
  const gateway = rule({ v1: 1 }, { path: "spec.http[1]", gateways: ["shop/public"] });
  const mesh = rule({ v1: 1 }, { path: "spec.http[2]" });
  expect(defaultRule(routing([matching, gateway, mesh], {}))).toBe(mesh);
  expect(defaultRule(routing([matching, gateway], {}))).toBe(gateway);
  expect(defaultRule(routing([matching], {}))).toBe(matching);
  expect(defaultRule(routing([rule({}, { action: { kind: "redirect", text: "" } })], {}))).toBeNull();
});

it("a boundary that is moved anywhere leaves whole percents that sum to 100, and all others as they were", () => {
  const start = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 3 }).map((list) => {
    const sum = list.reduce((a, b) => a + b, 0);
    return [...list, 100 - sum];
  });
  fc.assert(
    fc.property(start, fc.nat(), fc.double({ min: -200, max: 300, noNaN: true }), (percents, seed, position) => {
      const index = seed % (percents.length - 1);
      const moved = moveBoundary(percents, index, position);
      expect(moved.reduce((a, b) => a + b, 0)).toBe(100);
      expect(moved.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
      moved.forEach((value, at) => {
        if (at !== index && at !== index + 1) expect(value).toBe(percents[at]);
      });
      expect(boundaryAt(moved, index)).toBeGreaterThanOrEqual(boundaryAt(percents, index - 1));
      expect(boundaryAt(moved, index)).toBeLessThanOrEqual(boundaryAt(percents, index + 1));
    }),
  );
});

it.each([
  [0, 1],
  [10, 25],
  [26, 50],
  [100, null],
])("from %d % the next step is %s", (percent, next) => expect(nextStep(percent)).toBe(next));
