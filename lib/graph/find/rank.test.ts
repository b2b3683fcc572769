import { describe, expect, it } from "vitest";
import { rankNodes } from "./rank.ts";

describe("rank by inbound edges", () => {
  it.each([
    ["the most called is first, the others follow", 3, [1, 2, 2, 2], [3, 2, 1]],
    ["equals share a place", 3, [1], [2, 1, 2]],
    ["without edges all are first", 3, [], [1, 1, 1]],
    ["a loop counts, an edge to nowhere doesn't", 2, [0, -1, 7], [1, 2]],
    ["no nodes", 0, [], []],
  ])("%s", (_, nodes, targets, ranks) => expect([...rankNodes(nodes, targets)]).toEqual(ranks));

  it("more than a hundred different counts are spread over 1 to 100", () => {
    const targets = Array.from({ length: 151 }, (_, node) => Array.from({ length: 150 - node }, () => node)).flat();
    const ranks = rankNodes(151, targets);
    expect([ranks[0], ranks[149], ranks[150]]).toEqual([1, 99, 100]);
    expect([...ranks]).toEqual([...ranks].sort((a, b) => a - b));
  });
});
