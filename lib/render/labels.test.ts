import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { declutter, Taken } from "./declutter.ts";
import { edgeBounds } from "./hit.ts";
import { chooseLabels } from "./labels.ts";
import { sceneOf } from "./render.test-support.ts";
import { edgeNumbers, nodeNumbers, shorten } from "./words.ts";

const SIZE = { width: 1000, height: 600 };
const NOBODY = { selected: null, hovered: null, edge: null };
/** Every letter half as wide as high. */
const MEASURE = { name: (text: string) => text.length / 2, numbers: (text: string) => text.length / 2 };

const choose = (
  scene: ReturnType<typeof sceneOf>,
  k: number,
  focus = NOBODY as { selected: number | null; hovered: number | null; edge: number | null },
) => chooseLabels(scene, edgeBounds(scene), { x: 0, y: 0, k }, SIZE, focus, MEASURE, []);

describe("what is shown at which zoom", () => {
  const scene = sceneOf(
    [
      { id: "a", x: 100, y: 100 },
      { id: "b", x: 400, y: 100, state: 2 },
      { id: "c", x: 400, y: 400 },
    ],
    [
      { from: 0, to: 1, state: 2 },
      { from: 0, to: 2, lock: 3 },
      { from: 1, to: 2, lock: 1 },
    ],
  );
  test("from afar only trouble is named", () => {
    expect(choose(scene, 0.2).nodes.map(({ node }) => node)).toEqual([1]);
  });
  test("then names, then numbers, then edges", () => {
    const names = choose(scene, 0.4);
    expect(names.nodes).toHaveLength(3);
    expect(names.nodes.every(({ numbers }) => numbers === "")).toBe(true);
    expect(names.edges).toEqual([]);
    const numbers = choose(scene, 0.6);
    expect(numbers.nodes[0]?.numbers).toBe("1 req/s");
    expect(numbers.edges.map(({ text }) => text)).toEqual(["5 % · 38 ms"]);
    expect(choose(scene, 1).edges).toHaveLength(3);
  });
  test("plaintext is always marked, mTLS from near", () => {
    expect(choose(scene, 0.05).locks).toMatchObject([{ edge: 1, open: true }]);
    expect(choose(scene, 1.2).locks).toMatchObject([
      { edge: 1, open: true },
      { edge: 2, open: false },
    ]);
  });
});

test("of two labels in one place the failing one's is drawn, unless the other is selected", () => {
  const crowd = sceneOf([
    { id: "quiet-service-with-a-name", x: 100, y: 100, rate: 500 },
    { id: "failing-service", x: 108, y: 140, state: 2, rate: 1 },
    { id: "another-quiet-service", x: 104, y: 120, rate: 100 },
  ]);
  expect(choose(crowd, 0.4).nodes[0]?.node).toBe(1);
  expect(choose(crowd, 0.4, { selected: 2, hovered: null, edge: null }).nodes[0]?.node).toBe(2);
});

test("a name is worth more than the number of a failing edge, and that number finds another place", () => {
  const scene = sceneOf(
    [
      { id: "caller", x: 100, y: 100 },
      { id: "called", x: 700, y: 100 },
      { id: "between", x: 400, y: 76 },
    ],
    [{ from: 0, to: 1, state: 2 }],
  );
  const { nodes, edges } = choose(scene, 0.8);
  expect(nodes).toHaveLength(3);
  expect(edges).toHaveLength(1);
});

test("in a crowd only edges with trouble and those of what is looked at say numbers", () => {
  const crowd = sceneOf(
    [
      { id: "a", x: 100, y: 100 },
      { id: "b", x: 700, y: 100 },
    ],
    Array.from({ length: 14 }, (_, i) => ({ from: i % 2, to: 1 - (i % 2), state: i === 0 ? 2 : 0 })),
  );
  expect(choose(crowd, 1).edges.map(({ edge }) => edge)).toEqual([0]);
  expect(choose(crowd, 1, { selected: 0, hovered: null, edge: null }).edges.length).toBeGreaterThan(1);
});

test("no number lies under an open lock", () => {
  const scene = sceneOf(
    [
      { id: "a", x: 100, y: 100 },
      { id: "b", x: 900, y: 100 },
    ],
    [
      { from: 0, to: 1, lock: 3, state: 2 },
      { from: 1, to: 0, state: 2 },
    ],
  );
  const { locks, edges } = choose(scene, 0.9);
  const [lock] = locks;
  expect(lock).toBeDefined();
  for (const { block } of edges) {
    const { x, y } = lock?.at ?? { x: 0, y: 0 };
    expect(x > block.left && x < block.right && y > block.top && y < block.bottom).toBe(false);
  }
});

test("nothing that is placed touches anything that is placed, and order is importance", () => {
  const block = fc.record({
    x: fc.integer({ min: 0, max: 900 }),
    y: fc.integer({ min: 0, max: 500 }),
    w: fc.integer({ min: 1, max: 200 }),
    h: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(block, { maxLength: 60 }), (blocks) => {
      const of = ({ x, y, w, h }: (typeof blocks)[number]) => [{ left: x, top: y, right: x + w, bottom: y + h }];
      const placed = declutter(blocks, of, new Taken()).map(({ block: at }) => at);
      placed.forEach((a, i) => {
        for (const b of placed.slice(i + 1)) {
          expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
        }
      });
      if (blocks.length > 0) expect(placed[0]).toEqual(of(blocks[0] as (typeof blocks)[number])[0]);
    }),
  );
});

describe("words", () => {
  const { nodes, edges } = sceneOf([{ id: "a", x: 0, y: 0 }], [{ from: 0, to: 0 }]);
  const f = (value: number) => Float32Array.of(value);
  test.each([
    [{ rate: f(61), p95: f(52) }, "61 req/s · 52 ms"],
    [{ rate: f(61), p95: f(52), bits: Uint16Array.of(32) }, "61 req/s · ≤ 52 ms"],
    [{ rate: f(Number.NaN), bytes: f(1_200_000) }, "tcp 1.2 MB/s"],
    [{ rate: f(0) }, "0 req/s"],
    [{ rate: f(Number.NaN) }, ""],
    [{ rate: f(Number.NaN), state: Uint8Array.of(4) }, "no data"],
    [{ rate: f(0), state: Uint8Array.of(3) }, "idle"],
  ])("node %#", (some, text) => expect(nodeNumbers({ ...nodes, ...some }, 0)).toBe(text));
  test.each([
    [{}, "38 ms"],
    [{ p95: f(Number.NaN) }, "10 req/s"],
    [{ state: Uint8Array.of(2) }, "5 % · 38 ms"],
    [{ state: Uint8Array.of(1), requests: f(20) }, "1 of 20 failed · 38 ms"],
    [{ state: Uint8Array.of(1), errorShare: f(0) }, "38 ms"],
    [{ state: Uint8Array.of(1), errorShare: f(0), p95: f(Number.NaN) }, "10 req/s"],
    [{ state: Uint8Array.of(3) }, ""],
    [{ state: Uint8Array.of(4), rate: f(Number.NaN) }, "no data"],
    [{ state: Uint8Array.of(4), rate: f(0) }, "no data"],
    [{ state: Uint8Array.of(4) }, "10 req/s"],
    [{ protocol: Uint8Array.of(2), bytes: f(2000) }, "2 kB/s"],
    [{ protocol: Uint8Array.of(2) }, ""],
  ])("edge %#", (some, text) => expect(edgeNumbers({ ...edges, ...some }, 0)).toBe(text));

  test("names are shortened in the middle, and only as far as needed", () => {
    const within = (most: number) => (text: string) => text.length <= most;
    expect(shorten("reviews-v2", within(10))).toBe("reviews-v2");
    expect(shorten("checkout-service-v2", within(12))).toBe("checkou…e-v2");
    expect(shorten("x".repeat(253), within(9))).toHaveLength(9);
    expect(shorten("ab", within(0))).toBe("…");
  });
});
