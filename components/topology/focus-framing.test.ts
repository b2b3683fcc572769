import { describe, expect, it } from "vitest";
import { NODE_BITS } from "#lib/layout/scene.ts";
import type { Camera } from "#lib/render/camera.ts";
import type { FullScene } from "#lib/render/hit.ts";
import { createFocusFraming, type Kept, type Memory } from "./focus-framing.ts";

const HERE: Camera = { x: 5, y: 6, k: 2 };

/** A page: what its map was told to do, in order. */
function page(memory: Memory, given = false, sight: Camera | null = HERE) {
  const moves: string[] = [];
  const framing = createFocusFraming(
    {
      getCamera: () => HERE,
      getSight: () => sight,
      flyTo: ({ x, y, k }) => void moves.push(`to ${x} ${y} ${k}`),
      fit: () => void moves.push("whole"),
      fitTo: (ids) => void moves.push(`fit ${[...ids].join()}`),
    },
    memory,
    given,
  );
  const draw = (near: readonly number[] = [0, 1]) =>
    framing.scene({
      nodes: { bits: Uint16Array.from([0, 1], (node) => (near.includes(node) ? 0 : NODE_BITS.dimmed)) },
      strings: { nodeIds: ["a", "b"] },
    } as unknown as FullScene);
  return { framing, draw, moves };
}

function memory(): Memory {
  let kept: Kept | null = null;
  return {
    read: () => kept,
    write: (next) => {
      kept = next;
    },
  };
}

describe("what stands out", () => {
  it("doesn't take the map from where a link looks as it opens", () => {
    const { framing, draw, moves } = page(memory(), true);
    framing.turn("a");
    draw([0]);
    expect(moves).toEqual([]);
    framing.turn("b");
    draw([1]);
    expect(moves).toEqual(["fit b"]);
  });

  it("is brought into view where a link looks past everything", () => {
    const { framing, draw, moves } = page(memory(), true, null);
    framing.turn("a");
    draw([0]);
    expect(moves).toEqual(["fit a"]);
  });

  it("is brought into view, and left for where one was", () => {
    const { framing, draw, moves } = page(memory());
    draw();
    framing.turn("a");
    draw([0]);
    framing.turn("b");
    draw([1]);
    framing.turn(null);
    draw();
    draw();
    expect(moves).toEqual(["fit a", "fit b", "to 5 6 2"]);
  });

  it("is left for where one was before the page was loaded again", () => {
    const shared = memory();
    const first = page(shared);
    first.draw();
    first.framing.turn("a");
    first.draw([0]);
    const second = page(shared);
    second.framing.turn("a");
    second.draw([0]);
    second.framing.turn(null);
    second.draw();
    expect(second.moves).toEqual(["fit a", "to 5 6 2"]);
    expect(shared.read()).toBeNull();
  });

  it("is left for the whole map on a page that was opened with it, whatever another visit left behind", () => {
    const shared = memory();
    shared.write({ focus: "b", camera: HERE });
    const { framing, draw, moves } = page(shared);
    framing.turn("a");
    draw([0]);
    framing.turn(null);
    draw();
    expect(moves).toEqual(["fit a", "whole"]);
  });
});
