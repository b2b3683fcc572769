import { expect, test } from "vitest";
import { hearDate } from "#lib/query/server-clock.ts";
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

test("which day is today is the server's clock's to say", () => {
  const [now, day] = [Date.now(), 86_400_000];
  const dated = (ms: number) => new Date(ms).toUTCString();
  const iso = (ms: number) => new Date(ms).toISOString();
  const [today, earlier] = [iso(now), iso(now - 7 * day)];
  try {
    hearDate(dated(now - 7 * day), now, now);
    expect(sayInstant(earlier)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(sayInstant(today)).toMatch(/^\d{1,2} [A-Z][a-z]{2} \d\d:\d\d:\d\d$/);
  } finally {
    hearDate(dated(now), now, now);
  }
  expect(sayInstant(today)).toMatch(/^\d\d:\d\d:\d\d$/);
});
