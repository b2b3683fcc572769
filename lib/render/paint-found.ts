/** What somebody looks for: a soft band of the accent under it, beside which the rest steps back. The context is in world units. */
import { EDGE_BITS, NODE_BITS } from "#lib/layout/scene.ts";
import type { Camera } from "./camera.ts";
import { trace } from "./edge-path.ts";
import type { FullScene } from "./hit.ts";
import { strokeUnit } from "./stroke.ts";
import type { RenderTheme } from "./theme.ts";

type Context = CanvasRenderingContext2D;

export interface Found {
  readonly nodes: Path2D;
  readonly edges: Path2D;
}

const BAND = { edge: 7, ring: 5, gap: 5.5 } as const;
const INK = 0.42;

/** One path for all nodes, one for all edges; null where nothing is looked for. O(nodes + edges). */
export function prepareFound({ nodes, edges }: FullScene): Found | null {
  const found: Found = { nodes: new Path2D(), edges: new Path2D() };
  let any = false;
  for (let node = 0; node < nodes.x.length; node++) {
    if (((nodes.bits[node] ?? 0) & NODE_BITS.found) === 0) continue;
    any = true;
    const [x, y] = [nodes.x[node] as number, nodes.y[node] as number];
    const radius = (nodes.radius[node] as number) + BAND.gap;
    found.nodes.moveTo(x + radius, y);
    found.nodes.arc(x, y, radius, 0, Math.PI * 2);
  }
  for (let edge = 0; edge < edges.source.length; edge++) {
    if (((edges.bits[edge] ?? 0) & EDGE_BITS.found) === 0) continue;
    any = true;
    trace(found.edges, edges.path, edges.pathStart[edge] as number, edges.pathStart[edge + 1] as number);
  }
  return any ? found : null;
}

/** Under edges and marks. */
export function paintFound(c: Context, found: Found, theme: RenderTheme, camera: Camera): void {
  const unit = strokeUnit(camera.k);
  c.strokeStyle = theme.accent;
  c.globalAlpha = INK;
  c.lineCap = "round";
  c.lineWidth = BAND.edge * unit;
  c.stroke(found.edges);
  c.lineWidth = BAND.ring * unit;
  c.stroke(found.nodes);
  c.lineCap = "butt";
  c.globalAlpha = 1;
}
