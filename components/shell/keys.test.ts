import { describe, expect, it } from "vitest";
import { createKeyMatcher, type KeyPress, spellKeys } from "./keys.ts";

const bindings = ["mod+k", "/", "?", ".", "g t", "t", "Escape", "ArrowUp", "shift+ArrowUp"];
const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  meta: false,
  alt: false,
  typing: false,
  ...more,
});

/** Presses one after the other, a tenth of a second apart. */
function type(keys: readonly KeyPress[], letters = true, gap = 100): readonly (string | null)[] {
  const match = createKeyMatcher();
  return keys.map((key, index) => match(key, bindings, letters, index * gap));
}

describe("key matcher", () => {
  it.each([
    ["Ctrl-K", [press("k", { ctrl: true })], ["mod+k"]],
    ["Cmd-K", [press("k", { meta: true })], ["mod+k"]],
    ["Ctrl-K while typing", [press("k", { ctrl: true, typing: true })], ["mod+k"]],
    ["a named key", [press("ArrowUp")], ["ArrowUp"]],
    ["a named key with Shift", [press("ArrowUp", { shift: true })], ["shift+ArrowUp"]],
    ["a named key with a Shift that nothing is bound to", [press("Escape", { shift: true })], ["Escape"]],
    ["no arrow while typing", [press("ArrowUp", { typing: true, shift: true })], [null]],
    ["a sequence, not its last letter", [press("g"), press("t")], [null, "g t"]],
    ["a letter alone", [press("t")], ["t"]],
    ["a letter after an unfinished sequence", [press("g"), press("x"), press("t")], [null, null, "t"]],
    ["nothing while typing", [press("t", { typing: true }), press("Escape", { typing: true })], [null, null]],
    ["nothing with Alt (another layout's characters)", [press("/", { alt: true })], [null]],
    ["nothing for Ctrl with a letter of ours (the browser's own)", [press("t", { ctrl: true })], [null]],
  ])("knows %s", (_, presses, expected) => {
    expect(type(presses)).toEqual(expected);
  });

  it("forgets a prefix after a second", () => {
    expect(type([press("g"), press("t")], true, 1001)).toEqual([null, "t"]);
  });

  it("leaves single letters alone when they are switched off", () => {
    const presses = [press("t"), press("."), press("k", { ctrl: true }), press("Escape")];
    expect(type(presses, false)).toEqual([null, null, "mod+k", "Escape"]);
  });
});

it("spells keys as the platform does", () => {
  expect(spellKeys("mod+k", false)).toEqual(["Ctrl K"]);
  expect(spellKeys("mod+k", true)).toEqual(["⌘K"]);
  expect(spellKeys("g t", false)).toEqual(["g", "t"]);
});
