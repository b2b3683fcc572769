/** A skeleton without what is hidden: what stays keeps its place and its curve, so that hiding moves nothing. */
import type { Graph } from "#lib/graph/model.ts";
import { boxesLeft } from "./scene-boxes.ts";
import type { Skeleton } from "./scene-build.ts";

/** Of the skeleton of `whole`, what is also in `shown`, a part of it. O(whole). */
export function restrict(skeleton: Skeleton, whole: Graph, shown: Graph): Skeleton {
  const { strings, paths } = skeleton;
  const nodes = kept(strings.nodeIds, shown.nodes);
  const edges = kept(strings.edgeIds, shown.edges);
  const place = new Uint32Array(strings.nodeIds.length);
  nodes.forEach((from, to) => {
    place[from] = to;
  });
  const pick = <Item>(list: readonly Item[], indexes: readonly number[]) => indexes.map((at) => list[at] as Item);
  const floats = (list: Float32Array) => Float32Array.from(nodes, (at) => list[at] as number);
  const ends = (list: Uint32Array) => Uint32Array.from(edges, (at) => place[list[at] as number] as number);
  return {
    ...skeleton,
    x: floats(skeleton.x),
    y: floats(skeleton.y),
    radius: floats(skeleton.radius),
    source: ends(skeleton.source),
    target: ends(skeleton.target),
    paths: pathsOf(paths, edges),
    strings: {
      nodeIds: pick(strings.nodeIds, nodes),
      nodeLabels: pick(strings.nodeLabels, nodes),
      edgeIds: pick(strings.edgeIds, edges),
      boxes: boxesLeft(strings.boxes, whole, shown),
    },
  };
}

function kept(ids: readonly string[], shown: readonly { readonly id: string }[]): readonly number[] {
  const left = new Set(shown.map(({ id }) => id));
  return ids.flatMap((id, at) => (left.has(id) ? at : []));
}

function pathsOf({ path, pathStart }: Skeleton["paths"], edges: readonly number[]): Skeleton["paths"] {
  const pieces = edges.map((at) => path.subarray(pathStart[at], pathStart[at + 1]));
  const starts = new Uint32Array(edges.length + 1);
  pieces.forEach((piece, at) => {
    starts[at + 1] = (starts[at] as number) + piece.length;
  });
  const joined = new Float32Array(starts.at(-1) ?? 0);
  pieces.forEach((piece, at) => joined.set(piece, starts[at]));
  return { path: joined, pathStart: starts };
}
