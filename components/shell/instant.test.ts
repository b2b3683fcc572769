import { expect, test } from "vitest";
import { sayInstant, sayInstants } from "./instant.ts";

const NOW = new Date("2026-08-20T14:30:00Z");

test("instants within a sentence are said as everywhere else, and nothing else is touched", () => {
  const said = sayInstants("Nothing before 2026-08-20T14:02:10Z, or 2026-08-19T09:00:00.5Z: 3 h at most.", NOW);
  expect(said).toBe(
    `Nothing before ${sayInstant("2026-08-20T14:02:10Z", NOW)}, or ${sayInstant("2026-08-19T09:00:00.5Z", NOW)}: 3 h at most.`,
  );
  expect(said).not.toMatch(/T\d\d:/);
  for (const text of ["", "no instant", "2026-08-20", "x2026-08-20T14:02:10", "2026-99-99T99:99:99Z"])
    expect(sayInstants(text, NOW)).toBe(text);
});
