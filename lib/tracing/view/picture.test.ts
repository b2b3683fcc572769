import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalPath } from "../analysis/critical-path.ts";
import { anySpans, BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { toWire } from "../wire.ts";
import { buffersOf, pictureOf, type TracePicture } from "./picture.ts";

const NOW = BASE_NS + 3_600_000_000_000n;

function pictured(spans: readonly Sketch[]): TracePicture {
  const trace = traceOf(spans);
  return pictureOf(buildTree(trace, { nowNs: NOW, skew: true }), toWire(trace).spanIds);
}

const SHOP: readonly Sketch[] = [
  { id: "a", service: "web", name: "GET /", kind: "server", at: 0, ms: 100 },
  { id: "b", parent: "a", service: "web", name: "call cart", kind: "client", at: 10, ms: 80 },
  { id: "c", parent: "b", service: "cart", name: "GET /cart", kind: "server", at: 12, ms: 20, error: true },
  { id: "d", parent: "b", service: "cart", name: "GET /cart", kind: "server", at: 40, ms: 45 },
];

describe("a picture of a trace", () => {
  it("begins at 0, names services by the time they fill, and marks what failed", () => {
    const picture = pictured(SHOP);
    expect(Array.from(picture.start)).toEqual([0, 10e6, 12e6, 40e6]);
    expect(picture.services).toEqual(["web", "cart"]);
    expect(Array.from(picture.service, (at) => picture.services[at])).toEqual(["web", "web", "cart", "cart"]);
    expect(Array.from(picture.name, (at) => picture.names[at])).toEqual([
      "GET /",
      "call cart",
      "GET /cart",
      "GET /cart",
    ]);
    expect(Array.from(picture.failed)).toEqual([0, 0, 1, 0]);
    expect(picture.totalNs).toBe(100e6);
  });

  it("groups attempts under the call that made them", () => {
    const picture = pictured(SHOP);
    expect(Array.from(picture.tried)).toEqual([0, 2, 0, 0]);
    expect(Array.from(picture.attempt)).toEqual([0, 0, 1, 2]);
    expect(Array.from(picture.attempts)).toEqual([0, 0, 2, 2]);
  });

  it("counts each span's warnings", () => {
    const picture = pictured([
      { id: "a", at: 0, ms: 10 },
      { id: "b", parent: "x", at: 3, ms: -1 },
    ]);
    expect(Array.from(picture.warned)).toEqual([0, 2]);
  });

  it("holds the critical path row by row, of any span set, and hands its columns over without sharing one twice", () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const trace = traceOf(spans);
        const tree = buildTree(trace, { nowNs: NOW, skew: true });
        const picture = pictureOf(tree, toWire(trace).spanIds);
        const path = criticalPath(tree);
        const stretches = Array.from(path.row, (row, i) => [row, path.from[i] ?? 0, path.to[i] ?? 0]);
        const drawn = Array.from({ length: picture.length }, (_, row) =>
          Array.from({ length: (picture.pathStart[row + 1] ?? 0) - (picture.pathStart[row] ?? 0) }, (__, i) => {
            const at = (picture.pathStart[row] ?? 0) + i;
            return [row, (picture.pathFrom[at] ?? 0) + tree.from, (picture.pathTo[at] ?? 0) + tree.from];
          }),
        ).flat();
        expect(drawn).toEqual(stretches.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0)));
        const buffers = buffersOf(picture);
        expect(new Set(buffers).size).toBe(buffers.length);
        expect(structuredClone(picture, { transfer: buffers }).length).toBe(spans.length);
      }),
    );
  });
});

describe("a minimap", () => {
  it("has a line a span, a failure over what it lies on, and nothing where nothing was", () => {
    const { minimap } = pictured(SHOP);
    const { columns, lines, cells } = minimap;
    const at = (line: number, ms: number) => cells[line * columns + Math.floor((ms / 100) * columns)];
    expect(lines).toBe(4);
    expect([at(0, 50), at(1, 50), at(1, 5)]).toEqual([1, 1, 0]);
    expect([at(2, 20), at(3, 60)]).toEqual([255, 2]);
  });

  it("is as small for many spans as for few", () => {
    const many = Array.from({ length: 5_000 }, (_, i): Sketch => ({ id: `s${i}`, at: i, ms: 3 }));
    const { minimap } = pictured(many);
    expect(minimap.cells.length).toBeLessThanOrEqual(48 * 600);
    expect(minimap.cells.some((cell) => cell > 0)).toBe(true);
  });
});
