import { describe, expect, it } from "vitest";
import type { FramesStatus } from "#lib/live/messages.ts";
import { stretchTo } from "./axis.ts";
import { sayFrames, stepOf } from "./use-frames.ts";

const HOUR = stretchTo(Date.parse("2026-08-20T14:00:00Z"), 3600);
const frames = (more: Partial<FramesStatus>): FramesStatus => ({
  ...{ state: "ready", stepSeconds: 60, problem: null },
  ...more,
});
const REFUSED = frames({ state: "refused", stepSeconds: null, problem: { code: "too_large", detail: "Too much." } });

describe("frames that are read at once", () => {
  it.each([
    ["not wanted", null, null, ""],
    ["on their way", frames({ state: "reading", stepSeconds: null }), null, "Reading the frames…"],
    ["there", frames({}), 60_000, ""],
    ["thinned out", frames({ stepSeconds: 180 }), 180_000, "One frame every 180 s: more would be too much at once."],
    ["refused", REFUSED, 60_000, "Instants are read one at a time, not all at once: Too much."],
  ])("that are %s", (_, status, step, words) => {
    expect(stepOf(HOUR, status)).toBe(step);
    expect(sayFrames(HOUR, status)).toBe(words);
  });
});
