/** Rows by how many calls away marks are from where traffic comes in, the first on top; what calls and is called by nobody stands below. */
import { PITCH, perRow } from "./grid.ts";
import type { Hierarchy } from "./hierarchy.ts";
import { CELL } from "./metrics.ts";
import type { Corners } from "./model.ts";

/**
 * Nodes by distance, each in the order in which the search meets it, so that what one calls stands together. It begins at
 * what nobody calls; a circle that nobody enters begins at whoever calls most.
 */
function levels({ nodes, links }: Hierarchy): number[][] {
  const callees: number[][] = nodes.map(() => []);
  const called = new Set<number>();
  for (const { source, target } of links) {
    callees[source]?.push(target);
    called.add(target);
  }
  const calls = (node: number) => callees[node]?.length ?? 0;
  const byCalls = nodes.map((_, node) => node).sort((a, b) => calls(b) - calls(a) || a - b);
  const found: number[][] = [];
  const seen = new Set<number>();
  const search = (roots: readonly number[]) => {
    for (const root of roots) seen.add(root);
    for (let level = roots, depth = 0; level.length > 0; depth++) {
      const row = found[depth];
      if (row === undefined) found.push([...level]);
      else row.push(...level);
      const next: number[] = [];
      for (const node of level)
        for (const other of callees[node] ?? [])
          if (!seen.has(other)) {
            seen.add(other);
            next.push(other);
          }
      level = next;
    }
  };
  search(byCalls.filter((node) => calls(node) > 0 && !called.has(node)));
  for (const node of byCalls) if (calls(node) > 0 && !seen.has(node)) search([node]);
  const alone = nodes.flatMap((_, node) => (seen.has(node) ? [] : [node]));
  return alone.length === 0 ? found : [...found, alone];
}

export function breadthFirst(input: Hierarchy): Corners {
  const count = input.nodes.length;
  const [x, y] = [new Float64Array(count), new Float64Array(count)];
  const most = perRow(count);
  const found = levels(input);
  const widest = found.reduce((width, level) => Math.max(width, Math.min(most, level.length)), 0);
  let top = 0;
  for (const level of found) {
    // A level that is wider than the drawing should be goes on in the next row.
    for (let at = 0; at < level.length; at += most) {
      const row = level.slice(at, at + most);
      row.forEach((node, place) => {
        x[node] = Math.floor((PITCH.x * (widest - row.length)) / 2) + PITCH.x * place;
        y[node] = top;
      });
      top += PITCH.y;
    }
    top += CELL.height;
  }
  return { x, y };
}
