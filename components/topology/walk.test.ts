import { describe, expect, it } from "vitest";
import { EDGE_BITS, NODE_BITS, type Scene, type Strings } from "#lib/layout/scene.ts";
import { type Cursor, cursorId, describeCursor, findCursor, startWalk, travel, walk } from "./walk.ts";

/*      web ──► cart ──► db
 *        └──► pay ─────┘      */
const strings: Strings = {
  nodeIds: ["web", "cart", "pay", "db"],
  nodeLabels: ["web", "cart", "pay", "db"],
  edgeIds: ["web>cart", "web>pay", "cart>db", "pay>db"],
  boxes: [],
};
const scene: Pick<Scene, "nodes" | "edges"> = {
  nodes: {
    x: Float32Array.of(0, 100, 100, 200),
    y: Float32Array.of(0, -50, 50, 0),
    radius: Float32Array.of(17, 17, 17, 17),
    shape: Uint8Array.of(0, 0, 0, 0),
    state: Uint8Array.of(0, 0, 2, 0),
    errorShare: Float32Array.of(0, 0, 0.5, Number.NaN),
    rate: Float32Array.of(12.4, 6, 6, Number.NaN),
    p95: Float32Array.of(38, Number.NaN, Number.NaN, Number.NaN),
    bytes: new Float32Array(4).fill(Number.NaN),
    bits: new Uint16Array(4),
    change: new Uint8Array(4),
    rank: new Uint16Array(4),
  },
  edges: {
    source: Uint32Array.of(0, 0, 1, 2),
    target: Uint32Array.of(1, 2, 3, 3),
    protocol: Uint8Array.of(0, 1, 2, 2),
    state: Uint8Array.of(0, 2, 0, 0),
    lock: new Uint8Array(4),
    rate: Float32Array.of(6, 0.05, Number.NaN, Number.NaN),
    requests: Float32Array.of(360, 3, Number.NaN, Number.NaN),
    errorShare: Float32Array.of(0, 1 / 3, Number.NaN, Number.NaN),
    p95: Float32Array.of(38, Number.NaN, Number.NaN, Number.NaN),
    bytes: Float32Array.of(Number.NaN, Number.NaN, 1_200_000, Number.NaN),
    ...{
      messagesSent: new Float32Array(4).fill(Number.NaN),
      messagesReceived: new Float32Array(4).fill(Number.NaN),
      mean: new Float32Array(4).fill(Number.NaN),
      p50: new Float32Array(4).fill(Number.NaN),
      p99: new Float32Array(4).fill(Number.NaN),
    },
    ...{
      sent: new Float32Array(4).fill(Number.NaN),
      received: new Float32Array(4).fill(Number.NaN),
      share: new Float32Array(4).fill(Number.NaN),
      mtls: new Float32Array(4).fill(Number.NaN),
    },
    ...{ bits: new Uint8Array(4), change: new Uint8Array(4) },
    path: new Float32Array(0),
    pathStart: new Uint32Array(5),
  },
};
const at = (cursor: Cursor | null) => (cursor === null ? null : cursorId(strings, cursor));

describe("walking the graph", () => {
  it("starts at what hurts most", () => {
    expect(at(startWalk(scene))).toBe("pay");
  });

  it.each([
    ["right along the topmost edge, then to its end", "web", ["right", "right"], ["web>cart", "cart"]],
    ["down between edges of one node", "web", ["right", "down", "down"], ["web>cart", "web>pay", "web>pay"]],
    ["left against the arrow", "db", ["left", "down", "left"], ["cart>db", "pay>db", "pay"]],
    ["up and down between nodes", "cart", ["down", "down", "up"], ["pay", "pay", "cart"]],
    ["nowhere where nothing is", "web", ["left"], ["web"]],
  ] as const)("goes %s", (_, from, steps, expected) => {
    let cursor = findCursor(strings, from);
    const path = steps.map((step) => {
      cursor = cursor && walk(scene, cursor, step);
      return at(cursor);
    });
    expect(path).toEqual(expected);
  });

  it.each([
    ["web", "web, healthy, 12.4 req/s, p95 38 ms, 0 in, 2 out"],
    ["pay", "pay, failing, 6 req/s, 1 in, 1 out"],
    ["web>cart", "web calls cart, http, healthy, 6 req/s, errors 0 %, p95 38 ms"],
    ["web>pay", "web calls pay, grpc, failing, 0.05 req/s, errors 1 of 3 failed"],
    ["cart>db", "cart calls db, tcp, healthy, 1.2 MB/s"],
    ["pay>db", "pay calls db, tcp, healthy, no data"],
  ])("says what %s is", (id, words) => {
    const cursor = findCursor(strings, id);
    expect(cursor && describeCursor(scene, strings, cursor)).toBe(words);
  });

  it("starts at what is looked for, and says what is found", () => {
    const marked = {
      nodes: { ...scene.nodes, bits: Uint16Array.of(0, NODE_BITS.found, 0, NODE_BITS.found) },
      edges: { ...scene.edges, bits: Uint8Array.of(EDGE_BITS.found, 0, 0, 0) },
    };
    expect(at(startWalk(marked))).toBe("cart");
    expect(describeCursor(marked, strings, { kind: "node", index: 1 })).toMatch(/^cart, found, healthy/);
    expect(describeCursor(marked, strings, { kind: "edge", index: 0, from: "source" })).toMatch(
      /calls cart, found, http/,
    );
  });

  it("starts where a trace went, unless something is looked for, and says what is in the trace", () => {
    const traced = {
      nodes: { ...scene.nodes, bits: Uint16Array.of(0, NODE_BITS.traced, 0, 0) },
      edges: { ...scene.edges, bits: Uint8Array.of(EDGE_BITS.traced, 0, 0, 0) },
    };
    expect(at(startWalk(traced))).toBe("cart");
    const both = {
      ...traced,
      nodes: { ...scene.nodes, bits: Uint16Array.of(NODE_BITS.found, NODE_BITS.traced, 0, 0) },
    };
    expect(startWalk(both)).toEqual({ kind: "node", index: 0 });
    expect(describeCursor(traced, strings, { kind: "node", index: 1 })).toMatch(/^cart, in the trace, healthy/);
    expect(describeCursor(traced, strings, { kind: "edge", index: 0, from: "source" })).toMatch(
      /calls cart, in the trace, http/,
    );
  });

  it("is nowhere in an empty drawing", () => {
    const nothing = { nodes: { ...scene.nodes, x: new Float32Array(0) }, edges: scene.edges };
    expect(startWalk(nothing)).toBeNull();
    expect(findCursor(strings, "gone")).toBeNull();
  });
});

describe("to the next node in a direction", () => {
  const at = (points: readonly (readonly [number, number])[]) =>
    ({
      nodes: { x: Float32Array.from(points, ([x]) => x), y: Float32Array.from(points, ([, y]) => y) },
      edges: { source: new Uint32Array(0), target: new Uint32Array(0) },
    }) as unknown as Parameters<typeof travel>[0];
  const scene = at([
    [0, 0],
    [100, 10],
    [20, 90],
    [-50, 0],
  ]);

  it.each([
    ["right", 1],
    ["left", 3],
    ["down", 2],
    ["up", 0],
  ] as const)("%s", (step, index) => {
    expect(travel(scene, { kind: "node", index: 0 }, step)).toEqual({ kind: "node", index });
  });
});
