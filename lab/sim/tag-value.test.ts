import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTagValue } from "./tag-value.ts";

const asked = { destinationPort: 8080, host: "catalog.shop", method: "GET", path: "/items/7?colour=red#top" };
const of = (expression: string, more: Partial<typeof asked> = {}) => readTagValue(expression)({ ...asked, ...more });

describe("the value of a tag", () => {
  it.each([
    ["an attribute", "request.method", "GET"],
    ["the path as it was asked for", "request.path", "/items/7?colour=red#top"],
    ["the path without its query", "request.url_path", "/items/7"],
    ["a text in either kind of quotes", `"a" + 'b'`, "ab"],
    ["a sum", "request.method + ' ' + request.host", "GET catalog.shop"],
    ["a choice", "request.url_path.startsWith('/items/') ? 'GetItem' : 'Other'", "GetItem"],
    ["choices in a row, the first that holds", "false_ == '' ? 'a' : 'b'", "unknown"],
    ["the second of three", "request.method == 'PUT' ? 'a' : request.method == 'GET' ? 'b' : 'c'", "b"],
    ["and before or", "request.method == 'GET' || request.method == 'X' && request.host == 'y' ? 'yes' : 'no'", "yes"],
    ["brackets", "(request.method == 'GET' || request.method == 'X') && request.host == 'y' ? 'yes' : 'no'", "no"],
    ["not", "!request.path.contains('red') || request.host != 'catalog.shop' ? 'a' : 'b'", "b"],
    ["a function of a text", "'abc'.endsWith('bc') ? request.host : ''", "catalog.shop"],
    ["the workload's port, as a text", "string(destination.port)", "8080"],
    ["a number, which is no text", "destination.port", "unknown"],
    ["string without its end", "string(request.method", "unknown"],
    ["nothing", "''", "unknown"],
    ["a truth value, which is no text", "request.method == 'GET'", "unknown"],
    ["an attribute that isn't simulated", "request.headers['x']", "unknown"],
    ["a choice without its end", "request.method == 'GET' ? 'a'", "unknown"],
    ["what has something behind it", "request.method 'a'", "unknown"],
    ["what is too long", "'a' + ".repeat(500), "unknown"],
  ])("of %s", (_, expression, value) => {
    expect(of(expression)).toBe(value);
  });

  it("is a text, whatever the expression and the request", () => {
    const piece = fc.constantFrom(
      "request.path",
      "'a'",
      "+",
      "==",
      "?",
      ":",
      "(",
      ")",
      "!",
      "&&",
      "||",
      ".",
      "contains",
      " ",
    );
    const expression = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(" ")),
    );
    fc.assert(
      fc.property(expression, fc.string(), (text, path) => {
        expect(typeof of(text, { path })).toBe("string");
        expect(of(text, { path })).not.toBe("");
      }),
    );
  });
});
