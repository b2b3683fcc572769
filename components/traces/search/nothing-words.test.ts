import { describe, expect, it } from "vitest";
import { ratio } from "#lib/units.ts";
import { noneWords, untracedWords } from "./nothing-words.ts";

const whole = { full: [], problems: [], partial: [], hidden: 0 };
const down = { ...whole, problems: [{ source: "attic", code: "upstream_unreachable", detail: "gone" }] };
const cut = { ...whole, partial: [{ source: "attic", reason: "bytes" as const, detail: "cut" }] };
const newest = { ...whole, full: ["jaeger"] };
const kept = { share: ratio(0.01), basis: "as set" };

describe("a search that found nothing", () => {
  it.each([
    ["all that there is", whole, "No backend has a trace of "],
    ["what answered", down, "In what was read there is no trace of "],
    ["what came", cut, "In what was read there is no trace of "],
    ["the newest", newest, "Among the newest traces of jaeger, which alone were looked through, none is of "],
    ["what may be seen", { ...whole, hidden: 2 }, "You may see no trace of "],
  ])("speaks of %s", (_, answer, words) => {
    expect(noneWords(answer)).toBe(words);
  });

  it.each([
    ["failures", whole, true, "0 of about 40 failed calls were kept; at 1 % expect 0.4 (as set)"],
    ["anything else", whole, false, "none of them left a trace that fits"],
    [
      "failures, some of which are hidden",
      { ...whole, hidden: 2 },
      true,
      "none of them left a trace that fits and that you may see",
    ],
    ["failures, where a backend wasn't heard", down, true, "whether any of them left a trace that fits isn't known"],
    ["failures, where an answer was cut", cut, true, "whether any of them left a trace that fits isn't known"],
    ["failures, of the newest alone", newest, true, "whether any of them left a trace that fits isn't known"],
  ])("says of the calls that were counted, looking for %s", (_, answer, failures, words) => {
    expect(untracedWords(answer, { failures, failed: 40 }, kept)).toBe(words);
  });
});
