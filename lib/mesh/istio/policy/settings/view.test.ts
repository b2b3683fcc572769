import { describe, expect, test } from "vitest";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { BY_DEFAULT } from "../routing/json.ts";
import { policy } from "../world.test-support.ts";
import { meshSettings } from "./settings.ts";
import { istiodsView } from "./view.ts";

const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  shop: { mesh: "on", tier: "front" },
  bank: { mesh: "on" },
  old: {},
};
const OWN = [".", BY_DEFAULT];
const vs = (place: string, spec: JsonObject = {}) => policy("VirtualService", place, spec);
const ALL = [vs("shop/a"), vs("bank/b", { exportTo: ["shop"] }), vs("old/c"), vs("new/d")];
const view = (mesh: string, all: readonly Manifest[] = ALL) =>
  istiodsView(
    meshSettings({
      maps: [
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" }, data: { mesh } },
      ],
      ...{ planes: [], root: "istio-system", unread: null, sees: () => true },
    }),
    (kind) => all.filter((each) => each.kind === kind),
    (namespace) => LABELS[namespace] ?? null,
  );
const names = (mesh: string) =>
  view(mesh)
    .objects("VirtualService")
    .map(({ metadata }) => metadata.namespace);

describe("what istiod reads", () => {
  test.each<[string, string, readonly string[]]>([
    ["all of it", "{}", ["shop", "bank", "old", "new"]],
    // Nobody knows what labels a namespace has that isn't read.
    ["labels", "discoverySelectors: [{matchLabels: {mesh: 'on'}}]", ["shop", "bank", "new"]],
    ["one of several", "discoverySelectors: [{matchLabels: {tier: front}}, {matchLabels: {a: b}}]", ["shop", "new"]],
    [
      "all conditions of one",
      "discoverySelectors: [{matchLabels: {mesh: 'on'}, matchExpressions: [{key: tier, operator: DoesNotExist}]}]",
      ["bank", "new"],
    ],
    [
      "values",
      "discoverySelectors: [{matchExpressions: [{key: mesh, operator: NotIn, values: ['on']}]}]",
      ["old", "new"],
    ],
    ["an empty selector, which takes all", "discoverySelectors: [{}]", ["shop", "bank", "old", "new"]],
    ["nothing that is known", "discoverySelectors: 1", ["shop", "bank", "old", "new"]],
  ])("goes by %s", (_, mesh, expected) => {
    expect(names(mesh)).toEqual(expected);
  });

  test("has the mesh's default exportTo where an object says none", () => {
    const { objects, read } = view("defaultVirtualServiceExportTo: ['.']");
    expect(objects("VirtualService").map(({ spec }) => spec?.["exportTo"])).toEqual([OWN, ["shop"], OWN, OWN]);
    expect(objects("VirtualService")).toBe(objects("VirtualService"));
    expect(read(vs("shop/new"))?.spec).toEqual({ exportTo: OWN });
    expect(read(policy("DestinationRule", "shop/new", {}))?.spec).toEqual({});
  });

  test.each([
    [
      "a rule that is nobody's by a default that names others",
      "defaultVirtualServiceExportTo: [team]",
      vs("shop/a", { hosts: ["a"] }),
      ["~", BY_DEFAULT],
    ],
    [
      "its delegate, which is for whom the default names",
      "defaultVirtualServiceExportTo: [team]",
      vs("shop/a"),
      ["team", BY_DEFAULT],
    ],
    [
      "a rule that is everybody's, before its own namespace's",
      "defaultVirtualServiceExportTo: ['.', '*']",
      vs("shop/a", { hosts: ["a"] }),
      undefined,
    ],
    [
      "a DestinationRule, everybody's but for its own namespace's default",
      "defaultDestinationRuleExportTo: ['~']",
      policy("DestinationRule", "shop/a", {}),
      undefined,
    ],
    [
      "a ServiceEntry that nobody sees",
      "defaultServiceExportTo: ['~']",
      policy("ServiceEntry", "shop/a", {}),
      ["~", BY_DEFAULT],
    ],
  ])("knows %s", (_, mesh, object, exportTo) => {
    expect(view(mesh).read(object)?.spec?.["exportTo"]).toEqual(exportTo);
  });

  test("says which namespaces are seen", () => {
    const { discovers } = view("discoverySelectors: [{matchLabels: {mesh: 'on'}}]");
    expect(["shop", "old", "new"].map(discovers)).toEqual([true, false, true]);
    expect(view("{}").discovers("old")).toBe(true);
  });

  test("is the objects themselves where nothing is set", () => {
    expect(view("{}").objects("VirtualService")[0]).toBe(ALL[0]);
  });
});
