import fc from "fast-check";
import { applyPatch } from "rfc6902";
import { expect, test } from "vitest";
import { LAST_APPLIED, wanted } from "./clean.ts";
import { patchOf } from "./json-patch.ts";
import { manifest, object } from "./manifest.test-support.ts";
import type { Manifest } from "./manifest.ts";

const stored = (m: Manifest): Manifest => ({ ...m, metadata: { ...m.metadata, resourceVersion: "7", uid: "u" } });
/** rfc6902's pointers leave these keys out, so its applyPatch can't be the judge of objects that have them. */
const judged = (m: Manifest) => !/"(__proto__|constructor|prototype)"/.test(JSON.stringify(m));

test("applied to before, the patch gives after, and touches nothing of the server's", () => {
  fc.assert(
    fc.property(manifest.filter(judged), manifest.filter(judged), (a, b) => {
      const before = { ...stored(a), status: { observed: 1 } };
      const operations = patchOf(before, b, "7");
      const target = structuredClone(before) as Manifest;
      expect(applyPatch(target, structuredClone(operations) as never).filter(Boolean)).toEqual([]);
      expect(wanted(target)).toEqual(wanted(b));
      expect(target.status).toEqual({ observed: 1 });
      expect(target.metadata.uid).toBe("u");
    }),
  );
});

test("one weight is one replacement, with a test of what was shown", () => {
  const route = (weight: number) => object("VirtualService", "a", { http: [{ route: [{ weight }, { weight: 1 }] }] });
  expect(patchOf(stored(route(90)), route(50), "7")).toEqual([
    { op: "test", path: "/metadata/resourceVersion", value: "7" },
    { op: "test", path: "/spec/http/0/route/0/weight", value: 90 },
    { op: "replace", path: "/spec/http/0/route/0/weight", value: 50 },
  ]);
  expect(patchOf(stored(route(90)), route(90), "7")).toEqual([]);
});

test("a list that grows is tested and replaced whole; keys are escaped", () => {
  const before = stored(object("Sidecar", "a", { hosts: ["a", "b"] }, { labels: { "x/y~z": "1", constructor: "c" } }));
  const after = object("Sidecar", "a", { hosts: ["b"] }, { labels: { "x/y~z": "2" } });
  expect(patchOf(before, after, "7").slice(1)).toEqual([
    { op: "test", path: "/metadata/labels/x~1y~0z", value: "1" },
    { op: "test", path: "/metadata/labels/constructor", value: "c" },
    { op: "test", path: "/spec/hosts", value: ["a", "b"] },
    { op: "replace", path: "/metadata/labels/x~1y~0z", value: "2" },
    { op: "remove", path: "/metadata/labels/constructor" },
    { op: "replace", path: "/spec/hosts", value: ["b"] },
  ]);
});

test("kubectl's copy stays when annotations come and go, and hidden values keep their secret", () => {
  const annotations = { [LAST_APPLIED]: "{}", "x/token": "s3cret" };
  const before = stored(object("Sidecar", "a", {}, { annotations }));
  const after = object("Sidecar", "a", {}, { annotations: { "x/token": "(hidden)", note: "n" } });
  expect(patchOf(before, after, "7").slice(1)).toEqual([{ op: "add", path: "/metadata/annotations/note", value: "n" }]);
});

test("at a tested place any other value makes the patch fail", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer(), (shown, wish, found) => {
      fc.pre(shown !== wish && shown !== found);
      const patch = patchOf(stored(object("Sidecar", "a", { n: shown })), object("Sidecar", "a", { n: wish }), "7");
      const results = applyPatch(stored(object("Sidecar", "a", { n: found })), structuredClone(patch) as never);
      expect(results.some((result) => result?.name === "TestError")).toBe(true);
    }),
  );
});
