/**
 * Order within columns and vertical places: sweeps to and fro in which every item moves to where its neighbours pull it.
 * Sorting by the wanted place orders a column (the barycentre method of Sugiyama, Tagawa and Toda, IEEE SMC-11, 1981), and
 * pooling keeps its items apart at the least cost (separate.ts).
 */
import { separate } from "./separate.ts";

/** One connection of two items of a level; the offsets say where on the item, from its top, it ends. */
export interface Pull {
  readonly source: number;
  readonly target: number;
  readonly weight: number;
  readonly sourceOffset: number;
  readonly targetOffset: number;
}

/** Something outside the level, at a fixed height, that an item is connected to. */
export interface Anchor {
  readonly item: number;
  readonly weight: number;
  /** Where the item's top would be for a level connection. */
  readonly top: number;
}

export interface Level {
  readonly height: Float64Array;
  readonly gap: number;
  readonly pulls: readonly Pull[];
  readonly anchors: readonly Anchor[];
}

type Side = "left" | "right" | "both";
/** An item that nothing pulls stays roughly where it is and gives way to those that are pulled. */
const INERTIA = 0.02;
/** How much taller than its fullest column a level may become for the sake of straighter connections. */
const AIR = 1.2;

/** In layout units, of which places are whole numbers. */
const REST = 0.5;

interface Link {
  readonly other: number;
  readonly weight: number;
  /** This item's top minus the other's top, for a level connection. */
  readonly shift: number;
}

/** The links of each item, made once per level. */
export function linksOf(level: Level): Link[][] {
  const links: Link[][] = Array.from({ length: level.height.length }, () => []);
  for (const { source, target, weight, sourceOffset, targetOffset } of level.pulls) {
    links[source]?.push({ other: target, weight, shift: targetOffset - sourceOffset });
    links[target]?.push({ other: source, weight, shift: sourceOffset - targetOffset });
  }
  return links;
}

/** The state that sweeps work on: `columns` and `top` are changed in place. */
export class Sweep {
  readonly level: Level;
  readonly links: readonly (readonly Link[])[];
  readonly columns: number[][];
  readonly top: Float64Array;
  private readonly columnOf: Int32Array;
  private readonly anchorSum: Float64Array;
  private readonly anchorWeight: Float64Array;
  private readonly wanted: Float64Array;
  private readonly strength: Float64Array;
  private readonly room: number;

  constructor(level: Level, links: readonly (readonly Link[])[], columns: number[][]) {
    const count = level.height.length;
    this.level = level;
    this.links = links;
    this.columns = columns;
    this.top = new Float64Array(count);
    this.columnOf = new Int32Array(count);
    this.anchorSum = new Float64Array(count);
    this.anchorWeight = new Float64Array(count);
    this.wanted = new Float64Array(count);
    this.strength = new Float64Array(count);
    let tallest = 0;
    columns.forEach((column, at) => {
      let top = 0;
      for (const item of column) {
        this.columnOf[item] = at;
        this.top[item] = top;
        top += (level.height[item] as number) + level.gap;
      }
      tallest = Math.max(tallest, top - level.gap);
    });
    this.room = tallest * AIR;
    for (const { item, weight, top } of level.anchors) {
      this.anchorSum[item] = (this.anchorSum[item] as number) + top * weight;
      this.anchorWeight[item] = (this.anchorWeight[item] as number) + weight;
    }
  }

  /** Sweeps to and fro, each way a step: orders are free while `reorder`, after that only places move. */
  *run(rounds: number, reorder: boolean): Generator<void> {
    const last = this.columns.length - 1;
    const before = new Float64Array(this.top.length);
    for (let round = 0; round < rounds; round++) {
      yield;
      before.set(this.top);
      for (let at = 0; at <= last; at++) this.place(at, "left", reorder);
      yield;
      for (let at = last; at >= 0; at--) this.place(at, "right", reorder);
      if (this.rests(before)) break;
    }
    for (let at = 0; at <= last; at++) this.place(at, "both", reorder);
    for (let at = last; at >= 0; at--) this.place(at, "both", false);
    for (let at = 0; at <= last; at++) this.place(at, "both", false);
  }

  /** Whether nothing has moved since by as much as would be seen. */
  private rests(before: Float64Array): boolean {
    for (let item = 0; item < before.length; item++)
      if (Math.abs((this.top[item] as number) - (before[item] as number)) > REST) return false;
    return true;
  }

  /** Places of one column after a change of its order: a first look at what the change is worth. */
  alone(column: number): void {
    this.place(column, "both", false);
  }

  /** Places after a change of one order: cheap enough to be tried for every pair. */
  settle(): void {
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < this.columns.length; at++) this.place(at, "both", false);
      for (let at = this.columns.length - 1; at >= 0; at--) this.place(at, "both", false);
    }
  }

  private place(at: number, side: Side, reorder: boolean): void {
    const column = this.columns[at] as number[];
    for (const item of column) this.want(item, at, side);
    // Sorting is stable: items that want the same place keep their order.
    if (reorder) column.sort((a, b) => (this.wanted[a] as number) - (this.wanted[b] as number));
    separate(column, this.wanted, this.strength, this.level.height, this.level.gap, this.room, this.top);
  }

  private want(item: number, column: number, side: Side): void {
    let sum = this.anchorSum[item] as number;
    let total = this.anchorWeight[item] as number;
    for (const { other, weight, shift } of this.links[item] as readonly Link[]) {
      const theirs = this.columnOf[other] as number;
      if (theirs === column || (side === "left" && theirs > column) || (side === "right" && theirs < column)) continue;
      sum += ((this.top[other] as number) + shift) * weight;
      total += weight;
    }
    sum += (this.top[item] as number) * INERTIA;
    total += INERTIA;
    this.wanted[item] = sum / total;
    this.strength[item] = total;
  }
}
