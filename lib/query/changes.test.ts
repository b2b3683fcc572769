import { afterEach, expect, it, vi } from "vitest";
import { planRevertLast } from "./changes.ts";
import { hearDate } from "./server-clock.ts";

const BROWSER = Date.parse("2026-08-20T14:00:00.700Z");
const dated = (ms: number) => new Date(ms).toUTCString();

afterEach(() => {
  hearDate(dated(Date.now()), Date.now(), Date.now());
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it.each([
  ["ahead of the server's by an hour", -3_600_000],
  ["behind it by an hour", 3_600_000],
  ["right", 0],
])("the last half an hour is the server's where the browser's clock is %s", async (_, off) => {
  vi.useFakeTimers({ now: BROWSER, toFake: ["Date"] });
  hearDate(dated(BROWSER + off), BROWSER, BROWSER);
  const asked: unknown[] = [];
  vi.stubGlobal("fetch", async (_path: string, { body }: { readonly body: string }) => {
    asked.push(JSON.parse(body));
    return Response.json({});
  });
  await planRevertLast("west-1", ["shop"], 1800);
  const since = String(Date.parse("2026-08-20T13:30:00Z") / 1000 + off / 1000);
  expect(asked).toEqual([{ cluster: "west-1", namespaces: ["shop"], since }]);
});
