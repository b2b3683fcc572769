import { describe, expect, it } from "vitest";
import type { TraceItem } from "#lib/api/traces.ts";
import { ratio } from "#lib/units.ts";
import { lineWords } from "./kept-line.tsx";

/** So many traces in which calls of cart failed, and one in which only those of web did. */
const found = (own: number, full: string[] = []) => {
  const failing = (name: string) =>
    ({
      counts: [
        { name: "cart.shop", spans: 2, errors: 0 },
        { name, spans: 1, errors: 1 },
      ],
    }) as unknown as TraceItem;
  const items = [...Array.from({ length: own }, () => failing("cart.shop")), failing("web.shop")];
  return {
    ...{ items: items.map((item, at) => ({ ...item, id: `t${at}`, errors: 1 })), full, hidden: 0 },
    ...{ problems: [], partial: [] },
  };
};
const down = { source: "attic", code: "upstream_unreachable", detail: "gone" };
const twice = (answer: ReturnType<typeof found>) => ({ ...answer, items: [...answer.items, ...answer.items] });
const counted = { calls: 4_100, failed: 40 };
const kept = { share: ratio(0.01), basis: "as set" };

describe("what the listed traces are of", () => {
  it.each([
    [
      "own failures",
      true,
      found(3),
      "In 3 of these traces calls of cart.shop itself failed; Prometheus counted about 40 failed calls: at 1 % expect 0.4 (as set).",
    ],
    [
      "failures of others alone",
      true,
      found(0),
      "In none of these traces calls of cart.shop itself failed; Prometheus counted about 40 failed calls: at 1 % expect 0.4 (as set).",
    ],
    [
      "the newest failures",
      true,
      found(1, ["j"]),
      "In 1 of these traces calls of cart.shop itself failed, which are the newest; Prometheus counted about 40 failed calls: at 1 % expect 0.4 (as set).",
    ],
    ["all calls", false, found(40), "41 traces of about 4,100 calls that Prometheus counted: 1 % were kept."],
    ["the newest of all calls", false, found(50, ["j"]), null],
    ["all calls, with a backend that wasn't heard", false, { ...found(40), problems: [down] }, null],
    [
      "all calls, with traces that are hidden",
      false,
      { ...found(30), hidden: 10 },
      "41 traces of about 4,100 calls that Prometheus counted: 1 % were kept.",
    ],
    [
      "all calls, each kept by two backends",
      false,
      twice(found(40)),
      "41 traces of about 4,100 calls that Prometheus counted: 1 % were kept.",
    ],
    [
      "own failures, each kept by two backends",
      true,
      twice(found(3)),
      "In 3 of these traces calls of cart.shop itself failed; Prometheus counted about 40 failed calls: at 1 % expect 0.4 (as set).",
    ],
    [
      "failures of which a backend doesn't say whose they are",
      true,
      { ...found(3), items: found(3).items.map((item) => ({ ...item, errors: null })) },
      "Whose calls failed in these traces isn't told; Prometheus counted about 40 failed calls: at 1 % expect 0.4 (as set).",
    ],
  ])("is said of %s", (_, errors, answer, words) => {
    expect(lineWords({ errors, service: "cart.shop" }, answer, counted, kept)).toBe(words);
  });

  it("is nothing where nothing was counted", () => {
    const service = "cart.shop";
    expect(lineWords({ errors: true, service }, found(1), { calls: 10, failed: 0 }, kept)).toBeNull();
    expect(lineWords({ errors: false, service }, found(1), { calls: 0, failed: 0 }, kept)).toBeNull();
  });
});
