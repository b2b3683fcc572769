import { describe, expect, test } from "vitest";
import { aroundNode } from "./around.ts";
import { edge, graph, node } from "./live.test-support.ts";

const id = (name: string, space = "shop") => `w/${space}/workload/${name}`;
const GRAPH = graph(
  [...["a", "b", "c", "far"].map((name) => node(id(name))), node(id("p", "pay"))],
  [edge(id("a"), id("b")), edge(id("a"), id("c")), edge(id("b"), id("p", "pay")), edge(id("p", "pay"), id("far"))],
);

describe("a thing's own graph", () => {
  test("is one step to callers and callees, and nothing among those", () => {
    const around = aroundNode(GRAPH, id("b"));
    expect(around?.inbound.map(({ source }) => source)).toEqual([id("a")]);
    expect(around?.outbound.map(({ target }) => target)).toEqual([id("p", "pay")]);
    expect(around?.scene.strings.nodeIds).toEqual([id("a"), id("b"), id("p", "pay")]);
    expect(around?.scene.strings.edgeIds).toHaveLength(2);
    expect(around?.scene.strings.boxes.map(({ label }) => label).sort()).toEqual(["pay", "shop"]);
    expect(around?.left).toBe(0);
  });

  test("leaves the numbers of a neighbour whole, of which one call is drawn", () => {
    // a calls b and c.
    expect(aroundNode(GRAPH, id("b"))?.scene.nodes.rate[0]).toBe(20);
  });

  test("stays small: the worst eight a side are drawn, and the others counted", () => {
    const callers = Array.from({ length: 30 }, (_, i) => id(`caller-${i}`));
    const bad = { health: "failing", errorRate: 5 };
    const large = graph(
      [node(id("b")), ...callers.map((caller) => node(caller))],
      callers.map((caller, i) => edge(caller, id("b"), i === 29 ? bad : {})),
    );
    const around = aroundNode(large, id("b"));
    expect(around?.inbound).toHaveLength(30);
    expect(around?.inbound[0]?.source).toBe(callers[29]);
    expect(around?.scene.strings.edgeIds).toHaveLength(8);
    expect(around?.left).toBe(22);
  });

  test("counts a call to itself once, and is a single mark where nobody calls", () => {
    const self = graph([node(id("b"))], [edge(id("b"), id("b"))]);
    expect(aroundNode(self, id("b"))).toMatchObject({
      inbound: [{ id: `${id("b")}>${id("b")}>http` }],
      outbound: [],
      left: 0,
    });
    expect(aroundNode(graph([node(id("b"))]), id("b"))?.scene.nodes.x).toHaveLength(1);
    expect(aroundNode(GRAPH, id("gone"))).toBeNull();
  });
});
