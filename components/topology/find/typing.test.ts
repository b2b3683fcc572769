import { describe, expect, it } from "vitest";
import { complete } from "#lib/graph/find/complete.ts";
import { parse } from "#lib/graph/find/parse.ts";
import { type Answer, accept, preselected, saidProblem } from "./typing.ts";

function answer(marked: string): Answer {
  const cursor = marked.indexOf("|");
  const text = marked.replace("|", "");
  const parsed = parse(text);
  return { text, cursor, items: complete(text, cursor), problem: parsed.ok ? null : parsed.errors[0] };
}

describe("taking a completion", () => {
  it.each([
    ["lat|", "latency.p95", "latency.p95 |"],
    ["lat| > 5ms", "latency.p95", "latency.p95 |> 5ms"],
    ["idle |", "AND", "idle AND |"],
    ["sour|", "source.", "source.|"],
    ["label|", "label:", "label:|"],
    ["health = f|", "failing", "health = failing |"],
    ["(idle |", ")", "(idle ) |"],
  ])("%s and %s give %s", (marked, label, expected) => {
    const { text, items } = answer(marked);
    const item = items.find((one) => one.label === label);
    const after = item === undefined ? { text, cursor: 0 } : accept(text, item);
    expect(`${after.text.slice(0, after.cursor)}|${after.text.slice(after.cursor)}`).toBe(expected);
  });
});

describe("without a choice, Enter", () => {
  it.each([
    ["takes the first for a word that isn't finished", "lat|", 0],
    ["and for a name, which is no operand", "catalog|", 0],
    ["and for a number without its unit", "error > 1|", 0],
    ["takes nothing of what can stay", "idle|", null],
    ["nor after it", "idle |", null],
    ["nor a unit that isn't needed", "requests > 30|", null],
    ["nor in an empty field", "|", null],
    ["nor elsewhere than at the error", "idel AND hea|lthy", null],
  ])("%s: %s", (_, marked, expected) => expect(preselected(answer(marked))).toBe(expected));
});

describe("an error is said", () => {
  it.each([
    ["not while its word is typed", "idel|", true, null],
    ["once the typing goes on behind it", "idel AND |", true, 0],
    ["as soon as the field is left", "idel|", false, 0],
    ["also that something is missing at the end", "idle AND|", false, 8],
  ])("%s: %s", (_, marked, typing, at) => {
    expect(saidProblem(answer(marked), typing)?.at ?? null).toBe(at);
  });
});
