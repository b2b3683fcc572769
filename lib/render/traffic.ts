/**
 * Traffic as moving dots, on a canvas of its own over the drawing: more dots for more requests, faster for lower latency,
 * crosses for the share that fails. It draws only while it is switched on, somebody can see it and anything flows.
 */
import { EDGE_BITS, PROTOCOLS } from "#lib/layout/scene.ts";
import { type Camera, type Size, toScreen } from "./camera.ts";
import { pointAt } from "./geometry.ts";
import { cross } from "./glyphs.ts";
import { chainOf, type FullScene } from "./hit.ts";
import { stateAt } from "./style.ts";
import type { RenderTheme } from "./theme.ts";

/** More moving things than this say nothing and cost frames. */
const MOST_EDGES = 400;
/** Dots on one edge, by decades of traffic. */
const MOST_DOTS = 5;
/** Shares of an edge per second: at no latency, and at least. */
const FASTEST = 0.7;
const SLOWEST = 0.12;
/** At this latency, in ms, dots move at half of the fastest. */
const HALF_MS = 250;
const SQUARE = 1.6;

/** How an edge's traffic moves; null where none does. */
export interface Flow {
  readonly edge: number;
  readonly dots: number;
  /** Shares of the edge per second. */
  readonly speed: number;
  /** Of the dots. */
  readonly failing: number;
}

function flowOf({ edges }: FullScene, edge: number): Flow | null {
  const hidden = ((edges.bits[edge] ?? 0) & (EDGE_BITS.hidden | EDGE_BITS.dimmed)) !== 0;
  const state = stateAt(edges.state[edge]);
  if (hidden || state === "idle" || state === "nodata") return null;
  const tcp = PROTOCOLS[edges.protocol[edge] ?? 0] === "tcp";
  const amount = tcp ? (edges.bytes[edge] ?? 0) / 10_000 : (edges.rate[edge] ?? 0);
  if (!(amount > 0)) return null;
  const dots = Math.max(1, Math.min(MOST_DOTS, Math.round(1 + Math.log10(1 + amount) * 1.4)));
  const latency = edges.p95[edge] ?? Number.NaN;
  const speed = Number.isNaN(latency) ? FASTEST / 2 : Math.max(SLOWEST, FASTEST / (1 + latency / HALF_MS));
  const share = edges.errorShare[edge] ?? Number.NaN;
  const failing = share > 0 ? Math.max(1, Math.round(share * dots)) : 0;
  return { edge, dots, speed, failing };
}

/** The flows of the busiest edges that are at least partly on screen. O(edges). */
export function flowsOf(scene: FullScene, bounds: Float32Array, camera: Camera, size: Size): readonly Flow[] {
  const flows: Flow[] = [];
  for (let edge = 0; edge < scene.edges.source.length; edge++) {
    const left = (bounds[edge * 4] as number) * camera.k + camera.x;
    const top = (bounds[edge * 4 + 1] as number) * camera.k + camera.y;
    const right = (bounds[edge * 4 + 2] as number) * camera.k + camera.x;
    const bottom = (bounds[edge * 4 + 3] as number) * camera.k + camera.y;
    if (right < 0 || bottom < 0 || left > size.width || top > size.height) continue;
    const flow = flowOf(scene, edge);
    if (flow !== null) flows.push(flow);
  }
  return flows.length <= MOST_EDGES
    ? flows
    : flows.sort((a, b) => b.failing - a.failing || b.dots - a.dots || a.edge - b.edge).slice(0, MOST_EDGES);
}

/** Where a flow's dots are at a moment, as shares of the edge. */
export function dotsAt({ dots, speed, edge }: Flow, ms: number): readonly number[] {
  // Edges don't beat in time with each other.
  const shift = (edge * 0.618) % 1;
  const moved = (ms / 1000) * speed + shift;
  return Array.from({ length: dots }, (_, i) => (moved + i / dots) % 1);
}

export interface TrafficView {
  readonly scene: FullScene;
  readonly bounds: Float32Array;
  readonly camera: Camera;
  readonly size: Size;
  readonly theme: RenderTheme;
}

/** One frame. The context is in CSS pixels. */
export function paintTraffic(c: CanvasRenderingContext2D, view: TrafficView, flows: readonly Flow[], ms: number): void {
  const { scene, camera, size, theme } = view;
  c.clearRect(0, 0, size.width, size.height);
  const side = Math.max(2.4, Math.min(5, 4 * camera.k));
  for (const flow of flows) {
    const chain = chainOf(scene, flow.edge);
    dotsAt(flow, ms).forEach((share, at) => {
      const { x, y } = toScreen(camera, pointAt(chain, share));
      if (x < 0 || y < 0 || x > size.width || y > size.height) return;
      if (at < flow.failing) {
        c.strokeStyle = theme.failing;
        c.lineWidth = SQUARE;
        cross(c, x, y, side * 0.8);
        return;
      }
      c.fillStyle = theme.ink2;
      c.beginPath();
      c.arc(x, y, side / 2, 0, Math.PI * 2);
      c.fill();
    });
  }
}
