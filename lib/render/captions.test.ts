import { describe, expect, it } from "vitest";
import { MARK_STATES, type SceneBox } from "#lib/layout/scene.ts";
import { chooseCaptions, speakingKind, troubleWords } from "./captions.ts";
import { sceneOf } from "./render.test-support.ts";

const box = (id: string, kind: SceneBox["kind"], x: number, width = 600): SceneBox => ({
  ...{ id, label: id, sublabel: "12 workloads", kind, x, y: 0, width, height: 400, depth: kind === "cluster" ? 0 : 1 },
});
const BOXES = [box("west", "cluster", 0, 1300), box("shop", "namespace", 10), box("pay", "namespace", 650)];
const measure = { name: (text: string) => text.length * 0.55, numbers: (text: string) => text.length * 0.5 };
const size = { width: 1000, height: 700 };

function sceneWith(failing: readonly number[]) {
  const scene = sceneOf([], [], BOXES);
  const state = failing.map((count) => MARK_STATES.indexOf(count > 0 ? "failing" : "healthy"));
  return {
    ...scene,
    boxes: { state: Uint8Array.from(state), failing: Uint16Array.from(failing), degraded: new Uint16Array(3) },
  };
}

describe("semantic zoom", () => {
  it.each([
    [1, null],
    [0.4, null],
    [0.3, "namespace"],
    [0.1, "cluster"],
  ])("at zoom %f the %s speaks", (k, kind) => expect(speakingKind(k, BOXES)).toBe(kind));

  it.each([
    [0.45, "app"],
    [0.55, null],
    [0.3, "app"],
  ])("with boxes around apps alone, at zoom %f: %s", (k, kind) => {
    expect(speakingKind(k, [box("cart", "app", 0)])).toBe(kind);
  });

  it("says how many are in trouble, worst first", () => {
    const captions = chooseCaptions(sceneWith([2, 0, 2]), { x: 0, y: 0, k: 0.3 }, size, measure);
    expect(captions.map(({ label, numbers, state }) => [label, numbers, state])).toEqual([
      ["pay", "12 workloads · 2 failing", "failing"],
      ["shop", "12 workloads", "healthy"],
    ]);
  });

  it("none lies over another, and what is off the screen says nothing", () => {
    const near = chooseCaptions(sceneWith([0, 0, 0]), { x: 0, y: 0, k: 0.05 }, size, measure);
    expect(near.map(({ label }) => label)).toEqual(["west"]);
    expect(chooseCaptions(sceneWith([0, 0, 0]), { x: -900, y: 0, k: 0.3 }, size, measure)).toEqual([]);
  });

  it.each([
    [0, 0, ""],
    [2, 0, "2 failing"],
    [1, 3, "1 failing, 3 degraded"],
  ])("%i failing and %i degraded: '%s'", (failing, degraded, text) =>
    expect(troubleWords(failing, degraded)).toBe(text),
  );
});
