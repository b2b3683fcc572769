/** Operations stand beside calls: no number of what runs changes because they are drawn. */
import { expect, test } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { GraphIndex } from "#lib/graph/find/graph-index.ts";
import { layout } from "#lib/layout/layout.ts";
import { SHAPES } from "#lib/layout/scene.ts";
import { needsGroups } from "./detail.ts";
import { detailsOf } from "./details.ts";
import { Finder } from "./finder.ts";
import { edge, graph, node } from "./live.test-support.ts";
import { DEFAULT_LOOK } from "./look.ts";
import { layoutInput } from "./placing.ts";
import { buildScene, buildSkeleton } from "./scene-build.ts";
import { scopeOf } from "./scope.ts";
import { showGraph } from "./shown.ts";

const A = "w/shop/workload/a";
const B = "w/shop/workload/b";
const OP = "w/shop/operation/List/b";
const part = { half: "operation", rate: 4, requests: 240, errorRate: null, health: "unknown" };
const CALL = edge(A, B, { operations: { List: 4 } });
const PLAIN = graph([node(A), node(B)], [CALL]);
const GRAPH = graph([node(OP, { health: "unknown" }), node(A), node(B)], [CALL, edge(A, OP, part), edge(OP, B, part)]);

function sceneOf(of: typeof GRAPH) {
  const shown = showGraph(of, DEFAULT_LOOK);
  const skeleton = buildSkeleton(shown, layout(layoutInput(shown.placed, []), { seed: 1 }), []);
  return buildScene(shown, skeleton, { version: 1, stale: false, withStrings: true });
}

test("marks and calls are drawn with the numbers they have without operations", () => {
  const scene = sceneOf(GRAPH);
  expect([...scene.nodes.rate]).toEqual([4, 10, 10]);
  expect(scene.nodes.errorShare.slice(1)).toEqual(sceneOf(PLAIN).nodes.errorShare);
  expect(scene.edges.share[0]).toBe(1);
  expect(scene.edges.share[1]).toBeCloseTo(0.4);
  expect([...scene.nodes.shape].map((code) => SHAPES[code])).toEqual(["operation", "workload", "workload"]);
  expect(scene.strings?.nodeLabels[0]).toBe("List");
});

test("panels list an operation's own parts, and of what runs the calls alone", () => {
  const ids = (id: string) => {
    const details = detailsOf(GRAPH, id);
    if (details.kind !== "node") throw new Error("no node");
    return [details.inbound, details.outbound].map((edges) => edges.map((one) => one.id));
  };
  expect(ids(A)).toEqual([[], [CALL.id]]);
  expect(ids(B)).toEqual([[CALL.id], []]);
  expect(ids(OP)).toEqual([[`${A}>${OP}>http`], [`${OP}>${B}>http`]]);
  expect(scopeOf(GRAPH, null)).toEqual(scopeOf(PLAIN, null));
});

test("find asks them by kind, name and what comes in, and everything else as before", () => {
  const index = new GraphIndex(GRAPH);
  expect(index.traffic(2).inbound.requests.rate).toBe(10);
  expect(index.traffic(0).inbound.requests.rate).toBe(4);
  const finder = new Finder();
  finder.set("kind = operation AND name = List AND rate = 4/s", "");
  expect([...(finder.of(GRAPH).found?.nodes ?? [])]).toEqual([OP]);
  finder.set("rank = 1", "");
  expect([...(finder.of(GRAPH).found?.nodes ?? [])]).toEqual([B]);
});

test("they don't make a graph so large that groups are drawn", () => {
  const many = Array.from({ length: 150 }, (_, i) => node(`w/shop/workload/n${i}`));
  expect(needsGroups(DEFAULT_VIEW, "auto", graph([...many, node(OP)]), true)).toBe(false);
  expect(needsGroups(DEFAULT_VIEW, "auto", graph([...many, node(A)]), true)).toBe(true);
});
