import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { installedNames } from "#lib/mesh/meaning.ts";
import { readConfig } from "#lib/server/config-file.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

const here = new URL("./", import.meta.url);
const manifests = readdirSync(here)
  .filter((name) => name.endsWith(".yaml"))
  .flatMap((name) =>
    parseAllDocuments(readFileSync(new URL(name, here), "utf8")).map((document) => document.toJS() as Manifest),
  );
const CONSOLE = { kind: "ServiceAccount", name: "meshscope", namespace: "meshscope" };
const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const rulesOf = (role: string) => of("ClusterRole").find(({ metadata }) => metadata.name === role)?.rules ?? [];
/** `group/resource` of a role's rules with that verb. */
const granted = (role: string, verb: string) =>
  rulesOf(role)
    .filter(({ verbs }) => verbs.includes(verb))
    .flatMap(({ apiGroups, resources }) => apiGroups.flatMap((group) => resources.map((name) => `${group}/${name}`)));

/** All kinds of Istio's and Gateway API's CRDs, of the releases that the lab's schemas are from. */
const policies = ["istio", "gateway"].flatMap((file) => {
  const text = readFileSync(new URL(`../../lab/schemas/${file}.gen.json`, import.meta.url), "utf8");
  const { crds } = JSON.parse(text) as { crds: Record<string, { group: string; names: { plural: string } }> };
  return Object.values(crds).map(({ group, names }) => `${group}/${names.plural}`);
});

describe("deploy/kubernetes", () => {
  it("lets the console read and nothing else", () => {
    const rules = rulesOf("meshscope");
    expect(rules.length).toBeGreaterThan(0);
    for (const { verbs } of rules) expect(verbs).toEqual(["get", "list", "watch"]);
    expect(granted("meshscope", "list")).toEqual(
      expect.arrayContaining([...policies, "apps/controllerrevisions", "apps/replicasets"]),
    );
  });

  it("binds nobody but the console, and that to its own roles alone", () => {
    expect(
      [...of("ClusterRoleBinding"), ...of("RoleBinding")].map(({ roleRef, subjects }) => [roleRef?.name, subjects]),
    ).toEqual(
      ["meshscope-installation", "meshscope", "meshscope-installation", "meshscope-mesh"].map((role) => [
        role,
        [CONSOLE],
      ]),
    );
  });

  it("gives no role secrets, wildcards or anything about rights", () => {
    const rules = [...of("ClusterRole"), ...of("Role")].flatMap((role) => role.rules ?? []);
    const named = rules.flatMap(({ resources, apiGroups, verbs }) => [...resources, ...apiGroups, ...verbs]);
    for (const name of ["secrets", "*", "rbac.authorization.k8s.io"]) expect(named).not.toContain(name);
  });

  it("lets the console read the settings of mesh and injector by their names, and no other ConfigMap", () => {
    const maps = (name: string) => [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: [name], verbs: ["get", "list", "watch"] },
    ];
    expect(of("Role").map(({ metadata, rules }) => [metadata.name, metadata.namespace, rules])).toEqual([
      ["meshscope-installation", "istio-system", maps("istio-sidecar-injector")],
      ["meshscope-mesh", "istio-system", maps("istio")],
    ]);
    const rules = of("ClusterRole").flatMap((role) => role.rules ?? []);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain("configmaps");
  });

  it("names each object that tells how the mesh is installed, as the console asks for it", () => {
    const rules = [...rulesOf("meshscope-installation"), ...(of("Role")[0]?.rules ?? [])];
    const names = Object.values(installedNames(null, "istio-system")).flat();
    expect(rules.flatMap(({ resourceNames = [] }) => resourceNames).sort()).toEqual([...names].sort());
    for (const { verbs } of rules) expect(verbs).toEqual(["get", "list", "watch"]);
  });

  it("has a role for logs, which no other role holds", () => {
    expect(rulesOf("meshscope-logs")).toEqual([{ apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }]);
    for (const role of ["meshscope", "meshscope-editor", "meshscope-history"])
      expect(granted(role, "get")).not.toContain("/pods/log");
  });

  it("has a role for the history, and one to change policies that it never lets run code in proxies", () => {
    expect(rulesOf("meshscope-history")).toEqual([
      {
        apiGroups: ["apps"],
        resources: ["controllerrevisions"],
        verbs: ["get", "list", "watch", "create", "patch", "delete"],
      },
    ]);
    const code = [
      "networking.istio.io/envoyfilters",
      "extensions.istio.io/trafficextensions",
      "extensions.istio.io/wasmplugins",
    ];
    // A GatewayClass belongs to the cluster, and this role is bound in namespaces.
    const theirs = policies.filter((name) => name !== "gateway.networking.k8s.io/gatewayclasses");
    expect(granted("meshscope-editor", "get").sort()).toEqual([...theirs, "/pods", "/services"].sort());
    for (const verb of ["create", "update", "patch", "delete"])
      expect(granted("meshscope-editor", verb).sort()).toEqual(theirs.filter((name) => !code.includes(name)).sort());
  });

  it("holds a configuration that the console accepts", () => {
    const text = of("ConfigMap")[0]?.data?.["meshscope.yaml"] ?? "";
    expect(readConfig(text, "meshscope.yaml", {})).toMatchObject({ clusters: [{ kubernetes: { inCluster: true } }] });
  });
});
