import { describe, expect, test } from "vitest";
import { Finder, type Finding } from "./finder.ts";
import { edge, graph, node } from "./live.test-support.ts";
import { DEFAULT_LOOK } from "./look.ts";
import { showGraph } from "./shown.ts";
import { NOTHING_FOUND } from "./status.ts";

const A = "w/shop/workload/a";
const B = "w/shop/workload/b";
const C = "w/pay/workload/c";
const GRAPH = graph(
  [node(A), node(B, { health: "failing" }), node(C)],
  [edge(A, B, { errorRate: 5, health: "failing" }), edge(B, C)],
);
const drawn = (finding: Finding) => showGraph(GRAPH, DEFAULT_LOOK, finding).graph;
const ids = (set: ReadonlySet<string> | undefined) => [...(set ?? [])];

describe("a finder", () => {
  test("without expressions changes nothing, not even the graph's identity", () => {
    const finding = new Finder().of(GRAPH);
    expect(drawn(finding)).toBe(GRAPH);
    expect(finding).toMatchObject({ found: null, status: NOTHING_FOUND });
  });

  test("finds", () => {
    const finder = new Finder();
    expect(finder.set("health = failing", "")).toBe(true);
    const finding = finder.of(GRAPH);
    const { found, status } = finding;
    expect(drawn(finding)).toBe(GRAPH);
    expect(ids(found?.nodes)).toEqual([B]);
    expect(ids(found?.edges)).toEqual([`${A}>${B}>http`]);
    expect(status).toMatchObject({ matches: { nodes: 1, edges: 1 }, hidden: { nodes: 0, edges: 0 } });
  });

  test("says what the view must carry for what is looked for, not for what is hidden", () => {
    const finder = new Finder();
    finder.set("rank <= 2", "latency.p95 > 1s");
    expect(finder.of(GRAPH).status.aids).toEqual(["rank"]);
  });

  test("hides, and hide wins over find", () => {
    const finder = new Finder();
    finder.set("namespace = shop OR edge", "name = b");
    const finding = finder.of(GRAPH);
    const { found, status } = finding;
    const shown = drawn(finding);
    expect(shown.nodes.map(({ id }) => id)).toEqual([A, C]);
    expect(shown.edges).toEqual([]);
    expect(ids(found?.nodes)).toEqual([A]);
    expect(status).toMatchObject({ matches: { nodes: 1, edges: 0 }, hidden: { nodes: 1, edges: 2 } });
  });

  test("a text that can't be read leaves the last expression in force; an empty one ends it", () => {
    const finder = new Finder();
    finder.set("name = a", "name = c");
    finder.set("name = a AND", "name =");
    expect(finder.of(GRAPH).status).toMatchObject({ matches: { nodes: 1, edges: 0 }, hidden: { nodes: 1, edges: 1 } });
    finder.set("", "name =");
    expect(finder.of(GRAPH).status).toMatchObject({ matches: null, hidden: { nodes: 1, edges: 1 } });
    finder.set("", "");
    expect(drawn(finder.of(GRAPH))).toBe(GRAPH);
  });

  test("works a graph out once, and the next one anew", () => {
    const finder = new Finder();
    finder.set("health = failing", "");
    expect(finder.set("health = failing", "")).toBe(false);
    const first = finder.of(GRAPH);
    expect(finder.of(GRAPH)).toBe(first);
    const next = graph([node(A, { health: "failing" }), node(B)], []);
    expect(ids(finder.of(next).found?.nodes)).toEqual([A]);
  });

  test("says what the graph can't answer, of each field", () => {
    const finder = new Finder();
    finder.set("label:app = x", "change = gone");
    const { blind } = finder.of(GRAPH).status;
    expect(blind.find).toEqual([expect.stringContaining("No labels are known")]);
    expect(blind.hide).toEqual([expect.stringContaining("Nothing is compared")]);
  });

  test("helps whoever types, with values of the graph where there is one", () => {
    const finder = new Finder();
    expect(finder.assist("ns = s", 6, GRAPH).items.map(({ insert }) => insert)).toEqual(["shop"]);
    expect(finder.assist("ns = s", 6, null).items).toEqual([]);
    expect(finder.assist("idel", 4, null).problem).toMatchObject({ at: 0, length: 4 });
    expect(finder.assist("idle", 4, null).problem).toBeNull();
  });
});
