/** Decides which of many labels are drawn: in order of importance, each only where nothing more important is. */

export interface Block {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const CELL = 64;

/** What is taken already, in a grid of screen cells: asking costs what is nearby. */
export class Taken {
  private readonly cells = new Map<number, Block[]>();

  free(block: Block): boolean {
    return !this.some(block, (other) => touch(block, other));
  }

  add(block: Block): void {
    for (const key of keys(block)) {
      const list = this.cells.get(key);
      if (list) list.push(block);
      else this.cells.set(key, [block]);
    }
  }

  private some(block: Block, test: (other: Block) => boolean): boolean {
    for (const key of keys(block)) if (this.cells.get(key)?.some(test)) return true;
    return false;
  }
}

function touch(a: Block, b: Block): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function* keys(block: Block): Generator<number> {
  for (let column = Math.floor(block.left / CELL); column <= Math.floor(block.right / CELL); column++) {
    for (let row = Math.floor(block.top / CELL); row <= Math.floor(block.bottom / CELL); row++) {
      yield column * 100_003 + row;
    }
  }
}

/** Places each candidate at the first of its spots that is free, most important first (the given order); unplaced ones are left out. */
export function declutter<T>(
  candidates: Iterable<T>,
  spots: (candidate: T) => readonly Block[],
  taken: Taken,
): { readonly candidate: T; readonly spot: number; readonly block: Block }[] {
  const placed: { candidate: T; spot: number; block: Block }[] = [];
  for (const candidate of candidates) {
    const blocks = spots(candidate);
    const spot = blocks.findIndex((block) => taken.free(block));
    const block = blocks[spot];
    if (block === undefined) continue;
    taken.add(block);
    placed.push({ candidate, spot, block });
  }
  return placed;
}
