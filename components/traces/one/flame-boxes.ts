/** Which boxes of a flame graph are drawn, and where. Pure; linear. */
import type { Flame } from "#lib/tracing/view/flame.ts";

export interface DrawnBox {
  readonly box: number;
  /** Levels under the outermost that is shown; callers of it are above, negative. */
  readonly level: number;
  /** Shares of the width. */
  readonly left: number;
  readonly width: number;
}

export interface Drawn {
  readonly boxes: readonly DrawnBox[];
  /** Boxes under the outermost that are too narrow to be seen. */
  readonly narrow: number;
  readonly levels: number;
}

/** A box under this share of the width is no pixel wide. */
const LEAST = 0.0008;
/** More than a screen can hold. */
const MOST = 3_000;

/** `outer`: the box that fills the width; -1: all outermost ones together. Boxes come callers first. */
export function drawnBoxes(flame: Flame, outer: number): Drawn {
  const begin = outer < 0 ? 0 : (flame.from[outer] ?? 0);
  const whole = outer < 0 ? flame.total : (flame.width[outer] ?? 0);
  const base = outer < 0 ? 0 : (flame.depth[outer] ?? 0);
  /** 1: it is the outermost, or lies under it. */
  const inside = new Uint8Array(flame.length);
  const boxes: DrawnBox[] = [];
  let [narrow, levels] = [0, 0];
  for (let box = 0; box < flame.length; box++) {
    const above = flame.parent[box] ?? -1;
    if (box !== outer && !(above < 0 ? outer < 0 : inside[above] === 1)) continue;
    inside[box] = 1;
    const width = whole > 0 ? (flame.width[box] ?? 0) / whole : 0;
    if (width < LEAST || boxes.length >= MOST) {
      narrow += 1;
      continue;
    }
    const level = (flame.depth[box] ?? 0) - base;
    levels = Math.max(levels, level + 1);
    boxes.push({ box, level, left: ((flame.from[box] ?? 0) - begin) / whole, width });
  }
  return { boxes, narrow, levels };
}

/** The callers of a box, the outermost first. */
export function callersOf(flame: Flame, box: number): readonly number[] {
  const callers: number[] = [];
  for (let above = flame.parent[box] ?? -1; above >= 0; above = flame.parent[above] ?? -1) callers.push(above);
  return callers.reverse();
}

/** The box that a key's arrow leads to: its widest callee, its caller, or its neighbours on the same level. */
export function boxToward({ boxes }: Drawn, flame: Flame, from: number, key: string): number | null {
  const at = boxes.find(({ box }) => box === from);
  if (at === undefined) return null;
  if (key === "ArrowUp") return boxes.find(({ box }) => box === flame.parent[from])?.box ?? null;
  if (key === "ArrowDown") {
    const under = boxes.filter(({ box }) => flame.parent[box] === from);
    return (
      under.reduce<DrawnBox | null>((best, each) => (best === null || each.width > best.width ? each : best), null)
        ?.box ?? null
    );
  }
  const level = boxes.filter((each) => each.level === at.level).sort((a, b) => a.left - b.left);
  const place = level.indexOf(at) + (key === "ArrowRight" ? 1 : -1);
  return level[place]?.box ?? null;
}
