import fc from "fast-check";
import { expect, it } from "vitest";
import { plausible } from "./seen-request.ts";

const WHOLE = { method: "GET", path: "/a?b=c", host: "reviews.shop:9080", port: 9080 };

it("keeps what can be a request", () => {
  expect(plausible(WHOLE)).toEqual(WHOLE);
  expect(plausible({ ...WHOLE, host: "[fd00::1]:80" })).toMatchObject({ host: "[fd00::1]:80" });
});

it.each([
  ["a method of several words", { method: "GET /x" }, { method: null }],
  ["a method that stands for none", { method: "-" }, { method: null }],
  ["a path that doesn't begin as one", { path: "admin" }, { path: null }],
  ["a path with spaces or controls", { path: "/a b\u0000" }, { path: null }],
  ["a path of other letters", { path: "/ü" }, { path: null }],
  ["a path as long as no proxy takes", { path: `/${"a".repeat(20_000)}` }, { path: null }],
  ["a host with a user", { host: "user@reviews" }, { host: null }],
  ["a host of markup", { host: "<b>" }, { host: null }],
  ["a port beyond them", { port: 70_000 }, { port: null }],
  ["a part of a port", { port: 80.5 }, { port: null }],
])("doesn't know %s", (_, more, expected) => {
  expect(plausible({ ...WHOLE, ...more })).toEqual({ ...WHOLE, ...expected });
});

it("reads anything at all, and the same again", () => {
  const text = fc.option(fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: "binary", maxLength: 30 })), {
    nil: null,
  });
  const any = fc.record({ method: text, path: text, host: text, port: fc.option(fc.double(), { nil: null }) });
  fc.assert(
    fc.property(any, (request) => {
      const read = plausible(request);
      expect(plausible(read)).toEqual(read);
      for (const key of ["method", "path", "host", "port"] as const) expect([null, request[key]]).toContain(read[key]);
    }),
  );
});
