import fc from "fast-check";
import { expect, test } from "vitest";
import { CHANGES, EDGE_BITS, MARK_STATES, NODE_BITS, PROTOCOLS, SHAPES } from "#lib/layout/scene.ts";
import type { FullScene } from "./hit.ts";
import { changedLooks, edgeLook, looksOf } from "./looks.ts";
import { sceneOf } from "./render.test-support.ts";
import { edgeWidth, WIDTH_STEP } from "./style.ts";

const SPOTS = ["a", "b", "c", "d"].map((id, at) => ({ id, x: at * 200, y: 0 }));
const LINES = [0, 1, 2, 0].map((from, at) => ({ from, to: at === 3 ? 3 : from + 1 }));
const base = () => sceneOf(SPOTS, LINES);
const looked = (scene: FullScene) => ({ scene, looks: looksOf(scene) });

/** The same places with something else about them. */
function changed(scene: FullScene, change: (next: FullScene) => void): FullScene {
  const next = structuredClone(scene);
  change(next);
  return { ...next, strings: scene.strings };
}

const between = (before: FullScene, after: FullScene) => changedLooks(looked(before), looked(after));

test("an edge's look holds what it is drawn by", () => {
  const codes = fc.record({
    state: fc.nat(MARK_STATES.length - 1),
    protocol: fc.nat(PROTOCOLS.length - 1),
    change: fc.nat(CHANGES.length - 1),
    bits: fc.nat(127),
    rate: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 0, max: 1e9, noNaN: true })),
    bytes: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 0, max: 1e12, noNaN: true })),
  });
  fc.assert(
    fc.property(codes, ({ state, protocol, change, bits, rate, bytes }) => {
      const scene = base();
      scene.edges.state[1] = state;
      scene.edges.protocol[1] = protocol;
      scene.edges.change[1] = change;
      scene.edges.bits[1] = bits;
      scene.edges.rate[1] = rate;
      scene.edges.bytes[1] = bytes;
      const look = looksOf(scene).edges[1] as number;
      const width = edgeWidth(scene.edges.rate[1], scene.edges.bytes[1]);
      expect({
        state: edgeLook.state(look),
        protocol: edgeLook.protocol(look),
        step: edgeLook.step(look),
        dimmed: edgeLook.dimmed(look),
        hidden: edgeLook.hidden(look),
        halo: edgeLook.halo(look),
        lost: edgeLook.lost(look),
        tried: edgeLook.tried(look),
        gone: edgeLook.gone(look),
        fresh: edgeLook.fresh(look),
      }).toEqual({
        state,
        protocol,
        step: Math.max(1, Math.round(width / WIDTH_STEP)),
        dimmed: (bits & EDGE_BITS.dimmed) !== 0,
        hidden: (bits & EDGE_BITS.hidden) !== 0,
        halo: (bits & (EDGE_BITS.found | EDGE_BITS.traced)) !== 0,
        lost: (bits & EDGE_BITS.lost) !== 0,
        tried: (bits & EDGE_BITS.tried) !== 0,
        gone: CHANGES[change] === "gone",
        fresh: CHANGES[change] === "new",
      });
    }),
  );
});

test("nodes of another state, shape, change or sign look different", () => {
  const look = (change: (next: FullScene) => void) => looksOf(changed(base(), change)).nodes[0];
  const plain = looksOf(base()).nodes[0];
  const others = [
    look(({ nodes }) => void (nodes.state[0] = MARK_STATES.indexOf("nodata"))),
    look(({ nodes }) => void (nodes.shape[0] = SHAPES.indexOf("group"))),
    look(({ nodes }) => void (nodes.change[0] = CHANGES.indexOf("gone"))),
    ...Object.entries(NODE_BITS)
      .filter(([name]) => name !== "p95Bound")
      .map(([, bit]) => look(({ nodes }) => void (nodes.bits[0] = bit))),
  ];
  expect(new Set([plain, ...others]).size).toBe(others.length + 1);
});

test("new numbers that look the same change nothing", () => {
  const before = base();
  const after = changed(before, ({ edges, nodes }) => {
    edges.rate[0] = 10.2;
    edges.p95[1] = 900;
    nodes.rate[2] = 44;
    nodes.bits[2] = NODE_BITS.p95Bound;
  });
  expect(between(before, after)).toMatchObject({ edges: [], nodes: [] });
});

const before = base();
test.each<[string, (next: FullScene) => void, { edges?: number[]; nodes?: number[] }]>([
  ["an edge that fails", ({ edges }) => void (edges.state[2] = MARK_STATES.indexOf("failing")), { edges: [2] }],
  ["ten times the traffic", ({ edges }) => void (edges.rate[1] = 100), { edges: [1] }],
  ["calls that never arrive", ({ edges }) => void (edges.bits[0] = EDGE_BITS.lost), { edges: [0] }],
  ["a node that is degraded", ({ nodes }) => void (nodes.state[3] = MARK_STATES.indexOf("degraded")), { nodes: [3] }],
  ["a pod without a proxy", ({ nodes }) => void (nodes.bits[1] = NODE_BITS.unmeshed), { nodes: [1] }],
])("%s is drawn over the picture", (_, change, { edges = [], nodes = [] }) => {
  expect(between(before, changed(before, change))).toMatchObject({ edges, nodes });
});

test("the arc of a troubled node is drawn anew with its share, a quiet node's share isn't drawn", () => {
  const failing = changed(before, ({ nodes }) => void (nodes.state[0] = MARK_STATES.indexOf("failing")));
  const worse = changed(failing, ({ nodes }) => void nodes.errorShare.fill(0.25));
  expect(between(failing, worse)).toMatchObject({ edges: [], nodes: [0] });
  const unknown = changed(failing, ({ nodes }) => void (nodes.errorShare[0] = Number.NaN));
  expect(
    between(
      unknown,
      changed(unknown, () => undefined),
    ),
  ).toMatchObject({ nodes: [] });
});

const again = (of: Partial<FullScene>) => (next: FullScene) => Object.assign(next, of);

test.each<[string, (next: FullScene) => void]>([
  ["a source that fell silent", again({ stale: true })],
  ["an edge that steps back", ({ edges }) => void (edges.bits[0] = EDGE_BITS.dimmed)],
  ["an edge that is hidden", ({ edges }) => void (edges.bits[0] = EDGE_BITS.hidden)],
  ["an edge that is found", ({ edges }) => void (edges.bits[0] = EDGE_BITS.found)],
  ["an edge that a dry run would deny", ({ edges }) => void (edges.bits[0] = EDGE_BITS.tried)],
  ["a node that is found", ({ nodes }) => void (nodes.bits[0] = NODE_BITS.found)],
  ["a node that is hidden", ({ nodes }) => void (nodes.bits[0] = NODE_BITS.hidden)],
  ["another badge", again({ badges: { ...before.badges, node: Uint32Array.of(1) } })],
  ["most edges", ({ edges }) => void edges.rate.fill(5000)],
])("with %s all is drawn again", (_, change) => {
  expect(between(before, changed(before, change))).toBeNull();
});

test("so it is with other places", () => {
  expect(between(before, { ...before, strings: { ...before.strings } })).toBeNull();
});

test("of very many edges no more are drawn over a picture than one task can draw", () => {
  const lines = Array.from({ length: 6000 }, (_, at) => ({ from: at % 3, to: (at % 3) + 1 }));
  const before = sceneOf(SPOTS, lines);
  const failing = (count: number) =>
    changed(before, ({ edges }) => edges.state.fill(MARK_STATES.indexOf("failing"), 0, count));
  expect(between(before, failing(1600))?.edges).toHaveLength(1600);
  expect(between(before, failing(1601))).toBeNull();
});
