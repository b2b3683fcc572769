/** A line's points as SVG path data on the axis, 1000 wide and 24 high; a gap stays a gap. Pure. */
import type { Point } from "#components/charts/points.ts";
import { place, type Stretch } from "./axis.ts";

const WIDTH = 1000;
const HEIGHT = 24;
/** So that neither the top line nor the bottom one is cut. */
const RIM = 1.5;

export function linePaths(stretch: Stretch, points: readonly Point[]): Readonly<Record<"requests" | "failed", string>> {
  const inside = points.filter(({ t }) => t >= stretch.start && t <= stretch.end);
  const most = Math.max(0, ...inside.map((point) => point["requests"] ?? 0));
  const path = (line: string) => {
    let data = "";
    let pen = "M";
    for (const point of inside) {
      const value = point[line];
      if (value == null || most === 0) {
        pen = "M";
        continue;
      }
      const y = HEIGHT - RIM - (value / most) * (HEIGHT - 2 * RIM);
      data += `${pen}${(place(stretch, point.t) * WIDTH).toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
    }
    return data;
  };
  return { requests: path("requests"), failed: path("failed") };
}
