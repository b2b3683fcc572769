import fc from "fast-check";
import { expect, test } from "vitest";
import type { Graph } from "#lib/graph/model.ts";
import { layout } from "#lib/layout/layout.ts";
import { edge, graph, node } from "./live.test-support.ts";
import { layoutInput } from "./placing.ts";
import { restrict } from "./restrict.ts";
import { buildScene, buildSkeleton } from "./scene-build.ts";

const ids = ["shop/a", "shop/b", "pay/c", "pay/d", "ops/e"].map((name) => `w/${name.replace("/", "/workload/")}`);
const NODES = ids.map((id) => node(id));
const PAIRS = [
  [0, 1],
  [1, 0],
  [1, 2],
  [2, 3],
  [3, 3],
  [0, 4],
] as const;
const WHOLE = graph(
  NODES,
  PAIRS.map(([from, to]) => edge(ids[from] ?? "", ids[to] ?? "")),
);
const SKELETON = buildSkeleton(WHOLE, layout(layoutInput(WHOLE), { seed: 1 }));

function part(hidden: ReadonlySet<string>): Graph {
  return {
    ...WHOLE,
    nodes: WHOLE.nodes.filter(({ id }) => !hidden.has(id)),
    edges: WHOLE.edges.filter(({ id, source, target }) => ![id, source, target].some((one) => hidden.has(one))),
  };
}

const pathOf = ({ paths: { path, pathStart } }: typeof SKELETON, at: number) => [
  ...path.subarray(pathStart[at], pathStart[at + 1]),
];

test("what stays keeps its place and its curve, whatever is hidden", () => {
  const things = [...ids, ...WHOLE.edges.map(({ id }) => id)];
  fc.assert(
    fc.property(fc.subarray(things), (list) => {
      const shown = part(new Set(list));
      const left = restrict(SKELETON, WHOLE, shown);
      expect(left.strings.nodeIds).toEqual(shown.nodes.map(({ id }) => id));
      expect(left.strings.edgeIds).toEqual(shown.edges.map(({ id }) => id));
      left.strings.nodeIds.forEach((id, at) => {
        const before = SKELETON.strings.nodeIds.indexOf(id);
        expect([left.x[at], left.y[at]]).toEqual([SKELETON.x[before], SKELETON.y[before]]);
      });
      shown.edges.forEach(({ id, source, target }, at) => {
        expect(left.strings.nodeIds[left.source[at] ?? -1]).toBe(source);
        expect(left.strings.nodeIds[left.target[at] ?? -1]).toBe(target);
        expect(pathOf(left, at)).toEqual(pathOf(SKELETON, SKELETON.strings.edgeIds.indexOf(id)));
      });
      const scene = buildScene(shown, left, { version: 1, stale: false, withStrings: true });
      expect(scene.nodes.rate).toHaveLength(shown.nodes.length);
    }),
  );
});

test("boxes say how much of them is left, and go when nothing is", () => {
  const { strings } = restrict(SKELETON, WHOLE, part(new Set([ids[0] ?? "", ids[4] ?? ""])));
  expect(strings.boxes.map(({ label, sublabel }) => [label, sublabel])).toEqual([
    ["pay", "2 workloads"],
    ["shop", "1 of 2 workloads"],
  ]);
});
