/** A rectangle that somebody draws over the map, by pointer or key, in pixels of the canvas. Pure. */
import type { Point, Size } from "#lib/render/camera.ts";

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A smaller one, in pixels, is a press that shook, not a rectangle. */
export const LEAST = 8;
/** A key moves or widens by so much of the view's shorter side. */
const STEP = 1 / 16;

const ARROWS: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));

/** Between two points, whichever came first, as far as it lies in the view. */
export function areaBetween(from: Point, to: Point, { width, height }: Size): Area {
  const [left, right] = [clamp(Math.min(from.x, to.x), width), clamp(Math.max(from.x, to.x), width)];
  const [top, bottom] = [clamp(Math.min(from.y, to.y), height), clamp(Math.max(from.y, to.y), height)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export function isArea({ width, height }: Area): boolean {
  return width >= LEAST && height >= LEAST;
}

/** Where keys begin: the middle half of the view. */
export function middleArea({ width, height }: Size): Area {
  return { x: width / 4, y: height / 4, width: width / 2, height: height / 2 };
}

/**
 * The rectangle after an arrow key: moved within the view, or with Shift its right or bottom side, so that it stays at
 * least a rectangle. null: the key isn't an arrow.
 */
export function steppedArea(area: Area, key: string, shift: boolean, view: Size): Area | null {
  const arrow = ARROWS[key];
  if (arrow === undefined) return null;
  const step = Math.min(view.width, view.height) * STEP;
  const [dx, dy] = [arrow[0] * step, arrow[1] * step];
  const { x, y, width, height } = area;
  if (!shift) return { ...area, x: clamp(x + dx, view.width - width), y: clamp(y + dy, view.height - height) };
  return {
    ...area,
    width: Math.max(LEAST, Math.min(view.width - x, width + dx)),
    height: Math.max(LEAST, Math.min(view.height - y, height + dy)),
  };
}
