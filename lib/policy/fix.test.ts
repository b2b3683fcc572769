import { describe, expect, test } from "vitest";
import type { Fix } from "./finding.ts";
import { canPlan, carryOut } from "./fix.ts";
import type { Manifest } from "./manifest.ts";

const vs: Manifest = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "a", namespace: "shop", annotations: { "a.example/b": "c" } },
  spec: { hosts: ["a", "b", "c"], http: [{ route: [{ weight: 1 }, { weight: 2 }] }] },
};
const fix = (edits: Fix["edits"], more: Partial<Fix> = {}): Fix => ({
  text: "x",
  edits,
  manifests: [],
  deletions: [],
  ...more,
});
const spec = (edits: Fix["edits"]) => carryOut(fix(edits), vs).manifests[0]?.spec;

describe("a fix", () => {
  test("sets places that are there and ones that aren't", () => {
    expect(spec([{ path: "spec.http[0].route[1].weight", value: 5 }])).toMatchObject({
      http: [{ route: [{ weight: 1 }, { weight: 5 }] }],
    });
    expect(spec([{ path: "spec.tls.mode", value: "SIMPLE" }])).toMatchObject({ tls: { mode: "SIMPLE" } });
  });

  test("takes several of a list away without moving the others", () => {
    expect(spec([{ path: "spec.hosts[0]" }, { path: "spec.hosts[2]" }])).toMatchObject({ hosts: ["b"] });
  });

  test("takes keys with dots, and leaves the object that it was given alone", () => {
    const before = JSON.stringify(vs);
    const [after] = carryOut(fix([{ path: 'metadata.annotations["a.example/b"]' }]), vs).manifests;
    expect(after?.metadata.annotations).toEqual({});
    expect(JSON.stringify(vs)).toBe(before);
  });

  test("changes nothing where its place is gone", () => {
    expect(spec([{ path: "spec.hosts[9]" }, { path: "spec.hosts[1].x", value: 1 }])).toEqual({
      ...vs.spec,
      hosts: ["a", { x: 1 }, "c"],
    });
  });

  test("brings other objects and deletions; advice alone can't be planned", () => {
    const ref = { cluster: "c", group: "", version: "v1", kind: "Service", namespace: "shop", name: "a" };
    expect(carryOut(fix([], { manifests: [vs], deletions: [ref] }), vs)).toEqual({ manifests: [vs], deletions: [ref] });
    expect([canPlan(fix([])), canPlan(fix([], { deletions: [ref] }))]).toEqual([false, true]);
  });
});
