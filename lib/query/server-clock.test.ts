import { afterEach, expect, it, vi } from "vitest";
import { getJson } from "./fetch.ts";
import { hearDate, serverNow } from "./server-clock.ts";

const NOW = Date.parse("2026-08-20T14:00:00Z");
const dated = (ms: number) => new Date(ms).toUTCString();

afterEach(() => {
  hearDate(dated(NOW), NOW, NOW);
  vi.unstubAllGlobals();
});

it.each([
  ["behind by an hour", 3_600_000],
  ["behind by five seconds", 5_000],
  ["ahead by a day", -86_400_000],
])("a browser's clock that is %s is set right", (_, off) => {
  hearDate(dated(NOW + off), NOW, NOW);
  expect(serverNow(NOW)).toBe(NOW + off);
  expect(serverNow(NOW + 1_000)).toBe(NOW + off + 1_000);
});

it.each([0, 999, -2_000, 3_000])("a difference of %i ms is none: headers have whole seconds", (off) => {
  hearDate(dated(NOW + off), NOW, NOW);
  expect(serverNow(NOW)).toBe(NOW);
});

it.each([null, "", "soon", "<img onerror>"])("the header %j changes nothing", (header) => {
  hearDate(dated(NOW + 60_000), NOW, NOW);
  hearDate(header, NOW, NOW);
  expect(serverNow(NOW)).toBe(NOW + 60_000);
});

it("an answer that came after the page had slept says nothing, nor one that fits what is known", () => {
  hearDate(dated(NOW + 60_000), NOW, NOW);
  hearDate(dated(NOW), NOW, NOW + 8 * 3_600_000);
  hearDate(dated(NOW + 62_000), NOW, NOW + 1_000);
  expect(serverNow(NOW)).toBe(NOW + 60_000);
});

it("every answer of the server sets it, a refusal too; the last one holds", async () => {
  const answers = [
    Response.json({}, { headers: { date: dated(Date.now() + 3_600_000) } }),
    Response.json({ code: "forbidden", detail: "No." }, { status: 403, headers: { date: dated(Date.now()) } }),
  ];
  vi.stubGlobal("fetch", async () => answers.shift());
  const ask = () => getJson("/api/v1/links", new URLSearchParams(), new AbortController().signal);
  await ask();
  expect((serverNow() - Date.now()) / 60_000).toBeCloseTo(60, 0);
  await expect(ask()).rejects.toThrow("No.");
  expect(Math.abs(serverNow() - Date.now())).toBeLessThan(1_000);
});
