import { expect, test } from "vitest";
import { analysis } from "./result.test-support.ts";
import { restsOn, samplingWords } from "./sampling-words.ts";
import { type Filling, fillingOf, type Slice, sliceWords, unevenWords } from "./slices.ts";

const slice = (traces: number, more: Partial<Slice> = {}): Slice => ({
  ...{ traces, more: false, failed: false, read: true },
  ...more,
});

test.each<[string, Slice, Filling]>([
  ["as many as asked for", slice(10), "enough"],
  ["as many, of more", slice(10, { more: true }), "enough"],
  ["fewer, in which the rest has no such span", slice(7, { more: true }), "enough"],
  ["all that there are", slice(3), "short"],
  ["none", slice(0), "empty"],
  ["none, of which many had no such span", slice(0, { more: true }), "empty"],
  ["some, without one backend's", slice(3, { failed: true }), "failed"],
  ["none, for nobody answered", slice(0, { failed: true }), "failed"],
  ["not looked at yet", slice(0, { read: false }), "unread"],
])("a slice with %s", (_, each, filling) => {
  expect(fillingOf(each, 10)).toBe(filling);
});

test("what isn't heard as the rest is counted in words", () => {
  expect(unevenWords({ slices: [slice(10), slice(10, { more: true })], each: 10 })).toBeNull();
  const slices = [slice(10), slice(0), slice(0), slice(3), slice(1, { failed: true }), slice(0, { read: false })];
  expect(unevenWords({ slices, each: 10 })).toBe(
    "Of 6 slices of the window: 2 without any trace, 1 with fewer than the 10 asked for, 1 that a backend didn't answer for, 1 not read. Each that has traces counts alike.",
  );
  expect([sliceWords(slice(1), 10), sliceWords(slice(0), 10)]).toEqual([
    "1 trace, all there are",
    "0 traces, no trace",
  ]);
});

const { sample } = analysis();

test.each<[Partial<(typeof sample)["sampling"]>, string]>([
  [{ basis: "counted", rate: 0.01 }, "1 % of requests left a trace"],
  [{}, "about 1 % of requests left a trace (0.8 % to 1.2 %)"],
  [
    { basis: "floor", rate: null, low: 0.03, high: 1 },
    "at least 3 % of requests left a trace; how many more isn't known",
  ],
  [{ basis: "unknown", rate: null, low: null, high: null }, "sampling rate unknown"],
])("a sampling rate %j is never taken for all traffic", (more, words) => {
  expect(samplingWords({ sampling: { ...sample.sampling, ...more } })).toBe(words);
});

test("what numbers rest on is told with its weights, and without what no trace has", () => {
  expect(restsOn(sample)).toBe(
    "200 traces, worth 150 that count alike; of at least 200 that were kept; weighed by the latencies of about 20,000 requests; 1 % of them took a time that no trace here has",
  );
  expect(restsOn({ ...sample, traces: 1, effective: 1, weighted: false, complete: true, kept: 1 })).toBe(
    "1 trace; all 1 that were kept; unweighted",
  );
});
