import { expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { changed, collection } from "./collection.ts";

const object = (name: string, version: string, more: Partial<Manifest> = {}): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name, namespace: "shop", uid: `u-${name}`, resourceVersion: version },
  spec: { hosts: [name] },
  ...more,
});
const names = (list: readonly Manifest[]) => list.map(({ metadata }) => metadata.name);

test("the first list is where it begins; a later one tells what was missed", () => {
  const objects = collection();
  expect(objects.take({ type: "replace", items: [object("a", "1"), object("b", "1")] })).toEqual([]);
  expect(names(objects.all())).toEqual(["a", "b"]);
  const after = object("b", "2", { spec: { hosts: ["other"] } });
  const missed = objects.take({ type: "replace", items: [after, object("c", "3")] }).filter(changed);
  expect(missed.map((each) => [each.before?.metadata.name, each.after?.metadata.name])).toEqual([
    ["a", undefined],
    ["b", "b"],
    [undefined, "c"],
  ]);
});

test("what is dropped is gone, and what was never there is no change", () => {
  const objects = collection();
  objects.take({ type: "replace", items: [object("a", "1")] });
  expect(objects.take({ type: "drop", object: object("z", "1") })).toEqual([]);
  expect(objects.take({ type: "drop", object: object("a", "2") })).toEqual([{ before: object("a", "1"), after: null }]);
  expect(objects.all()).toEqual([]);
});

const meta = object("a", "2").metadata;
test.each<[string, Manifest, boolean]>([
  ["the version alone", object("a", "2"), false],
  ["status", object("a", "2", { status: { ready: true } }), false],
  ["bookkeeping", object("a", "2", { metadata: { ...meta, generation: 9, managedFields: [{ manager: "x" }] } }), false],
  ["a label", object("a", "2", { metadata: { ...meta, labels: { a: "b" } } }), true],
  ["the spec", object("a", "2", { spec: { hosts: [] } }), true],
  ["another object of that name", object("a", "2", { metadata: { ...meta, uid: "u-2" } }), true],
])("%s: is it a change?", (_, after, expected) => {
  expect(changed({ before: object("a", "1"), after })).toBe(expected);
});
