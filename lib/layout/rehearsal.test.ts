import { expect, test } from "vitest";
import { rehearse } from "./rehearsal.ts";

test("the rehearsal has what a first layout meets: two boxes, calls across and in circles, more than one column", () => {
  const { nodes, boxes, links } = rehearse();
  expect(boxes.map(({ id }) => id).toSorted()).toEqual(["a", "b"]);
  expect(nodes).toHaveLength(12);
  expect(links).toBeGreaterThan(12);
  expect(new Set(nodes.map(({ x }) => x)).size).toBeGreaterThan(3);
});
