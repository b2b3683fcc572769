import { expect, it } from "vitest";
import type { GraphEdge } from "#lib/graph/model.ts";
import { type CallSum, MOST_SPANS, type PlaceSum } from "#lib/tracing/view/places.ts";
import { scopeInTrace } from "./scope-trace.ts";
import type { Traced } from "./tracer.ts";

const span = (key: string, ns: number, failed = false) => ({ key, name: key, ns, failed });
const place = (key: string, ns: number, failed = 0): PlaceSum => ({
  ...{ spans: 2, failed, selfNs: ns, first: [span(key, ns, failed > 0), span(`${key}2`, 1)] },
});
const call = (calls: number): CallSum => ({ calls, attempts: calls, failed: 0, ns: 5, first: [] });
const edge = (source: string, target: string, half?: "service") =>
  ({ id: `${source}>${target}`, source, target, ...(half === undefined ? {} : { half }) }) as GraphEdge;
const edges = [edge("a", "b"), edge("b", "c"), edge("x", "a"), edge("c", "s"), edge("s", "d", "service")];
const traced: Traced = {
  ...{
    revision: 1,
    lit: { nodes: new Set<string>(), edges: new Set<string>() },
    calls: 9,
    onMap: 9,
    missing: [],
    unplaced: 0,
  },
  nodes: new Map([
    ["a", place("a", 30)],
    ["b", place("b", 50, 1)],
    ["c", place("c", 10)],
    ["x", place("x", 5)],
  ]),
  edges: new Map([
    ["a>b", call(2)],
    ["b>c", call(3)],
    ["x>a", call(1)],
    ["c>s", call(4)],
    ["s>d", call(4)],
  ]),
};

it("is the sum of its marks, failed and longest spans first, with calls by where they lead", () => {
  const found = scopeInTrace({ edges }, traced, new Set(["a", "b"]));
  expect(found).toMatchObject({
    ...{ marks: 2, calls: { within: 2, inbound: 1, outbound: 3 } },
    sum: { spans: 4, failed: 1, selfNs: 80 },
  });
  expect(found?.sum.first.map(({ key }) => key)).toEqual(["b", "a", "a2", "b2"]);
});

it("of the whole view is all that is drawn, a call through its service once", () => {
  const found = scopeInTrace({ edges }, traced, null);
  expect(found).toMatchObject({ marks: 4, calls: { within: 10, inbound: 0, outbound: 0 }, sum: { spans: 8 } });
  expect(found?.sum.first).toHaveLength(MOST_SPANS);
});

it.each([
  ["where it did nothing", traced, new Set(["d"])],
  ["without a trace", null, null],
])("is none %s", (_, of, members) => {
  expect(scopeInTrace({ edges }, of, members)).toBeNull();
});
