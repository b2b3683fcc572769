/** One level of the hierarchy: items of known size (marks or boxes) and their connections, placed left to right. */
import type { Columns } from "./columns.ts";
import { Cost } from "./cost.ts";
import { shuffle } from "./random.ts";
import { type Arc, ranks } from "./rank.ts";
import { type Anchor, type Level, linksOf, type Pull, Sweep } from "./sweep.ts";

export interface Problem {
  readonly width: Float64Array;
  readonly height: Float64Array;
  /** At most one per ordered pair, none from an item to itself. */
  readonly pulls: readonly Pull[];
  readonly anchors: readonly Anchor[];
  readonly gapX: number;
  readonly gapY: number;
  readonly aspect: number;
  /** Whether a long line of columns may be broken into two rows. */
  readonly foldRows: boolean;
  /** Places are asked for to know sizes: another pass follows. */
  readonly draft: boolean;
  readonly columns: Columns;
}

export interface Arranged {
  /** Left and top of each item, whole numbers from 0. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: number;
  readonly height: number;
}

const ROUNDS = 8;
/** Enough to know sizes by. */
const DRAFT_ROUNDS = 3;
/** Up to this size a level is worth several starts and the trial of every swap. */
const SMALL = { items: 48, pulls: 120, starts: 2, passes: 3 } as const;

function columnIndex(columns: readonly (readonly number[])[], count: number): Int32Array {
  const index = new Int32Array(count);
  columns.forEach((column, at) => {
    for (const item of column) index[item] = at;
  });
  return index;
}

/** Of cost: less is rounding. */
const LEAST = 1e-6;

/** Swaps neighbours within a column as long as that makes the level easier to read, a column a step. */
function* improve(sweep: Sweep, cost: Cost): Generator<void> {
  let best = cost.of(sweep.top);
  const held = new Float64Array(sweep.top);
  for (let pass = 0; pass < SMALL.passes; pass++) {
    let improved = false;
    for (const [index, column] of sweep.columns.entries()) {
      yield;
      for (let at = 0; at + 1 < column.length; at++) {
        held.set(sweep.top);
        const upper = column[at] as number;
        const lower = column[at + 1] as number;
        column[at] = lower;
        column[at + 1] = upper;
        // Most swaps are worse already where only their own column gives way.
        sweep.alone(index);
        let value = cost.of(sweep.top);
        if (value < best - LEAST) {
          sweep.settle();
          value = cost.of(sweep.top);
        }
        if (value < best - LEAST) {
          best = value;
          improved = true;
        } else {
          column[at] = upper;
          column[at + 1] = lower;
          sweep.top.set(held);
        }
      }
    }
    if (!improved) break;
  }
}

/** Places the items, in steps; equal arguments give equal places. `random` decides between starts only. */
export function* arrange(problem: Problem, random: () => number): Generator<void, Arranged> {
  const { width, height, pulls, anchors, gapX, gapY, draft } = problem;
  const count = width.length;
  if (count === 0) return { x: new Float64Array(0), y: new Float64Array(0), width: 0, height: 0 };
  const level: Level = { height, gap: gapY, pulls, anchors };
  const links = linksOf(level);
  const arcs: Arc[] = pulls.map(({ source, target, weight }) => ({ source, target, weight }));
  const rank = ranks(count, arcs);
  const touched = links.map((list) => list.length > 0);
  const byRank: number[][] = [];
  for (let item = 0; item < count; item++) {
    if (!touched[item]) continue;
    const at = rank[item] as number;
    while (byRank.length <= at) byRank.push([]);
    byRank[at]?.push(item);
  }
  const loose = Array.from({ length: count }, (_, item) => item)
    .filter((item) => !touched[item])
    .sort((a, b) => (height[b] as number) - (height[a] as number) || a - b);
  const filled = byRank.filter((items) => items.length > 0);
  const thorough = !draft && count <= SMALL.items && pulls.length <= SMALL.pulls;
  const rounds = draft ? DRAFT_ROUNDS : ROUNDS;
  const starts = thorough ? SMALL.starts : 1;

  let best: Sweep | null = null;
  let leastCost: Cost | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start < starts; start++) {
    const initial = filled.map((items) => (start === 0 ? [...items] : shuffle([...items], random)));
    const ordering = new Sweep(level, links, initial);
    yield* ordering.run(rounds, true);
    const columns = problem.columns.of(ordering.columns, loose, { width, height, gapX, gapY, aspect: problem.aspect });
    const sweep = new Sweep(level, links, columns);
    yield* sweep.run(rounds, true);
    if (!thorough) return finish(sweep, problem);
    const cost = new Cost(level, columns, columnIndex(columns, count));
    const value = cost.of(sweep.top);
    if (value < least) {
      best = sweep;
      leastCost = cost;
      least = value;
    }
  }
  yield* improve(best as Sweep, leastCost as Cost);
  return finish(best as Sweep, problem);
}

interface Row {
  readonly columns: readonly (readonly number[])[];
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly height: number;
}

function rowOf(sweep: Sweep, problem: Problem, from: number, to: number, left: number): Row {
  const columns = sweep.columns.slice(from, to);
  let width = -problem.gapX;
  let top = Number.POSITIVE_INFINITY;
  let bottom = 0;
  for (const column of columns) {
    width += widest(column, problem) + problem.gapX;
    for (const item of column) {
      top = Math.min(top, sweep.top[item] as number);
      bottom = Math.max(bottom, (sweep.top[item] as number) + (problem.height[item] as number));
    }
  }
  return { columns, left, width, top, height: bottom - top };
}

const widest = (column: readonly number[], problem: Problem) =>
  column.reduce((most, item) => Math.max(most, problem.width[item] as number), 0);

/** What a second row may cost in shape before one is better read. */
const SECOND_ROW = 1.3;
const ROW_FROM = 4;

/**
 * Boxes in one line soon make a ribbon in which nothing can be read: where that fits the screen better, the later ones go
 * below, set in by the width of the first column, so that the flow still runs from the top left to the bottom right.
 */
function rowsOf(sweep: Sweep, problem: Problem): Row[] {
  const count = sweep.columns.length;
  const single = rowOf(sweep, problem, 0, count, 0);
  if (!problem.foldRows || count < ROW_FROM) return [single];
  const off = (width: number, height: number) => {
    const factor = width / (height * problem.aspect);
    return factor < 1 ? 1 / factor : factor;
  };
  let best = [single];
  let least = off(single.width, single.height);
  const indent = widest(sweep.columns[0] ?? [], problem) + problem.gapX;
  for (let at = 1; at < count; at++) {
    const upper = rowOf(sweep, problem, 0, at, 0);
    const lower = rowOf(sweep, problem, at, count, indent);
    const value =
      SECOND_ROW * off(Math.max(upper.width, indent + lower.width), upper.height + problem.gapY + lower.height);
    if (value < least) {
      least = value;
      best = [upper, lower];
    }
  }
  return best;
}

/** Whole numbers from 0, columns one after another, each item in the middle of its column. */
function finish(sweep: Sweep, problem: Problem): Arranged {
  const { width, height, gapX, gapY } = problem;
  const x = new Float64Array(width.length);
  const y = new Float64Array(width.length);
  let right = 0;
  let bottom = -gapY;
  for (const row of rowsOf(sweep, problem)) {
    const rowTop = bottom + gapY;
    let left = row.left;
    for (const column of row.columns) {
      const columnWidth = widest(column, problem);
      let free = rowTop;
      for (const item of column) {
        x[item] = left + Math.floor((columnWidth - (width[item] as number)) / 2);
        y[item] = Math.max(free, rowTop + Math.floor((sweep.top[item] as number) - row.top + 0.5));
        free = y[item] + (height[item] as number) + gapY;
        bottom = Math.max(bottom, free - gapY);
      }
      left += columnWidth + gapX;
    }
    right = Math.max(right, left - gapX);
  }
  return { x, y, width: right, height: bottom };
}
