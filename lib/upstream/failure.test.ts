import { describe, expect, test } from "vitest";
import { MeshscopeError } from "#lib/errors.ts";
import { connectionCode, connectionWords, isExpected, quoted, retryAfterSeconds } from "./failure.ts";

const coded = (code: string, more: object = {}): Error => Object.assign(new Error("hunter2"), { code }, more);

describe("what a failed connection means", () => {
  test.each<[string, unknown, string]>([
    ["refused", coded("ECONNREFUSED"), "the connection was refused"],
    ["wrapped", new Error("fetch failed", { cause: coded("ENOTFOUND") }), "its host name is unknown"],
    ["two addresses", new AggregateError([coded("EHOSTUNREACH"), coded("ECONNREFUSED")]), "no route leads to its host"],
    [
      "a known cause of an unknown",
      coded("ERR_ODD", { cause: coded("CERT_HAS_EXPIRED") }),
      "its certificate has expired",
    ],
    ["an unknown code", coded("ERR_ODD"), "the connection failed: ERR_ODD"],
    ["a code that is a text", coded("Bearer hunter2"), "the connection failed"],
    ["no code", new Error("hunter2"), "the connection failed"],
    ["nothing", undefined, "the connection failed"],
  ])("%s", (_, thrown, words) => {
    expect(connectionWords(thrown)).toBe(words);
  });

  test("a cause that is itself ends", () => {
    const circle = coded("ERR_ODD");
    circle.cause = circle;
    expect(connectionCode(circle)).toBe("ERR_ODD");
  });
});

test.each<[string | string[] | undefined, number | undefined]>([
  [undefined, undefined],
  ["", undefined],
  ["7", 7],
  [" 120 ", 120],
  [["3", "4"], 3],
  ["-1", undefined],
  ["soon", undefined],
  ["99999999999", undefined],
  ["Tue, 14 Nov 2023 22:13:50 GMT", 30],
  ["Tue, 14 Nov 2023 22:13:00 GMT", 0],
])("Retry-After %j is %s s", (header, seconds) => {
  expect(retryAfterSeconds(header, 1_700_000_000)).toBe(seconds);
});

test.each<[string, string, readonly string[]]>([
  ["two\nlines\u2028and\u202ethree\u001b[0m", "two lines and three [0m", []],
  ["the token abcdef is in it", "the token ••• is in it", ["abcdef"]],
  ["short secrets would tear words apart: a", "short secrets would tear words apart: a", ["a"]],
  ["a lone \ud800 surrogate", "a lone surrogate", []],
])("%j is quoted as %j", (text, shown, secrets) => {
  expect(quoted(text, secrets).replace(/ +/g, " ")).toBe(shown);
});

test("long texts are cut", () => {
  expect(quoted("x".repeat(500), [])).toBe(`${"x".repeat(300)}…`);
});

test("what is expected is known by its shape", () => {
  expect(isExpected(new MeshscopeError("bad_query", "x"))).toBe(true);
  expect(isExpected({ problem: { code: "bad_query", detail: "x" } })).toBe(true);
  for (const other of [new Error("x"), null, undefined, "x", { problem: "too-large" }, { problem: null }]) {
    expect(isExpected(other)).toBe(false);
  }
});
