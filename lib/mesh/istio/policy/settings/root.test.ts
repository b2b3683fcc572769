import { expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { OUTSIDE } from "./planes.ts";
import { rootNamespaceOf, rootNote } from "./root.ts";
import { meshSettings } from "./settings.ts";

const map = (name: string, mesh: string): Manifest => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "istio-system" } },
  data: { mesh },
});
const read = (...texts: readonly string[]) => {
  const planes = texts.map((_, at) => ({ ...OUTSIDE, config: `istio-${at}` }));
  const maps = texts.map((text, at) => map(`istio-${at}`, text));
  return meshSettings({ ...{ maps, planes, root: "istio-system", unread: null }, sees: () => true });
};

test.each<[string, readonly string[], string, RegExp | null]>([
  ["what the settings say", ["rootNamespace: policies"], "policies", /^infos The mesh’s root namespace is policies/],
  ["istiod's default", ["{}"], "istio-system", null],
  ["the one that is configured", ["rootNamespace: istio-system"], "istio-system", null],
  ["the configured one where settings can't be read", ["- a"], "istio-system", null],
  [
    "or differ",
    ["rootNamespace: a", "rootNamespace: b"],
    "istio-system",
    /^warnings .*\(a, b\): istio-system is taken/,
  ],
])("the root namespace is %s", (_, texts, root, note) => {
  const settings = read(...texts);
  expect(rootNamespaceOf(settings, "istio-system")).toBe(root);
  const told = rootNote(settings, "istio-system");
  if (note === null) expect(told).toBeNull();
  else expect(`${told?.kind} ${told?.text}`).toMatch(note);
});
