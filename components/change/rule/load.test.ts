import { expect, it } from "vitest";
import { durationMs } from "../words.ts";
import { spellOut } from "./load.ts";

const retries = (attempts: number, perTryTimeout: string | null = null) => ({
  ...{ attempts, perTryTimeout, retryOn: null, backoff: null },
});

it.each<[string, Parameters<typeof spellOut>[0], RegExp, RegExp | null]>([
  [
    "nothing is set: Istio's two retries count",
    { timeout: null, retries: null },
    /Up to 3 tries a call \(Istio’s/,
    null,
  ],
  ["switched off", { timeout: "2s", retries: retries(0) }, /One try a call.*waits 2 s at most/s, null],
  ["each try bounded", { timeout: null, retries: retries(3, "500ms") }, /4 tries × 500 ms = up to 2 s/, null],
  ["a timeout that fits them", { timeout: "2s", retries: retries(3, "500ms") }, /waits 2 s at most/, null],
  ["one that cuts them off", { timeout: "1.2s", retries: retries(3, "500ms") }, /4 tries/, /after 2 slow tries/],
  ["one shorter than a try", { timeout: "300ms", retries: retries(1, "500ms") }, /2 tries/, /not even one slow try/],
  ["unbounded tries under a timeout", { timeout: "5s", retries: retries(2) }, /All tries together/, /use up the whole/],
])("%s", (_, given, said, warning) => {
  const spelled = spellOut(given);
  expect(spelled.lines.join(" ")).toMatch(said);
  if (warning === null) expect(spelled.warning).toBeNull();
  else expect(spelled.warning).toMatch(warning);
});

it.each([
  ["500ms", 500],
  ["1m30s", 90_000],
  ["1.5s", 1500],
  ["2h", 7_200_000],
  ["5", null],
  ["", null],
  ["1s2", null],
  ["-1s", null],
  ["1µs", null],
])("%s is %s ms", (text, ms) => expect(durationMs(text)).toBe(ms));
