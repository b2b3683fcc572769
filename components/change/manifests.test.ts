import fc from "fast-check";
import { expect, it } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refOf } from "#lib/policy/ref.ts";
import { asked, moved, readDraft, textOf, withChanges } from "./manifests.ts";

const entry = (name: string, host = "a.example"): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name, namespace: "shop" },
  spec: { hosts: [host] },
});

it("a draft's text is read back as the same objects", () => {
  const objects = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 5 });
  fc.assert(
    fc.property(objects, fc.string(), (names, host) => {
      const manifests = names.map((name) => entry(name, host));
      expect(readDraft(textOf(manifests)).manifests).toEqual(manifests);
    }),
  );
});

it("of a text with one broken document there is no draft at all", () => {
  const { manifests, answer } = readDraft(`${textOf([entry("a")])}---\nkind: [`);
  expect(manifests).toBeNull();
  expect(answer.documents.some((document) => "problem" in document)).toBe(true);
});

it("asks for what is another, new or gone, and for nothing that nobody touched", () => {
  const base = [entry("a"), entry("b"), entry("c")];
  const draft = [entry("a"), entry("b", "b.example"), entry("d")];
  expect(asked("west-1", base, draft)).toEqual({
    manifests: [entry("b", "b.example"), entry("d")],
    deletions: [refOf("west-1", entry("c"))],
  });
  expect(asked("west-1", base, base)).toEqual({ manifests: [], deletions: [] });
});

it("a form's changes take their objects' places, new ones go behind, deleted ones go", () => {
  const changes = { manifests: [entry("d"), entry("b", "b.example")], deletions: [refOf("west-1", entry("a"))] };
  expect(withChanges("west-1", [entry("a"), entry("b"), entry("c")], changes)).toEqual([
    entry("b", "b.example"),
    entry("c"),
    entry("d"),
  ]);
});

it("says which objects somebody else changed or deleted since the draft began", () => {
  const base = [entry("a"), entry("b"), entry("c")];
  expect(moved("west-1", base, [entry("a"), entry("b", "theirs.example")]).map(({ name }) => name)).toEqual(["b", "c"]);
});
