import { expect, it } from "vitest";
import { type Asked, meets, readMatch } from "./match.ts";

const client = { namespace: "shop", labels: { app: "web", version: "v1" } };
const asked = (more: Partial<Asked> = {}): Asked => ({
  host: "api",
  path: "/items?page=2",
  method: "GET",
  headers: { "x-group": "beta", cookie: "a=1; user=jane; b=2" },
  port: null,
  ...more,
});
const fits = (match: Record<string, unknown>, more: Partial<Asked> = {}) =>
  meets(
    readMatch(match, (name) => name),
    client,
    asked(more),
  );

it.each<[string, Record<string, unknown>, boolean]>([
  ["nothing asked", {}, true],
  ["a name alone", { name: "x" }, true],
  ["exact path without its query", { uri: { exact: "/items" } }, true],
  ["another path", { uri: { exact: "/item" } }, false],
  ["prefix", { uri: { prefix: "/it" } }, true],
  ["regex takes the whole path", { uri: { regex: "/it" } }, false],
  ["regex", { uri: { regex: "/it.*" } }, true],
  ["case counts", { uri: { exact: "/ITEMS" } }, false],
  ["unless told otherwise", { uri: { exact: "/ITEMS" }, ignoreUriCase: true }, true],
  ["a regex that is none", { uri: { regex: "(" } }, false],
  ["nor one that RE2 doesn't know", { uri: { regex: "/(?=items).*" } }, false],
  ["flags", { uri: { regex: "(?i)/ITEMS" } }, true],
  ["classes of RE2 alone", { uri: { regex: "/[[:alpha:]]+" } }, true],
  ["one that is too long", { uri: { regex: `/items${"|a".repeat(600)}` } }, false],
  ["one that is too large", { uri: { regex: `/items|${"a".repeat(1000)}{1000}` } }, false],
  ["method", { method: { exact: "GET" } }, true],
  ["another method", { method: { exact: "POST" } }, false],
  ["authority", { authority: { prefix: "ap" } }, true],
  ["scheme", { scheme: { exact: "https" } }, false],
  ["header", { headers: { "x-group": { exact: "beta" } } }, true],
  ["header names have no case", { headers: { "X-Group": { exact: "beta" } } }, true],
  ["header presence", { headers: { "x-group": {} } }, true],
  ["header presence by a sign", { headers: { "x-group": { regex: "*" } } }, true],
  ["without a header by a sign", { withoutHeaders: { "x-other": { regex: "*" } } }, true],
  ["a header that isn't there", { headers: { "x-other": {} } }, false],
  ["cookie", { headers: { cookie: { regex: "^(.*?;)?\\s*(user=jane)(;.*)?$" } } }, true],
  ["another cookie", { headers: { cookie: { regex: "^(.*?;)?\\s*(user=joe)(;.*)?$" } } }, false],
  ["without a header", { withoutHeaders: { "x-group": { exact: "beta" } } }, false],
  ["without one that isn't there", { withoutHeaders: { "x-other": {} } }, true],
  ["nor there as another", { withoutHeaders: { "x-other": { exact: "beta" } } }, true],
  ["what isn't there is empty", { withoutHeaders: { "x-other": { regex: ".*" } } }, false],
  ["query parameter", { queryParams: { page: { exact: "2" } } }, true],
  ["another page", { queryParams: { page: { exact: "3" } } }, false],
  ["query parameter by a regex", { queryParams: { page: { regex: "[0-9]" } } }, true],
  ["port defaults to 80", { port: 80 }, true],
  ["another port", { port: 8080 }, false],
  ["source labels", { sourceLabels: { version: "v1" } }, true],
  ["other source labels", { sourceLabels: { version: "v2" } }, false],
  ["source namespace", { sourceNamespace: "shop" }, true],
  ["another namespace", { sourceNamespace: "orders" }, false],
  ["all must hold", { method: { exact: "GET" }, sourceNamespace: "orders" }, false],
  ["what isn't known", { tlsVersion: "1.3" }, false],
])("%s", (_, match, expected) => {
  expect(fits(match)).toBe(expected);
});

it("decides on hostile expressions in time that grows with the value alone", () => {
  const value = "a".repeat(20_000);
  for (const regex of ["(a+)+b", "(a|aa)+b", "((a*)*)*b", "(.*a){20}b"]) {
    expect(fits({ uri: { regex: `/${regex}` } }, { path: `/${value}` })).toBe(false);
    expect(fits({ uri: { regex: `/${regex}` } }, { path: `/${value}b` })).toBe(true);
  }
});

it.each([
  ["/items?page=3&page=2", false],
  ["/items?page=%32", false],
  ["/items?pages=2&page=2", true],
  ["/items?page", false],
  ["/items", false],
])("reads the query as it is written: %s", (path, expected) => {
  expect(fits({ queryParams: { page: { exact: "2" } } }, { path })).toBe(expected);
});
