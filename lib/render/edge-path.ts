/** Edges as pieces of paths: the curve and the arrow at its end. */

const ARROW = { length: 8.5, half: 3.6 } as const;

/** A chain of cubics appended to a path. */
export function trace(path: Path2D, points: Float32Array, from: number, to: number): void {
  path.moveTo(points[from] as number, points[from + 1] as number);
  for (let at = from + 2; at + 5 < to; at += 6) {
    path.bezierCurveTo(
      points[at] as number,
      points[at + 1] as number,
      points[at + 2] as number,
      points[at + 3] as number,
      points[at + 4] as number,
      points[at + 5] as number,
    );
  }
}

/** An arrow head whose tip is the end of a chain, pointing as the curve arrives. `scale` 1 fits thin lines. */
export function arrowHead(path: Path2D, points: Float32Array, to: number, scale: number): void {
  const x = points[to - 2] as number;
  const y = points[to - 1] as number;
  const dx = x - (points[to - 4] as number);
  const dy = y - (points[to - 3] as number);
  const length = Math.hypot(dx, dy) || 1;
  const ux = (dx / length) * ARROW.length * scale;
  const uy = (dy / length) * ARROW.length * scale;
  const side = ARROW.half / ARROW.length;
  path.moveTo(x + ux * 0.3, y + uy * 0.3);
  path.lineTo(x - ux * 0.7 - uy * side, y - uy * 0.7 + ux * side);
  path.lineTo(x - ux * 0.7 + uy * side, y - uy * 0.7 - ux * side);
  path.closePath();
}

export function arrowScale(width: number): number {
  return 0.85 + width * 0.09;
}
