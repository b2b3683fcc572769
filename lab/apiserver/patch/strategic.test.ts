import { describe, expect, it } from "vitest";
import { definition } from "../definitions.ts";
import type { Json, JsonObject } from "../json.ts";
import { PatchFailure } from "./json-patch.ts";
import { strategicMerge } from "./strategic.ts";

const pod = definition("io.k8s.api.core.v1.Pod");
const containers = (...list: readonly Json[]): JsonObject => ({ spec: { containers: list } });
const container = (name: string): JsonObject => ({ name, image: `${name}:1` });
const [a, b, c] = [container("a"), container("b"), container("c")] as const;

describe("strategic merge patch", () => {
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      "merges an element by its key",
      containers(a, b),
      containers({ name: "b", image: "b:2" }),
      containers(a, { name: "b", image: "b:2" }),
    ],
    ["puts new elements first, where nothing says otherwise", containers(a), containers(b), containers(b, a)],
    ["deletes an element", containers(a, b), containers({ name: "a", $patch: "delete" }), containers(b)],
    ["replaces a list", containers(a, b), containers(c, { $patch: "replace" }), containers(c)],
    [
      "replaces an object",
      { metadata: { labels: { x: "1" } } },
      { metadata: { labels: { $patch: "replace", y: "2" } } },
      { metadata: { labels: { y: "2" } } },
    ],
    [
      "removes a member",
      { spec: { nodeName: "n", hostNetwork: true } },
      { spec: { nodeName: null } },
      { spec: { hostNetwork: true } },
    ],
    [
      "replaces an atomic list",
      { spec: { containers: [{ ...a, args: ["1", "2"] }] } },
      containers({ name: "a", args: ["3"] }),
      containers({ ...a, args: ["3"] }),
    ],
    [
      "retains only named keys",
      { spec: { volumes: [{ name: "v", emptyDir: {} }] } },
      { spec: { volumes: [{ name: "v", $retainKeys: ["name", "configMap"], configMap: { name: "m" } }] } },
      { spec: { volumes: [{ name: "v", configMap: { name: "m" } }] } },
    ],
    [
      "drops nulls of what is new",
      {},
      { metadata: { labels: { a: "1", b: null } } },
      { metadata: { labels: { a: "1" } } },
    ],
  ])("%s", (_, before, patch, expected) => {
    expect(strategicMerge(before, patch, pod)).toEqual(expected);
  });

  it("orders a list as asked, and keeps the rest where it was", () => {
    const order = { "$setElementOrder/containers": [{ name: "c" }, { name: "a" }] };
    const merged = strategicMerge(containers(a, b), { spec: { ...order, containers: [c] } }, pod);
    expect(merged).toEqual(containers(c, a, b));
  });

  it("refuses an element without its key, and an unknown directive", () => {
    expect(() => strategicMerge(containers(a), containers({ image: "x" }), pod)).toThrow(PatchFailure);
    expect(() => strategicMerge({}, { spec: { $patch: "merge-all" } }, pod)).toThrow(PatchFailure);
  });
});
