import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { SimulationQuestion } from "#lib/policy/simulation.ts";
import { ask, object, said } from "./simulate.test-support.ts";

/** Two ways: one that answers 418 where the match is met, and the service itself. */
const routed = (match: string) =>
  object(
    "VirtualService",
    parse(
      `{hosts: [api], http: [{match: [${match}], directResponse: {status: 418}}, {route: [{destination: {host: api}}]}]}`,
    ) as object,
    "networking",
  );
const go = (match: string, more: Partial<SimulationQuestion>) => said(ask({ objects: [routed(match)] }, more));

describe("regular expressions of matches", () => {
  const COOKIE = '{headers: {cookie: {regex: "^(.*?;)?\\\\s*(user=jason)(;.*)?$"}}}';
  const table: readonly (readonly [string, string, Partial<SimulationQuestion>, RegExp])[] = [
    ["take a path", '{uri: {regex: "/api/v[0-9]+"}}', { path: "/api/v1?x=y" }, /^no\n[^]*answers it itself/],
    ["leave another", '{uri: {regex: "/api/v[0-9]+"}}', { path: "/api/v1/x" }, /^yes\n(?![^]*answers it itself)/],
    ["take a cookie", COOKIE, { headers: { Cookie: "a=b; user=jason" } }, /^no\n[^]*answers it itself/],
    [
      "take a parameter",
      '{queryParams: {user: {regex: "j.*"}}}',
      { path: "/a?user=jason" },
      /^no\n[^]*answers it itself/,
    ],
    ["miss one", '{queryParams: {user: {regex: "j.*"}}}', { path: "/a" }, /^yes\n(?![^]*answers it itself)/],
    [
      "aren’t decided on where Istio refuses them",
      '{uri: {regex: "(?=/)"}}',
      { path: "/a" },
      /^unknown\n[^]*whether \(\?=\/\) fits the path \(Istio takes no such expression\)/,
    ],
  ];
  test.each(table)("%s", (_, match, more, expected) => expect(go(match, more)).toMatch(expected));

  test("aren’t asked of what isn’t known", () => {
    expect(go('{headers: {x: {regex: ".*"}}}', { headers: {} })).toMatch(/^unknown\n[^]*header x/);
  });

  test("share a bound, so that a hostile object can’t keep the server busy", () => {
    const match = Array.from({ length: 100 }, (_, at) => `{uri: {regex: "/x(.*a){40}${at}"}}`);
    expect(go(match.join(), { path: `/${"ab".repeat(1_000)}` })).toMatch(
      /^unknown\n[^]*there are more of them than are tried here/,
    );
  });
});
