import { expect, it } from "vitest";
import { BADGE_KINDS } from "#lib/layout/scene.ts";
import { BADGE_SIGNS, pillTexts } from "./badges.ts";

it.each([
  [["virtual-service"], [1], ["VS"]],
  [
    ["virtual-service", "mirroring"],
    [3, 1],
    ["VS 3", "MI"],
  ],
  [
    ["virtual-service", "circuit-breaker", "mirroring", "request-timeout"],
    [1, 1, 1, 1],
    ["VS", "CB", "MI", "TO"],
  ],
  [BADGE_KINDS.slice(0, 6), [1, 1, 1, 1, 1, 1], ["VS", "TS", "TCP TS", "+3"]],
  [["hub"], [2], ["HUB 2"]],
] as const)("%j", (kinds, counts, texts) => expect(pillTexts(kinds, counts)).toEqual(texts));

it("no two kinds look alike", () => {
  expect(new Set(Object.values(BADGE_SIGNS)).size).toBe(BADGE_KINDS.length);
});
