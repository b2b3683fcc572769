/** Objects that are for one control plane alone: what none of them reads together is compared with nothing. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { codesOf, dr, findingsOf, shop, vs, worldOf } from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";

const rev = (it: Manifest, label: string): Manifest => ({
  ...it,
  metadata: { ...it.metadata, labels: { ...it.metadata.labels, "istio.io/rev": label } },
});
const istiod = (revision: string): Manifest => ({
  ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: `istiod-${revision}`, namespace: "istio-system" } },
  spec: {
    template: {
      metadata: { labels: { app: "istiod", "istio.io/rev": revision } },
      spec: { containers: [{ name: "discovery", env: [{ name: "REVISION", value: revision }] }] },
    },
  },
});
const running = (...names: readonly string[]) => names.map(istiod);
const ROUTE = "hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]";
const TO_V1 = "hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v1}}]}]";
const SUBSETS = "host: reviews, subsets: [{name: v1, labels: {version: v1}}]";
const CONFLICT = "mesh-host-claimed-twice";
const both = (a: string | null, b: string | null): readonly Manifest[] =>
  [a, b].map((label, at) => {
    const made = vs(ROUTE, `shop/${"ab"[at]}`);
    return label === null ? made : rev(made, label);
  });

describe("conflicts are of objects that one control plane reads together", () => {
  test.each<[string, readonly Manifest[], boolean]>([
    ["two of no revision", both(null, null), true],
    ["two of one revision", both("a", "a"), true],
    ["two of two revisions", both("a", "b"), false],
    ["two of two, which both run", [...both("a", "b"), ...running("a", "b")], false],
    ["one of none and one of a revision", [...both(null, "a"), ...running("a", "b")], true],
    ["two of a revision that doesn't run", [...both("c", "c"), ...running("a", "b")], false],
  ])("%s", (_name, objects, conflicts) => expect(codesOf(objects).includes(CONFLICT)).toBe(conflicts));

  test("a finding says for whom it holds, where others who read the object find nothing", () => {
    const found = (objects: readonly Manifest[]) =>
      findingsOf([...shop, ...objects, ...running("a", "b")]).flatMap(({ code, message }) =>
        code === CONFLICT ? [message] : [],
      );
    // It is told of the second, which all read here.
    expect(found(both("a", null))).toEqual([
      expect.stringMatching(/This holds for the control plane of revision a alone\.$/),
    ]);
    expect(found(both(null, "a"))).toEqual([expect.not.stringContaining("This holds")]);
    expect(found(both(null, null))).toEqual([expect.not.stringContaining("This holds")]);
  });
});

test("a subset that another control plane's rule has is missing, and for whom", () => {
  const missing = (objects: readonly Manifest[]) =>
    findingsOf([...shop, ...objects, ...running("a", "b")]).filter(({ code }) => code === "destination-subset-unknown");
  expect(missing([rev(vs(TO_V1), "a"), rev(dr(SUBSETS, "shop/r"), "a")])).toEqual([]);
  expect(missing([rev(vs(TO_V1), "a"), rev(dr(SUBSETS, "shop/r"), "b")])).toHaveLength(1);
  expect(missing([vs(TO_V1), rev(dr(SUBSETS, "shop/r"), "a")]).map(({ message }) => message)).toEqual([
    expect.stringMatching(/This holds for the control plane of revision b alone\.$/),
  ]);
});

describe("revision-not-running", () => {
  const of = (objects: readonly Manifest[]) =>
    findingsOf([...shop, ...objects]).filter(({ code }) => code === "revision-not-running");

  test("names the object, its label and what runs, and nothing else is told of it", () => {
    const found = findingsOf([
      ...shop,
      rev(vs("hosts: [nowhere], http: [{route: [{destination: {host: nowhere}}]}]"), "stable"),
      ...running("a", "b"),
    ]);
    const own = found.filter(({ object }) => object.name === "a" && object.kind === "VirtualService");
    expect(own.map(({ code, path }) => [code, path])).toEqual([
      ["revision-not-running", 'metadata.labels["istio.io/rev"]'],
    ]);
    expect(own[0]?.message).toContain("none of revision stable runs in the cluster (a, b)");
  });

  test.each<[string, readonly Manifest[]]>([
    ["without a label", [vs(ROUTE), ...running("a")]],
    ["of a revision that runs", [rev(vs(ROUTE), "a"), ...running("a")]],
    ["where one runs that reads all", [rev(vs(ROUTE), "c"), ...running("")]],
    ["where it isn't known what runs", [rev(vs(ROUTE), "c")]],
  ])("isn't told %s", (_name, objects) => expect(of(objects)).toEqual([]));
});

test("more revisions than are read one by one are read as one's, and none is forgotten", () => {
  const many = Array.from({ length: 40 }, (_, at) =>
    rev(
      vs("hosts: [nowhere.shop.svc.cluster.local], http: [{route: [{destination: {host: nowhere}}]}]", `shop/v${at}`),
      `r${at}`,
    ),
  );
  const named = new Set(findingsOf([...shop, ...many]).map(({ object }) => object.name));
  expect(many.every(({ metadata }) => named.has(metadata.name))).toBe(true);
});

test("one without a revision reads all, beside one that reads its own", () => {
  const bare = istiod("");
  expect(codesOf([...both("a", "b"), bare, istiod("default")])).toContain(CONFLICT);
  expect(codesOf([...both("a", "default"), istiod("a"), istiod("default")])).not.toContain(CONFLICT);
});

test("after a change the findings are those of a fresh look", () => {
  const engine = new ChecksEngine();
  const steps = [
    both(null, null),
    both("a", "b"),
    [...both("a", "b"), ...running("a", "b")],
    [...both(null, "b"), ...running("a", "b")],
    both(null, null),
  ];
  for (const objects of steps) {
    const world = worldOf([...shop, ...objects]);
    expect(engine.check(world)).toEqual(new ChecksEngine().check(world));
  }
});
