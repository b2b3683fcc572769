import { expect, test } from "vitest";
import type { LiveStatus } from "#lib/live/messages.ts";
import { FIRST_STATUS } from "#lib/live/status.ts";
import { sayInstant } from "./instant.ts";
import { sayTime } from "./say-time.ts";

const NOW = "2026-08-20T14:02:10Z";
const THEN = "2026-08-20T13:00:00Z";
const source = (state: "ok" | "down" | "stale") =>
  ({ name: "main", kind: "prometheus", state }) as LiveStatus["sources"][number];

test.each<[string, Partial<LiveStatus>, string | null, { live: boolean; text: string }]>([
  ["follows", { phase: "live" }, null, { live: true, text: "Live" }],
  ["is held still", { phase: "paused" }, null, { live: false, text: "Paused" }],
  ["has a silent source", { phase: "live", sources: [source("down")] }, null, { live: false, text: "Waiting" }],
  ["hasn’t begun", { phase: "connecting" }, null, { live: false, text: "Waiting" }],
  ["is of an instant", { phase: "live" }, THEN, { live: false, text: `At ${sayInstant(THEN)}` }],
  [
    "is under a hand on the axis",
    { phase: "live", held: true, at: THEN },
    null,
    { live: false, text: `At ${sayInstant(THEN)}` },
  ],
  [
    "is under a hand, away from an instant that was asked for",
    { phase: "live", held: true, at: NOW },
    THEN,
    { live: false, text: `At ${sayInstant(NOW)}` },
  ],
])("what is shown %s", (_, status, at, expected) => {
  expect(sayTime({ ...FIRST_STATUS, at: NOW, ...status }, at)).toEqual(expected);
});
