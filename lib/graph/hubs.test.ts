import { describe, expect, it } from "vitest";
import { hubsOf, withoutHubs } from "./hubs.ts";
import type { Graph } from "./model.ts";

const ids = Array.from({ length: 30 }, (_, i) => `n${String(i).padStart(2, "0")}`);
const edge = (source: string, target: string, health = "healthy") => ({
  id: `${source}>${target}`,
  source,
  target,
  health,
});
const graph = (edges: readonly ReturnType<typeof edge>[], bad: readonly string[] = []) =>
  ({
    nodes: ids.map((id) => ({ id, health: bad.includes(id) ? "failing" : "healthy" })),
    edges,
  }) as unknown as Graph;
/** The first is called by so many of the others. */
const star = (callers: number) => ids.slice(1, callers + 1).map((id) => edge(id, "n00"));

describe("hubs", () => {
  it.each([
    [8, []],
    // 30 % of the 29 others are 8.7.
    [9, ["n00"]],
  ])("called by %i of 29 others: %j", (callers, expected) => {
    expect(hubsOf(graph(star(callers)))).toEqual(expected);
  });

  it("counts each other node once, whatever the direction and the number of calls", () => {
    const again = [...star(8), ...star(8), edge("n00", "n01"), edge("n00", "n00")];
    expect(hubsOf(graph(again))).toEqual([]);
  });

  it("a small graph has none", () => {
    const few = { nodes: ids.slice(0, 10).map((id) => ({ id })), edges: star(9) } as unknown as Graph;
    expect(hubsOf(few)).toEqual([]);
  });

  it("become a number on what they are connected to, and lose their edges", () => {
    const { graph: rest, hubs, callers } = withoutHubs(graph([...star(12), edge("n01", "n02")]));
    expect(hubs).toEqual(["n00"]);
    expect(rest.nodes).toHaveLength(29);
    expect(rest.edges.map(({ id }) => id)).toEqual(["n01>n02"]);
    expect([...callers.keys()]).toEqual(ids.slice(1, 13));
    expect(callers.get("n01")).toBe(1);
  });

  it.each([
    ["it fails itself", graph(star(12), ["n00"])],
    ["a call to it fails", graph([...star(12), edge("n20", "n00", "degraded")])],
  ])("stay where %s", (_, of) => {
    expect(withoutHubs(of)).toMatchObject({ graph: of, hubs: [] });
  });
});
