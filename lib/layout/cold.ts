/** A layout from nothing: every box is arranged from the inside out, twice, the second time knowing where the rest lies. */
import { type Arranged, arrange, type Problem } from "./arrange.ts";
import { Columns } from "./columns.ts";
import { type Box, type Hierarchy, pathOf } from "./hierarchy.ts";
import { BOX_ASPECT, BOX_GAP, BOX_PADDING, CELL, MARGIN, NODE_GAP, SCREEN_ASPECT } from "./metrics.ts";
import type { Layout, PlacedBox, PlacedNode } from "./model.ts";
import { seededRandom } from "./random.ts";
import type { Anchor, Pull } from "./sweep.ts";

/** A connection that leaves a box pulls its end less than one inside: order inside comes first. */
const OUTWARD = 0.35;

interface Connection {
  readonly sourceNode: number;
  readonly targetNode: number;
  readonly source: number;
  readonly target: number;
  readonly weight: number;
}

interface Work {
  readonly box: Box;
  /** Item index of each inner box and node: boxes first. */
  readonly itemOfBox: ReadonlyMap<Box, number>;
  readonly connections: Connection[];
  /** Connections of something inside with something outside: [item, node inside, node outside, weight]. */
  readonly outward: (readonly [item: number, inside: number, outside: number, weight: number])[];
  arranged: Arranged | null;
  readonly padding: { readonly top: number; readonly side: number; readonly bottom: number };
}

const ROOT_PADDING = { top: MARGIN, side: MARGIN, bottom: MARGIN };

function worksOf(input: Hierarchy, itemOfNode: Int32Array): Map<Box, Work> {
  const works = new Map<Box, Work>();
  for (const box of [input.root, ...input.boxes]) {
    box.nodes.forEach((node, at) => {
      itemOfNode[node] = box.boxes.length + at;
    });
    works.set(box, {
      box,
      itemOfBox: new Map(box.boxes.map((inner, at) => [inner, at])),
      connections: [],
      outward: [],
      arranged: null,
      padding: box === input.root ? ROOT_PADDING : BOX_PADDING,
    });
  }
  const paths = new Map([input.root, ...input.boxes].map((box) => [box, pathOf(box)]));
  const itemAt = (path: readonly Box[], depth: number, node: number) => {
    const inner = path[depth + 1];
    const work = works.get(path[depth] as Box) as Work;
    return inner === undefined ? (itemOfNode[node] as number) : (work.itemOfBox.get(inner) as number);
  };
  for (const { source, target, weight } of input.links) {
    const from = paths.get(input.boxOf[source] as Box) as Box[];
    const to = paths.get(input.boxOf[target] as Box) as Box[];
    let common = 0;
    while (from[common + 1] !== undefined && from[common + 1] === to[common + 1]) common++;
    works.get(from[common] as Box)?.connections.push({
      sourceNode: source,
      targetNode: target,
      source: itemAt(from, common, source),
      target: itemAt(to, common, target),
      weight,
    });
    for (let depth = common + 1; depth < from.length; depth++) {
      works.get(from[depth] as Box)?.outward.push([itemAt(from, depth, source), source, target, weight]);
    }
    for (let depth = common + 1; depth < to.length; depth++) {
      works.get(to[depth] as Box)?.outward.push([itemAt(to, depth, target), target, source, weight]);
    }
  }
  return works;
}

/** One pull per ordered pair of items; where it ends is the mean over its connections. */
function pullsOf(work: Work, offset: Float64Array): Pull[] {
  const merged = new Map<number, { source: number; target: number; weight: number; from: number; to: number }>();
  const stride = work.box.boxes.length + work.box.nodes.length;
  for (const { source, target, sourceNode, targetNode, weight } of work.connections) {
    const key = source * stride + target;
    const pull = merged.get(key) ?? { source, target, weight: 0, from: 0, to: 0 };
    pull.weight += weight;
    pull.from += (offset[sourceNode] as number) * weight;
    pull.to += (offset[targetNode] as number) * weight;
    merged.set(key, pull);
  }
  return [...merged.values()]
    .sort((a, b) => a.source - b.source || a.target - b.target)
    .map(({ source, target, weight, from, to }) => ({
      source,
      target,
      weight,
      sourceOffset: from / weight,
      targetOffset: to / weight,
    }));
}

export function* coldLayout(input: Hierarchy, seed: number): Generator<void, Layout> {
  const itemOfNode = new Int32Array(input.nodes.length);
  const works = worksOf(input, itemOfNode);
  const inwards = [input.root, ...input.boxes];
  const outwards = [...inwards].reverse();
  // From the top of the item that holds it, at the level in work, to a node's middle.
  const offset = new Float64Array(input.nodes.length);
  const columns = new Columns();
  let place: Placement | null = null;
  for (let pass = 0; pass < 2; pass++) {
    offset.fill(CELL.middle);
    for (const box of outwards) {
      const work = works.get(box) as Work;
      yield;
      const arranged = yield* arrange(problemOf(work, works, { offset, place, columns }), seededRandom(seed));
      work.arranged = arranged;
      for (const node of membersOf(box)) {
        const item = itemOfMember(work, node, input, itemOfNode);
        offset[node] = (offset[node] as number) + (arranged.y[item] as number) + work.padding.top;
      }
    }
    place = absolute(input, works);
  }
  return toLayout(input, works, place as Placement);
}

function* membersOf(box: Box): Generator<number> {
  yield* box.nodes;
  for (const inner of box.boxes) yield* membersOf(inner);
}

function itemOfMember(work: Work, node: number, input: Hierarchy, itemOfNode: Int32Array): number {
  let box = input.boxOf[node] as Box;
  if (box === work.box) return itemOfNode[node] as number;
  while (box.parent !== work.box) box = box.parent as Box;
  return work.itemOfBox.get(box) as number;
}

interface Known {
  readonly offset: Float64Array;
  /** null in the first pass. */
  readonly place: Placement | null;
  readonly columns: Columns;
}

function problemOf(work: Work, works: Map<Box, Work>, { offset, place, columns }: Known): Problem {
  const { box } = work;
  const count = box.boxes.length + box.nodes.length;
  const width = new Float64Array(count).fill(CELL.width);
  const height = new Float64Array(count).fill(CELL.height);
  box.boxes.forEach((inner, at) => {
    const size = outerSize(works.get(inner) as Work);
    width[at] = size.width;
    height[at] = size.height;
  });
  const anchors: Anchor[] = [];
  if (place !== null) {
    const origin = (place.top.get(box) ?? 0) + work.padding.top;
    for (const [item, inside, outside, weight] of work.outward) {
      const top = (place.y[outside] as number) - (offset[inside] as number) - origin;
      anchors.push({ item, top, weight: weight * OUTWARD });
    }
  }
  const flat = box.boxes.length === 0;
  return {
    width,
    height,
    pulls: pullsOf(work, offset),
    anchors,
    gapX: flat ? NODE_GAP.x : BOX_GAP.x,
    gapY: flat ? NODE_GAP.y : BOX_GAP.y,
    aspect: flat ? BOX_ASPECT : SCREEN_ASPECT,
    foldRows: !flat,
    // Where the rest lies is known in the second pass only.
    draft: place === null,
    columns,
  };
}

function outerSize({ arranged, padding }: Work): { width: number; height: number } {
  return {
    width: (arranged?.width ?? 0) + 2 * padding.side,
    height: (arranged?.height ?? 0) + padding.top + padding.bottom,
  };
}

interface Placement {
  readonly left: ReadonlyMap<Box, number>;
  readonly top: ReadonlyMap<Box, number>;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function absolute(input: Hierarchy, works: Map<Box, Work>): Placement {
  const left = new Map<Box, number>([[input.root, 0]]);
  const top = new Map<Box, number>([[input.root, 0]]);
  const x = new Float64Array(input.nodes.length);
  const y = new Float64Array(input.nodes.length);
  for (const box of [input.root, ...input.boxes]) {
    const { arranged, padding } = works.get(box) as Work;
    const originX = (left.get(box) ?? 0) + padding.side;
    const originY = (top.get(box) ?? 0) + padding.top;
    box.boxes.forEach((inner, at) => {
      left.set(inner, originX + (arranged?.x[at] ?? 0));
      top.set(inner, originY + (arranged?.y[at] ?? 0));
    });
    box.nodes.forEach((node, at) => {
      const item = box.boxes.length + at;
      x[node] = originX + (arranged?.x[item] ?? 0) + CELL.width / 2;
      y[node] = originY + (arranged?.y[item] ?? 0) + CELL.middle;
    });
  }
  return { left, top, x, y };
}

function toLayout(input: Hierarchy, works: Map<Box, Work>, place: Placement): Layout {
  const nodes: PlacedNode[] = input.nodes.map((node, index) => {
    const box = input.boxOf[index] as Box;
    return {
      id: node.id,
      x: place.x[index] as number,
      y: place.y[index] as number,
      box: box.depth < 0 ? null : box.id,
    };
  });
  const boxes: PlacedBox[] = input.boxes.map((box) => ({
    id: box.id,
    parent: box.parent === null || box.parent.depth < 0 ? null : box.parent.id,
    depth: box.depth,
    x: place.left.get(box) ?? 0,
    y: place.top.get(box) ?? 0,
    ...outerSize(works.get(box) as Work),
  }));
  const { width, height } = outerSize(works.get(input.root) as Work);
  return { nodes, boxes, width, height, links: input.links.length };
}
