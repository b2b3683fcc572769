import { afterEach, expect, it, vi } from "vitest";
import { hearDate } from "#lib/query/server-clock.ts";
import { addressNow, problemsNow } from "./now.ts";
import { NO_ANALYSIS } from "./state.ts";

const BROWSER = Date.parse("2026-08-20T14:00:00Z");
const HOUR = 3_600_000;
const dated = (ms: number) => new Date(ms).toUTCString();

/** A browser whose clock stands at 14:00, and a server whose clock is `off` milliseconds from it. */
function clocks(off: number): void {
  vi.useFakeTimers({ now: BROWSER, toFake: ["Date"] });
  hearDate(dated(BROWSER + off), BROWSER, BROWSER);
}

afterEach(() => {
  hearDate(dated(Date.now()), Date.now(), Date.now());
  vi.useRealTimers();
});

const ASKED = { ...NO_ANALYSIS, service: "web" };

it.each([
  ["ahead of the server's by an hour", -HOUR],
  ["behind it by an hour", HOUR],
  ["right", 0],
])("the last hour is the server's where the browser's clock is %s", (_, off) => {
  clocks(off);
  const params = new URL(addressNow(ASKED) ?? "", "http://console").searchParams;
  const now = (BROWSER + off) / 1000;
  expect([params.get("start"), params.get("end")]).toEqual([String(now - 3600), String(now)]);
  expect([params.get("baselineStart"), params.get("baselineEnd")]).toEqual([String(now - 7200), String(now - 3600)]);
});

it("whether a beginning lies in the past is the server's clock's to say", () => {
  const asked = { ...ASKED, start: new Date(BROWSER - HOUR / 2).toISOString() };
  clocks(-HOUR);
  expect(problemsNow(asked).time).toBe("The beginning must lie before the end.");
  expect(addressNow(asked)).toBeNull();
  clocks(0);
  expect(problemsNow(asked)).toEqual({});
  expect(addressNow(asked)).toMatch(/^\/api\/v1\/trace-analysis\?service=web&start=/);
});
