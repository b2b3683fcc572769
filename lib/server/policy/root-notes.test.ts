/** Which namespace is a mesh's root, and who is told that it isn't the configured one. */
import { describe, expect, test } from "vitest";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { rootNamespaces, withRootNotes } from "./settings.ts";
import type { ClusterPolicies } from "./store.ts";

const inventory: ClusterInventory = {
  ...{ cluster: "west", asOf: unixSeconds(0), namespaces: new Map(), workloads: new Map(), services: new Map() },
  ...{ externalHosts: [], workloadByIp: new Map(), unread: [] },
};
const STATUS: SourceStatus = {
  ...{ name: "west", kind: "kubernetes", state: "ok", since: "2026-01-01T00:00:00Z", asOf: null, queryMs: null },
  ...{ warnings: [], infos: ["a"], clusters: ["west"], missing: [] },
};
function given(mesh: string | null) {
  const map: Manifest = {
    ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "control" } },
    data: { mesh: mesh ?? "" },
  };
  const policies: ClusterPolicies = {
    ...{ cluster: "west", asOf: unixSeconds(0), kind: () => null, unread: [] },
    objects: (kind) => (kind === "ConfigMap" && mesh !== null ? [map] : []),
  };
  return { store: { clusters: () => new Map([["west", policies]]) }, inventory: () => new Map([["west", inventory]]) };
}
const istiods = () => "control";

describe("the root namespace of a cluster's mesh", () => {
  test.each([
    [
      "is the one that its settings name",
      "rootNamespace: policies",
      "policies",
      [/^The mesh’s root namespace is policies/],
    ],
    ["is istiod's own by its settings", "rootNamespace: control", "control", []],
    ["is Istio's default where they name none", "{}", "istio-system", [/is istio-system, .* not control/]],
    ["is the configured one where there are no settings", null, "control", []],
    ["or where they can't be read", "- a", "control", []],
  ] as const)("%s", (_, mesh, root, notes) => {
    expect(rootNamespaces(given(mesh), istiods)("west")).toBe(root);
    const [status] = withRootNotes([STATUS], given(mesh), istiods);
    expect(status?.infos).toEqual(["a", ...notes.map((note) => expect.stringMatching(note))]);
  });

  test("is no matter of other sources", () => {
    const prometheus: SourceStatus = { ...STATUS, kind: "prometheus" };
    expect(withRootNotes([prometheus], given("rootNamespace: policies"), istiods)).toEqual([prometheus]);
  });
});
