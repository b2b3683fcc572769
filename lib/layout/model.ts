/** What a layout is made of and what it gives. Plain data, so that it can be stored, compared byte for byte and transferred. */

export interface LayoutNode {
  readonly id: string;
  /** Ids of the boxes around it, outermost first; empty for what stands outside every box. A box id has one parent. */
  readonly boxes: readonly string[];
}

export interface LayoutEdge {
  readonly source: string;
  readonly target: string;
  /** How much this edge counts when directions conflict; anything not above 0 counts as 1. */
  readonly weight: number;
}

/** Nodes and edges in any order: the result doesn't depend on it. Edges to nodes that aren't listed are left out. */
export interface LayoutInput {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
}

/** The middle of a mark, in world units (CSS pixels at zoom 1). */
export interface PlacedNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** The innermost box around it. */
  readonly box: string | null;
}

export interface PlacedBox {
  readonly id: string;
  readonly parent: string | null;
  /** 0 = outermost. */
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  /** In the order of their ids. */
  readonly nodes: readonly PlacedNode[];
  /** Outer boxes before inner ones, then in the order of their ids. */
  readonly boxes: readonly PlacedBox[];
  /** Everything lies within 0…width, 0…height. */
  readonly width: number;
  readonly height: number;
  /** How many connections the cold layout behind it knew, however many have come and gone since. */
  readonly links: number;
  /** Ids of what a hand has put where it stands, or made room for that; what was moved last at the end. */
  readonly byHand?: readonly string[];
}

/** How marks are put in order: in layers along the calls, with boxes around them, or without boxes. */
export const LAYOUT_STYLES = ["layered", "grid", "concentric", "breadthfirst"] as const;
export type LayoutStyle = (typeof LAYOUT_STYLES)[number];
export type PlainStyle = Exclude<LayoutStyle, "layered">;

/** Upper left corners of cells by node, whole numbers: no two cells touch. */
export interface Corners {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Code-unit order: the same on every machine, unlike a locale's. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
