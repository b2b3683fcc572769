/**
 * Turns ranks into columns of a shape that fits the screen: a rank that is too tall is split into neighbouring columns;
 * where a long chain would make a ribbon, following ranks share a column.
 */

export interface Sizes {
  readonly width: Float64Array;
  readonly height: Float64Array;
  readonly gapX: number;
  readonly gapY: number;
  /** Width to height aimed at. */
  readonly aspect: number;
}

/** A ribbon more than this many times off the wanted shape is folded; a chain of a few is read best in one line. */
const RIBBON = 2.6;
const LONG_CHAIN = 7;
/** What splitting every rank once may cost in shape before it isn't worth it. */
const SPLIT_COST = 0.2;
const STEPS = 48;
const GROWTH = 1.12;

const stackHeight = (items: readonly number[], sizes: Sizes) =>
  items.reduce((sum, item) => sum + (sizes.height[item] as number) + sizes.gapY, -sizes.gapY);

const stackWidth = (items: readonly number[], sizes: Sizes) =>
  items.reduce((most, item) => Math.max(most, sizes.width[item] as number), 0);

/** How far off the wanted shape, as a factor from 1 up. */
function misfit(columns: readonly (readonly number[])[], sizes: Sizes): number {
  let width = -sizes.gapX;
  let height = 1;
  for (const column of columns) {
    width += stackWidth(column, sizes) + sizes.gapX;
    height = Math.max(height, stackHeight(column, sizes));
  }
  const factor = Math.max(1, width) / (height * sizes.aspect);
  return factor < 1 ? 1 / factor : factor;
}

/** How many columns a rank of this height is dealt to. */
const partsOf = (count: number, height: number, tallest: number) =>
  Math.min(count, Math.max(1, Math.ceil(height / tallest)));

/** Deals a rank's items to so many columns, in turn, so that each spans the whole height. */
function split(items: readonly number[], parts: number): number[][] {
  const columns: number[][] = Array.from({ length: parts }, () => []);
  items.forEach((item, at) => {
    columns[at % parts]?.push(item);
  });
  return columns;
}

function fill(items: readonly number[], tallest: number, sizes: Sizes): number[][] {
  const columns: number[][] = [];
  let height = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const own = (sizes.height[item] as number) + sizes.gapY;
    if (height + own > tallest + sizes.gapY) {
      columns.push([]);
      height = 0;
    }
    columns.at(-1)?.push(item);
    height += own;
  }
  return columns;
}

/** Puts items without neighbours at the foot of the shortest columns, and what doesn't fit into columns of their own. */
function addLoose(columns: number[][], loose: readonly number[], tallest: number, sizes: Sizes): void {
  const heights = columns.map((column) => stackHeight(column, sizes));
  for (const item of loose) {
    const own = (sizes.height[item] as number) + sizes.gapY;
    const itemWidth = sizes.width[item] as number;
    let best = -1;
    for (let at = columns.length - 1; at >= 0; at--) {
      const fits =
        (heights[at] as number) + own <= tallest && stackWidth(columns[at] as number[], sizes) * 1.4 >= itemWidth;
      if (fits && (best < 0 || (heights[at] as number) < (heights[best] as number))) best = at;
    }
    if (best < 0) {
      columns.push([]);
      heights.push(-sizes.gapY);
      best = columns.length - 1;
    }
    columns[best]?.push(item);
    heights[best] = (heights[best] as number) + own;
  }
}

/**
 * The columns from left to right, each listing its items from top to bottom. `byRank` holds the items of each rank in their
 * wanted order; `loose` the items that no arc touches, in theirs.
 */
function toColumns(byRank: readonly (readonly number[])[], loose: readonly number[], sizes: Sizes): number[][] {
  const all = byRank.flat();
  let best: number[][] = [];
  let bestMisfit = Number.POSITIVE_INFINITY;
  const every = [...all, ...loose];
  const floor = every.reduce((most, item) => Math.max(most, sizes.height[item] as number), 1);
  // From there on all of them stand in one column, however tall it may be.
  const enough = stackHeight(every, sizes) * GROWTH;
  /** Tries heights; `make` says null where a lower one gave the same columns. */
  const consider = (make: (tallest: number) => number[][] | null, penalty: number) => {
    let tallest = floor;
    for (let step = 0; step < STEPS && tallest <= enough; step++, tallest *= GROWTH) {
      const columns = make(tallest);
      if (columns === null) continue;
      const splits = Math.max(0, columns.length - byRank.length) / Math.max(1, byRank.length);
      const height = columns.reduce((most, column) => Math.max(most, stackHeight(column, sizes)), tallest);
      addLoose(columns, loose, height, sizes);
      // An equal shape with fewer splits comes later and wins: ranks stay whole where it costs nothing.
      const value = misfit(columns, sizes) * penalty * (1 + splits * SPLIT_COST);
      if (value <= bestMisfit) {
        best = columns;
        bestMisfit = value;
      }
    }
  };
  const heights = byRank.map((items) => stackHeight(items, sizes));
  let before = 0;
  consider((tallest) => {
    const parts = byRank.map((items, at) => partsOf(items.length, heights[at] as number, tallest));
    const count = parts.reduce((sum, part) => sum + part, 0);
    // Every rank has at most as many parts as before: as many in all are the same. Loose items fill up by height, though.
    if (count === before && loose.length === 0) return null;
    before = count;
    return byRank.flatMap((items, at) => split(items, parts[at] as number));
  }, 1);
  if (bestMisfit > RIBBON && byRank.length >= LONG_CHAIN) consider((tallest) => fill(all, tallest, sizes), 1.2);
  return best;
}

/** Finds columns, and keeps what it found for items of one size: there only how many a rank has counts, not which. */
export class Columns {
  private readonly known = new Map<string, number[][]>();

  /** As `toColumns`. */
  of(byRank: readonly (readonly number[])[], loose: readonly number[], sizes: Sizes): number[][] {
    const { width, height, gapX, gapY, aspect } = sizes;
    const alike = (list: Float64Array) => list.every((value) => value === list[0]);
    if (!alike(width) || !alike(height)) return toColumns(byRank, loose, sizes);
    const key = [width[0], height[0], gapX, gapY, aspect, loose.length, ...byRank.map(({ length }) => length)].join();
    const order = [...byRank.flat(), ...loose];
    let places = this.known.get(key);
    if (places === undefined) {
      let next = 0;
      const numbered = (list: readonly number[]) => list.map(() => next++);
      places = toColumns(byRank.map(numbered), numbered(loose), sizes);
      this.known.set(key, places);
    }
    return places.map((column) => column.map((at) => order[at] as number));
  }
}
