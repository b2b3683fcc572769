import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FEW_REQUESTS } from "#lib/format.ts";
import { seconds } from "#lib/units.ts";
import { compareGraphs, type Side } from "./compare.ts";
import { inventory, l4, l7, merge, view, workload } from "./graph.test-support.ts";
import { compareIds } from "./id.ts";

const side = (observations: Parameters<typeof view>[0], more: Partial<Side> = {}): Side => ({
  elements: view(observations),
  window: seconds(60),
  told: () => true,
  ...more,
});
const AB = "c/shop/workload/a>c/shop/workload/b>http";
const AC = "c/shop/workload/a>c/shop/workload/c>http";
const ab = (codes: Record<string, number>) => l7("source", "shop/a", "shop/b", codes);
const ac = (codes: Record<string, number>) => l7("source", "shop/a", "shop/c", codes);
const compare = (now: Side, before: Side) => {
  const { nodes, edges } = compareGraphs(now, before);
  return {
    edge: (id: string) => edges.find((edge) => edge.id === id),
    node: (name: string) => nodes.find(({ id }) => id === `c/shop/workload/${name}`),
    edges,
    nodes,
  };
};

describe("two windows as one graph", () => {
  test("say what is new, what is gone and what stays, with the numbers of then", () => {
    const now = side([ab({ "200": 9, "503 UH": 1 })]);
    const { edge, node } = compare(now, side([ab({ "200": 5 }), ac({ "200": 2 })]));
    expect(edge(AB)).toMatchObject({ change: "same", rate: 10, before: { rate: 5, errorRate: 0, health: "healthy" } });
    expect(edge(AC)).toMatchObject({ change: "gone", rate: 0, errorRate: 0, codes: {}, before: { rate: 2 } });
    expect([node("a"), node("b"), node("c")].map((each) => each?.change)).toEqual(["same", "same", "gone"]);
    const back = compare(side([ac({ "200": 2 })]), side([]));
    expect(back.edge(AC)).toMatchObject({ change: "new", rate: 2 });
    expect(back.edge(AC)).not.toHaveProperty("before");
  });

  test("call traffic that stopped neither idle nor healthy", () => {
    const { edge, node } = compare(side([]), side([ac({ "200": 2 })]));
    expect(edge(AC)?.health).toBe("unknown");
    expect(node("c")).toMatchObject({ health: "unknown", change: "gone" });
  });

  test.each([
    ["too few now", { "200": 0.1 }, { "200": 5 }, true],
    ["too few then", { "200": 5 }, { "200": 0.1 }, true],
    ["enough of both", { "200": 5 }, { "200": 5 }, undefined],
    ["just enough", { "200": FEW_REQUESTS / 60 }, { "200": FEW_REQUESTS / 60 }, undefined],
  ])("say where %s are behind a difference", (_, now, then, few) => {
    expect(compare(side([ab(now)]), side([ab(then)])).edge(AB)?.tooFew).toBe(few);
  });

  test("count each window's own requests: the same rate is more of them in a longer one", () => {
    const long = { window: seconds(3600) };
    const hour = { elements: view([ab({ "200": 0.1 })], {}, long), ...long, told: () => true };
    expect(compare(hour, hour).edge(AB)).not.toHaveProperty("tooFew");
    expect(compare(hour, side([ab({ "200": 0.1 })])).edge(AB)?.tooFew).toBe(true);
  });

  test("compare connections by connections", () => {
    const tcp = (opened: number, failed: number) =>
      side([l4("source", "shop/a", "shop/b", { opened, failed, sent: 7 })]);
    const id = "c/shop/workload/a>c/shop/workload/b>tcp";
    expect(compare(tcp(1, 0), tcp(2, 1)).edge(id)).toMatchObject({
      change: "same",
      rate: null,
      before: { rate: null, connections: { openedPerSecond: 2, failedPerSecond: 1 }, bytesPerSecond: { sent: 7 } },
    });
    expect(compare(side([]), tcp(2, 1)).edge(id)).toMatchObject({
      change: "gone",
      connections: { openedPerSecond: 0, failedPerSecond: 0, open: null },
      bytesPerSecond: { sent: 0, received: 0 },
    });
    expect(compare(tcp(0.1, 0), tcp(2, 1)).edge(id)?.tooFew).toBe(true);
    // 18 that failed, counted as opened too, are 18.
    expect(compare(tcp(0.3, 0.3), tcp(2, 1)).edge(id)?.tooFew).toBe(true);
  });

  test("an edge that is known and silent now was traffic that went, or never was", () => {
    const quiet = { elements: viewAll([ab({}), ac({})]), window: seconds(60), told: () => true };
    const { edge } = compare(quiet, side([ab({ "200": 4 })]));
    expect(edge(AB)).toMatchObject({ change: "gone", before: { rate: 4 } });
    expect(edge(AC)?.change).toBe("same");
  });
});

/** With edges that carried nothing. */
function viewAll(observations: Parameters<typeof view>[0]) {
  return view(observations, {}, { edges: "all" });
}

describe("what a window doesn't tell", () => {
  test("is called neither new nor gone", () => {
    const [now, before] = [[ab({ "200": 5 })], [ac({ "200": 5 })]];
    const then = compare(side(now), side(before, { told: () => false }));
    expect(then.edges.map(({ id, change }) => [id, change])).toEqual([[AB, undefined]]);
    expect(then.nodes.every(({ change }) => change === undefined)).toBe(true);
    const silentNow = compare(side([], { told: () => false }), side(before));
    expect(silentNow.edges).toEqual([]);
    expect(silentNow.nodes).toEqual([]);
  });
});

test("a workload made since then is new, and one that is gone was there (docs/numbers.md 19)", () => {
  const at = 1_800_000_000 as never;
  const objects = inventory([
    workload("shop/young", { createdAt: 1_800_000_060 as never }),
    workload("shop/old", { createdAt: 1_700_000_000 as never }),
    workload("shop/left", { createdAt: 1_700_000_000 as never, goneAt: 1_800_000_030 as never, pods: [] }),
  ]);
  const drawn = (past: boolean) => [...merge([], { inventory: objects, at, past }).nodes.keys()];
  expect(drawn(true)).toEqual(["c/shop/workload/left", "c/shop/workload/old"]);
  expect(drawn(false)).toContain("c/shop/workload/young");
});

const calls = fc.array(
  fc.record({
    from: fc.constantFrom("shop/a", "shop/b", "bank/c"),
    to: fc.constantFrom("shop/a", "shop/b", "bank/c", "ext:api.example.com"),
    rate: fc.double({ min: 0.01, max: 100, noNaN: true }),
    tcp: fc.boolean(),
  }),
  { maxLength: 12 },
);

test("the union has every element once, in order, and swapping the windows swaps new and gone", () => {
  const of = (list: readonly { from: string; to: string; rate: number; tcp: boolean }[]) =>
    side(
      list.map(({ from, to, rate, tcp }) =>
        tcp ? l4("source", from, to, { opened: rate }) : l7("source", from, to, { "200": rate }),
      ),
    );
  fc.assert(
    fc.property(calls, calls, (a, b) => {
      const [there, back] = [compareGraphs(of(a), of(b)), compareGraphs(of(b), of(a))];
      const ids = there.edges.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].sort(compareIds));
      expect(back.edges.map(({ id }) => id)).toEqual(ids);
      expect(back.nodes.map(({ id }) => id)).toEqual(there.nodes.map(({ id }) => id));
      const swapped = { new: "gone", gone: "new", same: "same" } as const;
      for (const [index, edge] of there.edges.entries()) {
        expect(back.edges[index]?.change).toBe(edge.change && swapped[edge.change]);
        expect("before" in edge).toBe(edge.change !== "new");
      }
    }),
  );
});
