import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Renderer } from "#lib/render/renderer.ts";
import { createFraming } from "./framing.ts";

let resized: () => void;
beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(call: () => void) {
        resized = call;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

/** Where a link looks from. */
const SIGHT = { x: 200, y: 150, k: 1 };

/** A canvas of 400 by 300 at zoom 1, with marks at these heights; what the renderer was asked, in order. `sight` null: all is shown. */
function framed(
  marks: Readonly<Record<string, number>> = {},
  given = false,
  sight: ReturnType<Renderer["getSight"]> = SIGHT,
) {
  const asked: string[] = [];
  const listeners = new Map<string, (event: unknown) => void>();
  const canvas = {
    ...{ clientWidth: 400, clientHeight: 300, removeEventListener: () => undefined },
    addEventListener: (name: string, call: (event: unknown) => void) => listeners.set(name, call),
  };
  const renderer: Partial<Renderer> = {
    fit: () => void asked.push("fit"),
    focus: (id) => void asked.push(`focus ${id}`),
    setCovered: (pixels) => void asked.push(`covered ${pixels}`),
    getCamera: () => ({ x: 0, y: 0, k: 1 }),
    getSize: () => ({ width: 400, height: 300 }),
    getSight: () => sight,
  };
  const placeOf = (id: string) => (marks[id] === undefined ? null : { x: 200, y: marks[id] });
  const framing = createFraming(canvas as never, renderer as Renderer, placeOf, given);
  const resize = (clientWidth: number, clientHeight: number) => {
    Object.assign(canvas, { clientWidth, clientHeight });
    resized();
  };
  return { framing, asked, resize, hand: () => listeners.get("wheel")?.({ type: "wheel" }) };
}

test.each([
  ["narrower", 300, 300],
  ["lower", 400, 90],
  ["higher", 400, 700],
])("a map that is shown whole is fitted again where its room becomes %s, and only then", (_, width, height) => {
  const { asked, resize, hand } = framed();
  resize(400, 300);
  expect(asked).toEqual([]);
  resize(width, height);
  expect(asked).toEqual(["fit"]);
  hand();
  resize(500, 500);
  expect(asked).toEqual(["fit"]);
});

test("a map that is shown whole is fitted below what is said over it, and again when that goes", () => {
  const { framing, asked } = framed();
  for (const pixels of [60, 60, 0]) framing.cover(pixels);
  expect(asked).toEqual(["covered 60", "fit", "covered 0", "fit"]);
});

test("a map that somebody has moved stays where it is", () => {
  const { framing, asked, hand } = framed();
  hand();
  framing.cover(60);
  expect(asked).toEqual(["covered 60"]);
});

test("what is under something that is said counts as hidden", () => {
  const { framing, asked, hand } = framed({ top: 70 });
  hand();
  framing.reveal("top");
  expect(asked).toEqual([]);
  framing.cover(60);
  framing.reveal("top");
  expect(asked).toEqual(["covered 60", "focus top"]);
});

test("where a link says from where to look, the first frame is left so, and what comes over it moves nothing", () => {
  const { framing, asked } = framed({ low: 900 }, true);
  framing.cover(60);
  framing.begin("low");
  expect(asked).toEqual(["covered 60"]);
  framing.focus("low");
  framing.focus(null);
  framing.cover(0);
  expect(asked).toEqual(["covered 60", "focus low", "fit", "covered 0", "fit"]);
});

test("a link that looks past everything shows all of it, and keeps it whole", () => {
  const { framing, asked } = framed({ low: 900 }, true, null);
  framing.begin("low");
  framing.cover(60);
  expect(asked).toEqual(["covered 60", "fit"]);
});
