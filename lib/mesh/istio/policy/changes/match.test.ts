import { expect, test } from "vitest";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { carry, on } from "../changes.test-support.ts";
import { destinationRule, httpRoute, made, to, virtualService } from "../routing/worlds.test-support.ts";

const when = { headers: { x: { op: "exact", value: "a" } } } as const;

const plain = { backendRefs: [{ name: "reviews-v1", port: 80 }] };
const exact = (value: string): JsonObject => ({ ...plain, matches: [{ path: { type: "Exact", value } }] });
const ranked = (...rules: JsonObject[]) => httpRoute([...rules, plain]);
const others = "timeouts, retries and faults of other rules don't count for the new rule";
const closer =
  "rules with a closer match (path, then method, then headers) and equal ones of older routes go before the new rule: ";
const numbered = " (as numbered with the new rule)";
const shop = (index: number) => `HTTPRoute shop/reviews spec.rules[${index}]`;

test.each<[string, Manifest, string]>([
  ["a VirtualService's", virtualService([{ route: [to("v1")] }]), "the new rule is tried first"],
  ["a route's", ranked(), `${closer}none does here`],
  ["a route's with a closer match", ranked(exact("/a")), `${closer}${shop(1)}${numbered}`],
  [
    "a route's with an equal match",
    ranked({ ...plain, matches: [{ headers: [{ name: "y", value: "b" }] }] }),
    `${closer}none does here`,
  ],
  [
    "a route's with many closer ones",
    ranked(exact("/a"), exact("/b"), exact("/c"), exact("/d"), exact("/e")),
    `${closer}${shop(1)}, ${shop(2)}, ${shop(3)} and 2 more${numbered}`,
  ],
])("says when a new rule is tried: %s", (_, there, note) => {
  const version = there.kind === "HTTPRoute" ? "reviews-v2" : "v2";

  const { notes } = carry({ kind: "match", ...on, version, when }, there, destinationRule(["v1", "v2"]));
  expect(notes.filter((one) => one.includes("new rule"))).toEqual([note, others]);
});

test("says when a new rule is tried: an equal match of an older route goes before it", () => {
  const other = httpRoute([{ ...plain, matches: [{ headers: [{ name: "y", value: "b" }] }] }]);
  const from = (year: number) => ({ creationTimestamp: `${year}-01-01T00:00:00Z` });
  const older = { ...other, metadata: { ...other.metadata, ...from(2020), name: "older" } };
  const route = { ...ranked(), metadata: { ...ranked().metadata, ...from(2021) } };
  const { notes } = carry({ kind: "match", ...on, version: "reviews-v2", when }, route, older);
  expect(notes).toContain(`${closer}HTTPRoute shop/older spec.rules[0]${numbered}`);
});

const elsewhere = made("HTTPRoute", "ratings", {
  parentRefs: [{ group: "", kind: "Service", name: "ratings" }],
  rules: [{ backendRefs: [{ name: "ratings", port: 80 }] }],
});
const tcpOnly = made("VirtualService", "reviews", { hosts: ["reviews"], tcp: [{ route: [to("v1")] }] });

test.each<[string, Manifest[]]>([
  ["nothing is there", []],
  ["another service's route lies beside it", [elsewhere]],
  ["the VirtualService has no rules of requests", [tcpOnly]],
])("a rule taken away makes nothing where %s", (_, there) => {
  const done = carry({ kind: "match", ...on, version: "v2", when, remove: true }, ...there);
  expect([done.manifests, done.deletions]).toEqual([[], []]);
});
