/** Outlines of nodes: the kind is the shape. World units around a middle. */
import { SHAPES, type Shape } from "#lib/layout/scene.ts";

/** The part of a path that outlines need: a Path2D, or a recorder in tests. */
export type Pen = Pick<Path2D, "moveTo" | "lineTo" | "arc" | "closePath"> & {
  roundRect(x: number, y: number, width: number, height: number, radii: number): void;
};

export function shapeAt(code: number | undefined): Shape {
  return SHAPES[code ?? 0] ?? "unknown";
}

function polygon(pen: Pen, points: readonly (readonly [number, number])[]): void {
  points.forEach(([x, y], at) => {
    if (at === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  pen.closePath();
}

/** Adds a shape's outline, for a mark of radius `r`. */
export function outline(pen: Pen, shape: Shape, x: number, y: number, r: number): void {
  switch (shape) {
    case "service": {
      const side = r * 0.9;
      pen.roundRect(x - side, y - side, side * 2, side * 2, r * 0.32);
      return;
    }
    case "external":
      polygon(pen, [
        [x - r, y],
        [x - r / 2, y - r * 0.88],
        [x + r / 2, y - r * 0.88],
        [x + r, y],
        [x + r / 2, y + r * 0.88],
        [x - r / 2, y + r * 0.88],
      ]);
      return;
    case "gateway":
      polygon(pen, [
        [x - r * 0.85, y - r * 0.92],
        [x + r, y],
        [x - r * 0.85, y + r * 0.92],
      ]);
      return;
    case "waypoint":
      polygon(pen, [
        [x, y - r * 1.05],
        [x + r * 1.05, y],
        [x, y + r * 1.05],
        [x - r * 1.05, y],
      ]);
      return;
    case "group": {
      const height = r * 0.78;
      pen.roundRect(x - r, y - height, r * 2, height * 2, r * 0.36);
      return;
    }
    case "operation":
      polygon(pen, [
        [x - r, y - r * 0.7],
        [x + r * 0.4, y - r * 0.7],
        [x + r * 1.1, y],
        [x + r * 0.4, y + r * 0.7],
        [x - r, y + r * 0.7],
      ]);
      return;
    case "workload":
    case "unknown":
    case "restricted":
      pen.moveTo(x + r, y);
      pen.arc(x, y, r, 0, Math.PI * 2);
  }
}
