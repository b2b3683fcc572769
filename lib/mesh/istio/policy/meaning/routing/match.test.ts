import { expect, test } from "vitest";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { meets, type RequestFacts } from "./match.ts";

const REQUEST: RequestFacts = {
  ...{ method: "GET", scheme: "http", authority: "api.shop:80", normalization: "BASE" },
  ...{ path: "/api/v1/items?user=ann&user=bob&empty&n=a%6e", withQuery: true },
  headers: { "x-user": "ann", cookie: "a=1; user=jason; b=2", none: null },
};
const go = (match: JsonObject, request = REQUEST) => {
  const found = meets(match, request);
  return typeof found === "boolean" ? found : found.lacks.join("; ");
};

const table: readonly (readonly [string, JsonObject, boolean | string])[] = [
  ["the whole path, without its query", { uri: { regex: "/api/v[0-9]+/[^/]+" } }, true],
  ["not a part of it", { uri: { regex: "/api/v[0-9]+" } }, false],
  ["nor the query", { uri: { regex: "/api/v1/items\\?.*" } }, false],
  ["in its own case", { uri: { regex: "/API/.*" }, ignoreUriCase: true }, false],
  ["or in any", { uri: { regex: "(?i)/API/.*" } }, true],
  ["a path by a sign", { uri: { regex: "*" } }, "whether * fits the path (Istio takes no such expression)"],
  ["a method", { method: { regex: "GET|POST" } }, true],
  ["another", { method: { regex: "P.*" } }, false],
  ["a method by a sign, which is there", { method: { regex: "*" } }, true],
  ["a host with its port", { authority: { regex: "api\\..*:\\d+" } }, true],
  ["a host without it", { authority: { regex: "api\\.shop" } }, false],
  ["a scheme", { scheme: { regex: "https?" } }, true],
  ["a header", { headers: { "X-User": { regex: "a(n+)" } } }, true],
  ["one by a sign", { headers: { "x-user": { regex: "*" } } }, true],
  ["one that isn't there", { headers: { none: { regex: ".*" } } }, false],
  ["one that isn't known", { headers: { other: { regex: ".*" } } }, "header other"],
  ["a cookie", { headers: { cookie: { regex: "^(.*?;)?\\s*(user=jason)(;.*)?$" } } }, true],
  ["without a blank", { headers: { cookie: { regex: "^(.*?;)?(user=jason)(;.*)?$" } } }, false],
  ["without a header", { withoutHeaders: { "x-user": { regex: "b.*" } } }, true],
  ["without one that takes", { withoutHeaders: { "x-user": { regex: ".*n" } } }, false],
  ["without one that isn't there", { withoutHeaders: { none: { regex: ".+" } } }, true],
  ["which is an empty one", { withoutHeaders: { none: { regex: ".*" } } }, false],
  ["an exact text that is empty: not another", { headers: { "x-user": { exact: "" } } }, false],
  ["without an empty one: another is there", { withoutHeaders: { "x-user": { exact: "" } } }, true],
  ["none counts as empty", { withoutHeaders: { none: { exact: "" } } }, false],
  ["a parameter without a value", { queryParams: { empty: { exact: "" } } }, true],
  ["one with a value isn't that", { queryParams: { user: { exact: "" } } }, false],
  ["no path is empty", { uri: { exact: "" } }, false],
  ["a parameter, the first of its name", { queryParams: { user: { regex: "a.*" } } }, true],
  ["not the second", { queryParams: { user: { regex: "bob" } } }, false],
  [
    "one without a value",
    { queryParams: { empty: { regex: "" } } },
    "whether  fits query parameter empty (Istio takes no such expression)",
  ],
  ["one without a value is empty", { queryParams: { empty: { regex: "x?" } } }, true],
  ["as it is written", { queryParams: { n: { regex: "a%6e" } } }, true],
  ["not decoded", { queryParams: { n: { regex: "an" } } }, false],
  ["one that isn't there, by a sign", { queryParams: { other: { regex: "*" } } }, false],
  ["one by a sign", { queryParams: { empty: { regex: "*" } } }, true],
  ["all of them", { uri: { regex: "/api.*" }, headers: { "x-user": { regex: "ann" } }, method: { regex: "G" } }, false],
];

test.each(table)("%s", (_, match, expected) => {
  expect(go(match)).toBe(expected);
});

test("a parameter isn't known where the path may be without its query, or has a fragment", () => {
  const match = { queryParams: { user: { regex: "a.*" } } };
  const { withQuery: _, ...without } = REQUEST;
  expect(go(match, without)).toBe("query parameter user");
  expect(go(match, { ...REQUEST, path: "/a?user=ann#x" })).toBe("query parameter user");
  expect(go(match, { withQuery: true })).toBe("query parameter user");
});

test("a path is tried in each way that the mesh may read it", () => {
  const { normalization: _, ...request } = REQUEST;
  const match = { uri: { regex: "/a/b" } };
  expect(go(match, { ...request, path: "/a/./b" })).toBe("how the mesh normalizes paths");
  expect(go({ uri: { regex: "/a/.*" } }, { ...request, path: "/a/./b" })).toBe(true);
});
