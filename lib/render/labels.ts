/**
 * Which texts a view shows: names first, then numbers, then edges' labels, as the zoom gives room; trouble before the rest,
 * nothing over anything else. Screen units. Pure, given a way to measure text.
 */
import { CELL } from "#lib/layout/metrics.ts";
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import { type Camera, type Point, type Size, toScreen } from "./camera.ts";
import { type Block, declutter, Taken } from "./declutter.ts";
import type { EdgeLabelKind } from "./edge-labels.ts";
import { CROWDED, crowding } from "./extent.ts";
import { pointAt } from "./geometry.ts";
import { chainOf, type FullScene } from "./hit.ts";
import { stateAt } from "./style.ts";
import { edgeNumbers, lockName, nodeNumbers, shorten } from "./words.ts";

/** Zooms from which texts are shown. */
export const DETAIL = { names: 0.36, numbers: 0.52, trouble: 0.45, edges: 0.7, crowd: 1.5, locks: 1.1 } as const;
/** Widest name, in pixels, where there is room for it. */
const WIDEST = 168;

export interface Measure {
  /** Width of a text at 1 px font size. */
  readonly name: (text: string) => number;
  readonly numbers: (text: string) => number;
}

export interface NodeLabel {
  readonly node: number;
  readonly x: number;
  /** Baseline of the name; the numbers' is one line below. */
  readonly y: number;
  readonly name: string;
  readonly numbers: string;
}

export interface EdgeLabel {
  readonly edge: number;
  readonly block: Block;
  readonly text: string;
}

export interface Lock {
  readonly edge: number;
  readonly at: Point;
  readonly open: boolean;
}

export interface Labels {
  readonly nodes: readonly NodeLabel[];
  readonly edges: readonly EdgeLabel[];
  readonly locks: readonly Lock[];
  /** Font sizes in pixels. */
  readonly nameSize: number;
  readonly numberSize: number;
  readonly chipSize: number;
}

export interface Focus {
  readonly selected: number | null;
  readonly hovered: number | null;
  readonly edge: number | null;
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
const SPOTS = [0.5, 0.38, 0.62, 0.28, 0.72, 0.2, 0.8] as const;
/** What an open lock takes beside a label, and from its middle where it stands alone. */
const LOCK = { beside: 22, half: 9 } as const;
/** After every name, worst first: what a thing is called comes before how it is reached. */
const AFTER_NAMES = 3;

type Candidate = { readonly kind: "node"; readonly index: number } | { readonly kind: "edge"; readonly index: number };

/** Lower comes first. */
function urgency(state: number | undefined, focused: boolean): number {
  if (focused) return 0;
  const name = stateAt(state);
  return name === "failing" ? 1 : name === "degraded" ? 2 : 3;
}

function onScreen(block: Block, size: Size): boolean {
  return block.right > 0 && block.left < size.width && block.bottom > 0 && block.top < size.height;
}

/** Chooses and places. O(visible) but for one pass over all. */
export function chooseLabels(
  scene: FullScene,
  bounds: Float32Array,
  camera: Camera,
  size: Size,
  focus: Focus,
  measure: Measure,
  titles: readonly Block[],
  kinds: readonly EdgeLabelKind[] = [],
): Labels {
  const { k } = camera;
  const { nodes, edges, strings } = scene;
  const nameSize = clamp(12 * k, 10.5, 15);
  const numberSize = clamp(11 * k, 10, 13.5);
  const chipSize = clamp(11 * k, 10, 13);
  const taken = new Taken();
  for (const title of titles) taken.add(title);
  const candidates: { readonly of: Candidate; readonly urgency: number; readonly weight: number }[] = [];

  for (let node = 0; node < nodes.x.length; node++) {
    if (((nodes.bits[node] ?? 0) & NODE_BITS.hidden) !== 0) continue;
    const at = toScreen(camera, { x: nodes.x[node] as number, y: nodes.y[node] as number });
    const r = (nodes.radius[node] as number) * k + 2;
    const mark = { left: at.x - r, top: at.y - r, right: at.x + r, bottom: at.y + r };
    if (!onScreen({ left: mark.left - 80, top: mark.top - 60, right: mark.right + 80, bottom: mark.bottom }, size))
      continue;
    if (k >= DETAIL.names) taken.add(mark);
    const rank = urgency(nodes.state[node], node === focus.selected || node === focus.hovered);
    if (k >= DETAIL.names || rank < 3) {
      candidates.push({ of: { kind: "node", index: node }, urgency: rank, weight: weightOf(nodes.rate[node]) });
    }
  }
  const quietFrom = crowding(scene) > CROWDED ? DETAIL.crowd : DETAIL.edges;
  const middles = new Map<number, Point>();
  const middle = (edge: number): Point => {
    const at = middles.get(edge) ?? toScreen(camera, pointAt(chainOf(scene, edge), 0.5));
    middles.set(edge, at);
    return at;
  };
  const near = [focus.selected, focus.hovered].filter((node) => node !== null);
  for (let edge = 0; edge < edges.source.length; edge++) {
    if (((edges.bits[edge] ?? 0) & EDGE_BITS.hidden) !== 0) continue;
    const rank = urgency(edges.state[edge], edge === focus.edge);
    if (k < DETAIL.trouble || (rank >= 3 && k < (touches(scene, edge, near) ? DETAIL.edges : quietFrom))) {
      if (isOpen(scene, edge)) taken.add(around(middle(edge), LOCK.half));
      continue;
    }
    const a = toScreen(camera, { x: bounds[edge * 4] as number, y: bounds[edge * 4 + 1] as number });
    const b = toScreen(camera, { x: bounds[edge * 4 + 2] as number, y: bounds[edge * 4 + 3] as number });
    if (!onScreen({ left: a.x, top: a.y, right: b.x, bottom: b.y }, size)) continue;
    const after = rank === 0 ? 0.5 : AFTER_NAMES + rank / 10;
    candidates.push({ of: { kind: "edge", index: edge }, urgency: after, weight: weightOf(edges.rate[edge]) });
  }
  candidates.sort((a, b) => a.urgency - b.urgency || b.weight - a.weight || a.of.index - b.of.index);

  const texts = new Map<Candidate, { readonly names: readonly string[]; readonly second: string }>();
  const narrow = Math.max(58, CELL.width * k - 4);
  const nodeSpots = (of: Candidate): readonly Block[] => {
    const focused = of.index === focus.selected || of.index === focus.hovered;
    const full = strings.nodeLabels[of.index] ?? "";
    // The whole name where nothing is beside it, else what its own place holds.
    const names = (focused ? [2 * WIDEST, narrow] : [Math.max(WIDEST, narrow), narrow]).map((room) =>
      shorten(full, (text) => measure.name(text) * nameSize <= room),
    );
    const second = k >= DETAIL.numbers ? nodeNumbers(nodes, of.index) : "";
    texts.set(of, { names, second });
    const at = toScreen(camera, { x: nodes.x[of.index] as number, y: nodes.y[of.index] as number });
    const top = at.y + (nodes.radius[of.index] as number) * k + nameSize * 0.5;
    return names.map((name) => {
      const half = Math.max(measure.name(name) * nameSize, measure.numbers(second) * numberSize) / 2 + 2;
      return { left: at.x - half, right: at.x + half, top, bottom: top + nameSize * (second === "" ? 1.15 : 2.3) };
    });
  };
  const spots = (of: Candidate): readonly Block[] => {
    if (of.kind === "node") return nodeSpots(of);
    const text = edgeNumbers(edges, of.index, kinds);
    if (text === "") return [];
    texts.set(of, { names: [text], second: "" });
    const half = (measure.numbers(text) * chipSize) / 2 + 6;
    const chain = chainOf(scene, of.index);
    const lock = isOpen(scene, of.index) ? LOCK.beside : 0;
    return SPOTS.map((share) => {
      const { x, y } = toScreen(camera, pointAt(chain, share));
      return { left: x - half, right: x + half + lock, top: y - chipSize * 0.82, bottom: y + chipSize * 0.82 };
    });
  };
  // What somebody looks at is named whatever lies around it; the others give way.
  const looked = candidates.filter((candidate) => candidate.urgency < 1).map(({ of }) => of);
  const rest = candidates.slice(looked.length).map(({ of }) => of);
  const first = declutter(looked, spots, new Taken());
  for (const { block } of first) taken.add(block);
  const placed = [...first, ...declutter(rest, spots, taken)];

  const nodeLabels: NodeLabel[] = [];
  const edgeLabels: EdgeLabel[] = [];
  const chips = new Map<number, Block>();
  for (const { candidate, block, spot } of placed) {
    const { names, second } = texts.get(candidate) ?? { names: [], second: "" };
    if (candidate.kind === "node") {
      const x = (block.left + block.right) / 2;
      nodeLabels.push({
        node: candidate.index,
        x,
        y: block.top + nameSize * 0.95,
        name: names[spot] ?? "",
        numbers: second,
      });
    } else {
      const chip = isOpen(scene, candidate.index) ? { ...block, right: block.right - LOCK.beside } : block;
      edgeLabels.push({ edge: candidate.index, block: chip, text: names[0] ?? "" });
      chips.set(candidate.index, chip);
    }
  }
  return {
    nodes: nodeLabels,
    edges: edgeLabels,
    locks: locksOf(scene, camera.k, chips, middle),
    nameSize,
    numberSize,
    chipSize,
  };
}

function weightOf(rate: number | undefined): number {
  return rate === undefined || Number.isNaN(rate) ? 0 : rate;
}

function isOpen(scene: FullScene, edge: number): boolean {
  const name = lockName(scene.edges, edge);
  return name === "plain" || name === "partial";
}

/** Whether an edge begins or ends at what somebody looks at. */
function touches({ edges }: FullScene, edge: number, nodes: readonly number[]): boolean {
  return nodes.some((node) => edges.source[edge] === node || edges.target[edge] === node);
}

function around({ x, y }: Point, half: number): Block {
  return { left: x - half, right: x + half, top: y - half, bottom: y + half };
}

/** Open locks always, closed ones where the zoom can carry them; beside the edge's label where it has one. */
function locksOf(
  scene: FullScene,
  k: number,
  chips: ReadonlyMap<number, Block>,
  middle: (edge: number) => Point,
): Lock[] {
  const locks: Lock[] = [];
  for (let edge = 0; edge < scene.edges.source.length; edge++) {
    if (((scene.edges.bits[edge] ?? 0) & EDGE_BITS.hidden) !== 0) continue;
    const open = isOpen(scene, edge);
    if (!open && (k < DETAIL.locks || lockName(scene.edges, edge) === "unknown")) continue;
    const chip = chips.get(edge);
    const at = chip === undefined ? middle(edge) : { x: chip.right + 11, y: (chip.top + chip.bottom) / 2 };
    locks.push({ edge, at, open });
  }
  return locks;
}
