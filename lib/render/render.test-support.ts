/** Scenes for the drawing's unit tests, without a browser. */
import type { FullScene } from "./hit.ts";

interface Spot {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly state?: number;
  readonly rate?: number;
}

interface Line {
  readonly from: number;
  readonly to: number;
  readonly state?: number;
  readonly lock?: number;
  readonly p95?: number;
}

/** Nodes of radius 17 and straight edges between their middles. */
export function sceneOf(
  spots: readonly Spot[],
  lines: readonly Line[] = [],
  boxes: FullScene["strings"]["boxes"] = [],
): FullScene {
  const fill = (value: number) => new Float32Array(lines.length).fill(value);
  const path = lines.flatMap(({ from, to }) => {
    const a = spots[from] ?? { x: 0, y: 0 };
    const b = spots[to] ?? { x: 0, y: 0 };
    const at = (share: number) => [a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share];
    return [at(0), at(1 / 3), at(2 / 3), at(1)].flat();
  });
  return {
    version: 1,
    strings: {
      nodeIds: spots.map(({ id }) => id),
      nodeLabels: spots.map(({ id }) => id),
      edgeIds: lines.map(({ from, to }) => `${spots[from]?.id}>${spots[to]?.id}>http`),
      boxes,
    },
    nodes: {
      x: Float32Array.from(spots.map(({ x }) => x)),
      y: Float32Array.from(spots.map(({ y }) => y)),
      radius: new Float32Array(spots.length).fill(17),
      shape: new Uint8Array(spots.length),
      state: Uint8Array.from(spots.map(({ state = 0 }) => state)),
      errorShare: new Float32Array(spots.length),
      rate: Float32Array.from(spots.map(({ rate = 1 }) => rate)),
      p95: new Float32Array(spots.length).fill(Number.NaN),
      bytes: new Float32Array(spots.length).fill(Number.NaN),
      bits: new Uint16Array(spots.length),
      change: new Uint8Array(spots.length),
      rank: new Uint16Array(spots.length),
    },
    edges: {
      source: Uint32Array.from(lines.map(({ from }) => from)),
      target: Uint32Array.from(lines.map(({ to }) => to)),
      protocol: new Uint8Array(lines.length),
      state: Uint8Array.from(lines.map(({ state = 0 }) => state)),
      lock: Uint8Array.from(lines.map(({ lock = 0 }) => lock)),
      rate: fill(10),
      requests: fill(600),
      errorShare: fill(0.05),
      p95: Float32Array.from(lines.map(({ p95 = 38 }) => p95)),
      bytes: fill(Number.NaN),
      ...{ mean: fill(Number.NaN), p50: fill(Number.NaN), p99: fill(Number.NaN) },
      ...{ sent: fill(Number.NaN), received: fill(Number.NaN), share: fill(Number.NaN), mtls: fill(Number.NaN) },
      ...{ messagesSent: fill(Number.NaN), messagesReceived: fill(Number.NaN) },
      ...{ bits: new Uint8Array(lines.length), change: new Uint8Array(lines.length) },
      path: Float32Array.from(path),
      pathStart: Uint32Array.from({ length: lines.length + 1 }, (_, i) => i * 8),
    },
    boxes: {
      state: new Uint8Array(boxes.length),
      failing: new Uint16Array(boxes.length),
      degraded: new Uint16Array(boxes.length),
    },
    badges: { node: new Uint32Array(0), kind: new Uint8Array(0), count: new Uint16Array(0) },
    width: 1000,
    height: 600,
    stale: false,
  };
}
