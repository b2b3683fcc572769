/** Rings around what is connected most: the more neighbours a mark has, the nearer it is to the middle. */
import type { Hierarchy } from "./hierarchy.ts";
import { CELL, NODE_GAP } from "./metrics.ts";
import type { Corners } from "./model.ts";

/** Marks so far apart don't touch, whatever the direction: more than a cell's diagonal. Also from ring to ring. */
const APART = Math.ceil(Math.sqrt(CELL.width * CELL.width + CELL.height * CELL.height)) + NODE_GAP.y;
/** On ring k, of radius k × APART, 6 k marks are at least APART from each other (a chord is no shorter than on ring 1). */
const ON_FIRST = 6;

/** Sine and cosine by their series, for an eighth of a turn at most: in contrast to Math's the same in every engine. */
function series(angle: number): { readonly sin: number; readonly cos: number } {
  let [sin, cos, term] = [0, 0, 1];
  for (let power = 0; power < 20; power += 2) {
    cos += term;
    term *= angle / (power + 1);
    sin += term;
    term *= -angle / (power + 2);
  }
  return { sin, cos };
}

/** The direction after a share of a whole turn, 0 to 1, from the top, clockwise. */
function direction(share: number): { readonly x: number; readonly y: number } {
  const eighths = Math.floor(share * 8);
  const quarter = Math.floor((eighths + 1) / 2);
  const { sin, cos } = series((share - quarter / 4) * 2 * Math.PI);
  switch (quarter % 4) {
    case 0:
      return { x: sin, y: -cos };
    case 1:
      return { x: cos, y: sin };
    case 2:
      return { x: -sin, y: cos };
    default:
      return { x: -cos, y: -sin };
  }
}

/** Neighbours of each node, whichever of the two calls. */
function degrees({ nodes, links }: Hierarchy): readonly number[] {
  const neighbours = nodes.map(() => new Set<number>());
  for (const { source, target } of links) {
    neighbours[source]?.add(target);
    neighbours[target]?.add(source);
  }
  return neighbours.map(({ size }) => size);
}

export function concentric(input: Hierarchy): Corners {
  const count = input.nodes.length;
  const [x, y] = [new Float64Array(count), new Float64Array(count)];
  const degree = degrees(input);
  const order = degree.map((_, node) => node).sort((a, b) => (degree[b] ?? 0) - (degree[a] ?? 0) || a - b);
  let at = 1;
  for (let ring = 1; at < count; ring++) {
    // The last ring's are spread over all of it.
    const members = order.slice(at, at + ON_FIRST * ring);
    members.forEach((node, place) => {
      const { x: right, y: down } = direction(place / members.length);
      x[node] = Math.round(right * ring * APART);
      y[node] = Math.round(down * ring * APART);
    });
    at += members.length;
  }
  return { x, y };
}
