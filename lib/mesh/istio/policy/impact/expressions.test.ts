/** Regular expressions of matches, where logs, traces or labels tell what they are asked of. */
import { expect, test } from "vitest";
import type { ObservedCall } from "./calls.ts";
import { call, impact, lines, made, meshWith, object } from "./impact.test-support.ts";
import type { RequestKnown } from "./request-known.ts";

const mesh = meshWith({ normalization: "BASE" });
const web = (...requests: readonly RequestKnown[]): ObservedCall => {
  const principal = "cluster.local/ns/shop/sa/web";
  const classes = requests.map((request) => ({ share: 1 / requests.length, principal, request }));
  return call("shop/web", "shop/reviews-v1", 10, { classes });
};
const rule = (match: string, host = "nobody") => `{match: [${match}], route: [{destination: {host: ${host}}}]}`;
const change = (...rules: readonly string[]) =>
  made(
    object(
      "VirtualService",
      "shop/r",
      `hosts: [reviews], http: [${rules.join()}, {route: [{destination: {host: reviews}}]}]`,
    ),
  );
const PAIR = "shop/web > shop/reviews by r spec.http[0]";

const table: readonly (readonly [string, string, readonly RequestKnown[], readonly string[]])[] = [
  [
    "those that it takes, for certain",
    '{uri: {regex: "/api/v[0-9]+"}}',
    [{ path: "/api/v1?a=b" }, { path: "/api/v1/x" }],
    [`unreachable 5 certain ${PAIR}`],
  ],
  ["none", '{uri: {regex: "/api"}}', [{ path: "/api/v1" }, { path: "/" }], []],
  [
    "by header and method",
    '{method: {regex: "P.*"}, headers: {x-user: {regex: "(?i)ann|bob"}}}',
    [
      { method: "POST", headers: { "x-user": "Bob" } },
      { method: "POST", headers: { "x-user": "joe" } },
    ],
    [`unreachable 5 certain ${PAIR}`],
  ],
  [
    "what Istio refuses is named, and bounded",
    '{uri: {regex: "(?=/api)"}}',
    [{ path: "/api" }],
    [`unreachable 0–10 bounded ${PAIR}: whether (?=/api) fits the path (Istio takes no such expression)`],
  ],
];
test.each(table)("%s", (_, match, requests, expected) => {
  const found = lines(impact([change(rule(match))], [web(...requests)], [], { mesh }));
  expect(found.filter((line) => line.startsWith("unreachable"))).toEqual(expected);
});

test("a parameter isn't known by a path that may have been told without its query", () => {
  const found = impact([change(rule("{queryParams: {a: {regex: b}}}"))], [web({ path: "/api?a=b" })], [], { mesh });
  expect(lines(found)[0]).toBe(`unreachable 0–10 bounded ${PAIR}: query parameter a`);
});

test("what is tried is bounded for all calls together, and what is beyond that is named", () => {
  // Each takes 400 instructions times 2,401 characters, of 50 million for all.
  const rules = Array.from({ length: 60 }, (_, at) => rule(`{uri: {regex: "/x(.*a){80}${at}"}}`));
  const path = `/${"ab".repeat(1_200)}`;
  const [found] = lines(impact([change(...rules)], [web({ path })], [], { mesh }));
  expect(found).toMatch(/^unreachable 0–10 bounded .*there are more of them than are tried here/);
});
