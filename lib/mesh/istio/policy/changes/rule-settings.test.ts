import { expect, test } from "vitest";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { carry, on } from "../changes.test-support.ts";
import { httpRoute } from "../routing/worlds.test-support.ts";

const mirrorTo = (name: string): JsonObject => ({
  type: "RequestMirror",
  requestMirror: { backendRef: { name, port: 80 } },
});
const mirrored = (...names: string[]) =>
  httpRoute([{ backendRefs: [{ name: "reviews-v1", port: 80 }], filters: names.map(mirrorTo) }]);

test.each<[string, { version: string; percent: number } | null, readonly JsonObject[] | undefined]>([
  ["replaced", { version: "reviews-v3", percent: 100 }, [mirrorTo("reviews-v3")]],
  ["taken away", null, undefined],
])("a route's one mirror is %s, which is said", (_, wanted, filters) => {
  const done = carry({ kind: "mirror", ...on, to: wanted }, mirrored("tap"));
  expect((done.manifests[0]?.spec?.["rules"] as readonly JsonObject[] | undefined)?.[0]?.["filters"]).toEqual(filters);
  expect(done.notes).toContain("copies no longer go to tap");
});

test("a route's one mirror as it is wanted stays", () => {
  const done = carry({ kind: "mirror", ...on, to: { version: "tap", percent: 100 } }, mirrored("tap"));
  expect([done.manifests, done.notes.join()]).toEqual([[], expect.not.stringContaining("no longer")]);
});

test.each<[{ version: string; percent: number } | null]>([[null], [{ version: "reviews-v2", percent: 5 }]])(
  "several mirrors of a route are kept: %j",
  (wanted) => {
    expect(() => carry({ kind: "mirror", ...on, to: wanted }, mirrored("reviews-v2", "tap"))).toThrow(
      "to: the rule has several mirrors: change them as text",
    );
  },
);
