import fc from "fast-check";
import { expect, test } from "vitest";
import { changedAt, changedBy, fieldOwners, managersOf, ownedByConsole, toolOf } from "./managers.ts";
import { json, object, text } from "./manifest.test-support.ts";
import type { JsonObject, ManagedFields } from "./manifest.ts";

const entry = (manager: string, fieldsV1: JsonObject, more: ManagedFields = {}): ManagedFields => ({
  ...{ manager, operation: "Update", time: "2026-01-01T00:00:00Z", fieldsType: "FieldsV1", fieldsV1 },
  ...more,
});
const spec = { http: [{ route: [{ weight: 1 }] }], rules: [{ name: "a", w: 1 }, { name: "b" }], set: ["x", "y"] };
const of = (...managedFields: ManagedFields[]) => object("VirtualService", "a", spec, { managedFields });

test("managers are those of spec and metadata, the last first", () => {
  const manifest = of(
    entry("kubectl-edit", { "f:spec": {} }),
    entry("argocd-controller", { "f:metadata": {} }, { operation: "Apply", time: "2026-01-02T00:00:00Z" }),
    entry("pilot-discovery", { "f:status": {} }, { time: "2026-01-04T00:00:00Z" }),
    entry("istiod", { "f:spec": {} }, { subresource: "status", time: "2026-01-05T00:00:00Z" }),
  );
  expect(managersOf(manifest)).toEqual([
    { name: "argocd-controller", tool: "argocd", operation: "Apply", at: "2026-01-02T00:00:00Z" },
    { name: "kubectl-edit", tool: "kubectl", operation: "Update", at: "2026-01-01T00:00:00Z" },
  ]);
  expect([changedAt(manifest), changedBy(manifest)]).toEqual(["2026-01-02T00:00:00Z", "argocd-controller"]);
  expect([changedAt(of()), changedBy(of())]).toEqual([null, null]);
});

test.each([
  ["kubectl", "kubectl"],
  ["kubectl-client-side-apply", "kubectl"],
  ["kustomize-controller", "flux"],
  ["Helm", "helm"],
  ["flagger", "flagger"],
  ["rollouts-controller", "argo-rollouts"],
  ["kubectlish", "other"],
])("%s is %s", (name, tool) => expect(toolOf(name)).toBe(tool));

test("a place's owners: itself, what is in it, an atomic whole around it, elements by key, value and index", () => {
  const owners = fieldOwners(
    of(
      entry("atomic", { "f:spec": { "f:http": {} } }),
      entry("keyed", { "f:spec": { "f:rules": { 'k:{"name":"b"}': { ".": {}, "f:name": {} } } } }),
      entry("valued", { "f:spec": { "f:set": { 'v:"y"': {} } } }),
      entry("indexed", { "f:spec": { "f:set": { "i:0": {} } } }),
    ),
  );
  const names = (path: string) => owners(path).map(({ name }) => name);
  expect(names("spec.http[0].route[0].weight")).toEqual(["atomic"]);
  expect(names("spec.rules[1].name")).toEqual(["keyed"]);
  expect(names("spec.rules[1]")).toEqual(["keyed"]);
  expect(names("spec.rules[1].w")).toEqual([]);
  expect(names("spec.rules[0].name")).toEqual([]);
  expect(names("spec.set[1]")).toEqual(["valued"]);
  expect(names("spec.set[0]")).toEqual(["indexed"]);
  expect(names("spec")).toEqual(["atomic", "keyed", "valued", "indexed"]);
  expect(names("no path")).toEqual([]);
});

test("the console owns what it applied and nobody shares", () => {
  const ours = entry("meshscope", { "f:spec": { "f:http": {} } }, { operation: "Apply" });
  expect(ownedByConsole(of(ours))).toBe(true);
  expect(ownedByConsole(of(ours, entry("x", { "f:metadata": { "f:finalizers": {} } })))).toBe(true);
  expect(ownedByConsole(of(ours, entry("x", { "f:metadata": { "f:labels": { "f:a": {} } } })))).toBe(false);
  expect(ownedByConsole(of(ours, entry("meshscope", { "f:spec": { "f:set": {} } })))).toBe(false);
  expect(ownedByConsole(of(entry("meshscope", { "f:spec": {} })))).toBe(false);
  expect(ownedByConsole(of())).toBe(false);
});

test("whatever managedFields hold, nothing breaks", () => {
  const key = fc.oneof(
    fc.constantFrom("f:spec", "f:http", ".", "k:{", 'k:{"name":"a"}', "k:null", "v:", "i:0", "f:__proto__", "f:status"),
    text,
  );
  const fields = fc.array(fc.tuple(key, json)).map((list) => Object.fromEntries(list));
  const any = fc.oneof(
    json,
    fc.record({ manager: fc.oneof(text, json), time: json, operation: json, fieldsV1: fields }),
  );
  const paths = ["spec", "spec.http[0]", "spec.rules[1].name", "__proto__.a", "constructor", ""];
  fc.assert(
    fc.property(fc.oneof(json, fc.array(any)), (managedFields) => {
      const manifest = of(...[]);
      const hostile = { ...manifest, metadata: { ...manifest.metadata, managedFields } } as unknown as typeof manifest;
      const owners = fieldOwners(hostile);
      for (const path of paths) expect(Array.isArray(owners(path))).toBe(true);
      for (const { at } of managersOf(hostile)) expect(at === null || !Number.isNaN(Date.parse(at))).toBe(true);
      expect(typeof ownedByConsole(hostile)).toBe("boolean");
    }),
  );
});
