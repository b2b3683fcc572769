import { expect, it } from "vitest";
import { readRange } from "./range.ts";

const NOW = 1_700_000_000;

it.each([
  ["", { start: NOW - 60, end: NOW, all: false }],
  ["start=1699999000&end=1699999010.5", { start: 1699999000, end: 1699999010.5, all: false }],
  ["end=1699999000", { start: 1699998940, end: 1699999000, all: false }],
  ["start=2023-11-14T22:13:00Z&end=2023-11-14T22:13:10Z&all=true", { start: 1699999980, end: 1699999990, all: true }],
  ["start=soon", "start and end are RFC 3339 instants or unix seconds"],
  ["start=5&end=5", "start must lie before end"],
])("%s", (query, expected) => {
  expect(readRange(new URLSearchParams(query), NOW)).toEqual(expected);
});
