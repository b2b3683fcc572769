/** What holds for every intent in every small world. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Intent } from "#lib/policy/intent.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { carry, on } from "../changes.test-support.ts";
import {
  destinationRule,
  made,
  REVIEWS,
  to,
  virtualService,
  worldOf,
  written,
} from "../routing/worlds.test-support.ts";
import { routing } from "../routing.ts";

const shift = (weights: Readonly<Record<string, number>>): Intent => ({
  kind: "shift",
  service: REVIEWS,
  weights: Object.entries(weights).map(([version, percent]) => ({ version, percent })),
});

describe("every intent", () => {
  // Worlds: none, one or both objects, one to three destinations of declared versions with integers 0…100, unknown fields
  // beside. Intents: of the kinds that edit routing. Shares in intents are whole and sum to 100.
  const names = ["v1", "v2", "v3"] as const;
  const world = fc.record({
    vs: fc.option(
      fc
        .subarray([...names], { minLength: 1 })
        .chain((some) =>
          fc.tuple(...some.map((one) => fc.integer({ min: 0, max: 100 }).map((weight) => to(one, weight)))),
        ),
    ),
    dr: fc.option(fc.subarray([...names])),
    kept: fc.option(fc.constant({ "x-unknown": { a: [1, { b: null }] } })),
  });
  const weights = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })).map(([a, b]) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return shift({ v1: low, v2: high - low, v3: 100 - high });
  });
  const intent: fc.Arbitrary<Intent> = fc.oneof(
    weights,
    fc.constantFrom<Intent>(
      { kind: "match", ...on, version: "v2", when: { headers: { "X-User": { op: "exact", value: "a" } } } },
      { kind: "mirror", ...on, to: { version: "v3", percent: 12.5 } },
      { kind: "mirror", ...on, to: null },
      { kind: "resilience", ...on, timeout: "1s", retries: { attempts: 0 } },
      { kind: "fault", ...on, delay: { percent: 1, fixedDelay: "1s" }, until: "2030-01-01T00:00:00Z" },
      { kind: "destination", ...on, outlierDetection: { consecutive5xxErrors: 5 }, loadBalancer: { simple: "RANDOM" } },
      { kind: "destination", ...on, version: "v2", tls: null },
      { kind: "remove-routing", ...on },
    ),
  );
  const objects = ({
    vs,
    dr,
    kept,
  }: {
    vs: readonly JsonObject[] | null;
    dr: readonly string[] | null;
    kept: JsonObject | null;
  }) => [
    ...(vs === null ? [] : [virtualService([{ route: vs, ...kept }], { ...kept })]),
    ...(dr === null ? [] : [destinationRule(dr, { ...kept })]),
    made("VirtualService", "ratings", {
      hosts: ["ratings"],
      http: [{ route: [{ destination: { host: "ratings" } }] }],
    }),
  ];

  test("changes nothing the second time, leaves other services' objects, keeps unknown fields", () => {
    fc.assert(
      fc.property(world, intent, (given, wanted) => {
        const before = objects(given);
        const first = carry(wanted, ...before);
        const after = written(before, first);
        const second = carry(wanted, ...after);
        expect([second.manifests, second.deletions]).toEqual([[], []]);
        expect(
          [...first.manifests, ...first.deletions].map((one) => ("metadata" in one ? one.metadata.name : one.name)),
        ).not.toContain("ratings");
        for (const one of first.manifests) {
          if (
            given.kept !== null &&
            before.some(({ kind, metadata }) => kind === one.kind && metadata.name === one.metadata.name)
          ) {
            expect(one.spec).toMatchObject(given.kept);
          }
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test("shares become what was asked for, rounded as the slider shows them", () => {
    // Integers that come to what is asked for already (1:1:1 for 34, 33 and 33) stay: less than a percent beside it.
    fc.assert(
      fc.property(world, weights, (given, wanted) => {
        const before = objects(given);
        const [rule] = routing(REVIEWS, worldOf(written(before, carry(wanted, ...before)))).rules;
        const sent = new Map(
          rule?.action.kind === "route" ? rule.action.to.map((one) => [one.version, one.share * 100]) : [],
        );
        for (const { version, percent } of wanted.kind === "shift" ? wanted.weights : []) {
          expect(Math.abs((sent.get(version) ?? 0) - percent)).toBeLessThan(1);
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
