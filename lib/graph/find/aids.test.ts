import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AIDED, aidsOf } from "./aids.ts";
import { anyExpression } from "./find.test-support.ts";
import { OPERANDS } from "./operands.ts";
import { parse } from "./parse.ts";

function aids(text: string) {
  const parsed = parse(text);
  if (!parsed.ok || parsed.expression === null) throw new Error(`can't be read: ${text}`);
  return aidsOf(parsed.expression);
}

describe("what a view must carry for", () => {
  it.each([
    ["responsetime > 100", ["p95", "latencies"]],
    ["latency.p50 > 5ms OR latency.mean > 5ms", ["p50", "latencies", "mean"]],
    ["rank <= 2", ["rank"]],
    ["mtls < 100%", ["mtls"]],
    ["sourceprincipal *= cart", ["mtls"]],
    ["throughput.sent > 1kB/s", ["request"]],
    ["messages > 1/s", ["messages", "grpc"]],
    ["%httptraffic > 50%", ["share", "http"]],
    ["protocol = tcp", ["tcp"]],
    ["idle AND NOT health = idle", ["idle"]],
    ["kind = service AND svc *= cart", ["services"]],
    ["kind != app", ["app"]],
    ["observer = waypoint", ["waypoints"]],
    ["health = failing AND name = cart", []],
    ["change = new", ["change"]],
    ["op = GetReview OR kind = operation", ["operations"]],
    ["latency.p95 = nodata", ["p95", "latencies"]],
  ])("%s", (text, expected) => expect(aids(text)).toEqual(expected));

  it("is asked of operands that there are", () => {
    const names = OPERANDS.map(({ name }) => name);
    expect(AIDED.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("is said once each, however often it is spoken of", () => {
    fc.assert(
      fc.property(anyExpression, (expression) => {
        const found = aidsOf(expression);
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });
});
