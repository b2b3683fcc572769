import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { decodeMeshConfig, decodeProxySampling } from "./decode.ts";
import { authorizersOf, meshFacts } from "./facts.ts";
import { type ControlPlane, configNames, controlPlanes, installedNames } from "./planes.ts";
import { meshSettings, type SettingsGiven, setting } from "./settings.ts";

const ROOT = "istio-system";
const map = (name: string, mesh: string | null = "{}", namespace = ROOT): Manifest => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } },
  data: mesh === null ? {} : { mesh },
});
const plane = (more: Partial<ControlPlane> = {}): ControlPlane => ({
  ...{ revision: "default", everything: true, config: "istio", shared: null, unclear: null, sampling: { set: null } },
  ...more,
});
const CANARY = plane({ revision: "canary", config: "istio-canary" });
const read = (given: Partial<SettingsGiven>) =>
  setting(
    meshSettings({ maps: [], planes: [plane()], root: ROOT, unread: null, sees: () => true, ...given }),
    ({ sampling }) => sampling,
  );

describe("MeshConfig", () => {
  test.each<[string, readonly string[], object | null]>([
    ["nothing", [""], { enableTracing: true, sampling: null, tracingProviders: [] }],
    [
      "both spellings",
      ["enable_tracing: false\ndefault_config: {tracing: {sampling: '2.5'}}"],
      { enableTracing: false, sampling: 2.5 },
    ],
    ["YAML 1.1", ["enableTracing: off"], { enableTracing: false }],
    ["null for what isn't set", ["enableTracing:\ndefaultConfig:"], { enableTracing: true, sampling: null }],
    ["0, which is as good as nothing", ["defaultConfig: {tracing: {sampling: 0}}"], { sampling: null }],
    ["more than all, which istiod takes for 1", ["defaultConfig: {tracing: {sampling: 150}}"], { sampling: 1 }],
    [
      "a shared text, which the other goes before",
      [
        "enableTracing: false\ndefaultConfig: {tracing: {sampling: 5}}\ndefaultProviders: {tracing: [a]}",
        "enableTracing: true\ndefaultConfig: {discoveryAddress: x}\ndefaultProviders: {metrics: [b]}",
      ],
      { enableTracing: true, sampling: 5, tracingProviders: ["a"] },
    ],
    ["an alias", ["defaultConfig: &a {tracing: {sampling: 3}}\nother: *a"], { sampling: 3 }],
    [
      "nothing about calls",
      ["{}"],
      { enableAutoMtls: true, trustDomains: ["cluster.local"], pathNormalization: "BASE", registryOnly: false },
    ],
    [
      "what decides about calls",
      [
        "trustDomainAliases: [older]",
        "enableAutoMtls: false\ntrustDomain: a\ntrustDomainAliases: [old]\npathNormalization: {normalization: 3}\noutboundTrafficPolicy: {mode: REGISTRY_ONLY}",
      ],
      {
        ...{ enableAutoMtls: false, trustDomains: ["a", "older", "old"], registryOnly: true },
        pathNormalization: "MERGE_SLASHES",
      },
    ],
    [
      "who sees what",
      [
        "defaultServiceExportTo: ['.']\ndefaultVirtualServiceExportTo: ['*']\ndiscoverySelectors:\n- matchLabels: {a: b}\n  matchExpressions: [{key: c, operator: Exists}]",
      ],
      {
        exportTo: {
          ServiceEntry: { seen: "own", written: ["."] },
          Service: { seen: "own", written: ["."] },
        },
        rootNamespace: "istio-system",
        discovery: [
          [
            { key: "a", operator: "In", values: ["b"] },
            { key: "c", operator: "Exists", values: [] },
          ],
        ],
      },
    ],
    [
      "defaults of which istiod honours two: everybody before its own namespace, and others are nobody",
      ["defaultServiceExportTo: ['*', '.']\ndefaultVirtualServiceExportTo: [team]\nrootNamespace: policies"],
      {
        exportTo: {
          VirtualService: { seen: "nobody", written: ["team"] },
        },
        rootNamespace: "policies",
      },
    ],
    ["a selector with an operator that isn't", ["discoverySelectors: [{matchExpressions: [{operator: Is}]}]"], null],
    ["a selector that is none", ["discoverySelectors: [a]"], null],
    ["an outbound policy without a mode", ["outboundTrafficPolicy: {}"], { registryOnly: true }],
    ["a name that the enum hasn't", ["pathNormalization: {normalization: ALL}"], null],
    ["a list", ["- a"], null],
    ["no YAML", ["a: [b"], null],
    [
      "one key twice, of which the last counts",
      ["enableTracing: true\nenableTracing: false"],
      { enableTracing: false },
    ],
    ["a text for a flag", ["enableTracing: maybe"], null],
    ["a text for a number", ["defaultConfig: {tracing: {sampling: many}}"], null],
    ["less than nothing", ["defaultConfig: {tracing: {sampling: -1}}"], null],
    ["providers that are none", ["extensionProviders: [a]"], null],
    ["more than settings can be", [`a: ${"x".repeat(1_000_000)}`], null],
    ["as many keys as there can be", [Array.from({ length: 10_000 }, (_, i) => `k${i}: v`).join("\n")], {}],
    ["aliases of aliases", [bomb()], null],
    ["a nest without end", [`a: ${"[".repeat(10_000)}`], null],
  ])("that holds %s", (_, texts, expected) => {
    const found = decodeMeshConfig(texts);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });

  test("knows which providers sample by themselves, and those of every mesh", () => {
    const text =
      "extensionProviders:\n- name: dt\n  opentelemetry: {port: 1, dynatraceSampler: {tenant: a}}\n- {name: z, zipkin: {}}";
    const { providers } = decodeMeshConfig([text]) ?? {};
    expect(providers?.get("dt")).toEqual({ kind: "opentelemetry", samples: true });
    expect(providers?.get("z")).toEqual({ kind: "zipkin", samples: false });
    expect([...(providers?.keys() ?? [])]).toContain("envoy");
  });

  test("knows authorizers by what they are asked by, and takes no other kind for one", () => {
    const text =
      "extensionProviders: [{name: a, envoyExtAuthzHttp: {}}, {name: b, envoy_ext_authz_grpc: {}}, {name: c, constructor: {}}, {name: d, zipkin: {}}]";
    const config = decodeMeshConfig([text]);
    expect(config && authorizersOf(config)).toEqual({ a: "http", b: "grpc" });
  });

  test("is a decoder that nothing breaks: an answer within a share, or none", () => {
    const yaml = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.json().map((text) => `defaultConfig: ${text}\nextensionProviders: ${text}\n`),
      fc
        .tuple(fc.constantFrom("enableTracing", "defaultProviders", "__proto__", "<<"), fc.json())
        .map((pair) => pair.join(": ")),
      fc.oneof(fc.double(), fc.string()).map((value) => `defaultConfig: {tracing: {sampling: ${String(value)}}}`),
    );
    fc.assert(
      fc.property(yaml, yaml, (one, other) => {
        const found = decodeMeshConfig([one, other]);
        for (const share of [found?.sampling ?? null, decodeProxySampling(one)])
          if (share !== null) expect(share > 0 && share <= 100).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

/** Each line names the one before nine times. */
function bomb(): string {
  const lines = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
  return [`a0: &a0 [x]`, ...lines].join("\n");
}

describe("the mesh's settings", () => {
  const set = (name: string, sampling: number) => map(name, `defaultConfig: {tracing: {sampling: ${sampling}}}`);

  test("are those of the control plane's ConfigMap, and say where they are from", () => {
    const others = [set("istio", 7), set("istio-canary", 9)];
    expect(read({ maps: others })).toEqual({ known: true, value: 7, from: others[0] });
    expect(read({ maps: others, planes: [CANARY] })).toMatchObject({ value: 9 });
  });

  test("count where all control planes agree", () => {
    const planes = [plane(), CANARY];
    expect(read({ maps: [set("istio", 7), set("istio-canary", 7)], planes })).toMatchObject({ known: true, value: 7 });
    expect(read({ maps: [set("istio", 7), set("istio-canary", 9)], planes })).toEqual({
      ...{ known: false, why: "the mesh’s control planes are set differently" },
    });
  });

  test("without any istiod here are those of a mesh without revisions", () => {
    expect(read({ maps: [set("istio", 7)], planes: [] })).toMatchObject({ value: 7 });
  });

  test("take in what istiod's SHARED_MESH_CONFIG names", () => {
    const planes = [plane({ shared: "all" })];
    expect(read({ maps: [map("istio", "a: b"), set("all", 7)], planes })).toMatchObject({ value: 7 });
    expect(read({ maps: [map("istio")], planes })).toMatchObject({ why: "there is no ConfigMap all in istio-system" });
  });

  test.each<[string, Partial<SettingsGiven>, RegExp]>([
    ["there is no ConfigMap", {}, /there is no ConfigMap istio in istio-system/],
    ["it lies elsewhere", { maps: [map("istio", "{}", "other")] }, /there is no ConfigMap/],
    ["the console may not read it", { unread: "refused" }, /can’t be read: refused/],
    ["the viewer may not", { maps: [map("istio")], sees: () => false }, /an object you may not see/],
    ["it has no key mesh", { maps: [map("istio", null)] }, /can’t be read as MeshConfig/],
    ["it can't be read", { maps: [map("istio", "- a")] }, /can’t be read as MeshConfig/],
    ["control planes aren't known", { maps: [map("istio")], planes: null }, /Deployments aren’t read/],
    ["one of its names isn't", { maps: [map("istio")], planes: [plane({ unclear: "REVISION is set" })] }, /REVISION/],
  ])("aren't known where %s", (_, given, why) => {
    expect(read(given)).toEqual({ known: false, why: expect.stringMatching(why) });
  });
});

describe("control planes", () => {
  const workload = (name: string, more: Partial<Workload>): Workload => ({
    ...{ cluster: "c", namespace: ROOT, name, kind: "Deployment", app: "istiod", version: null, mesh: "istio" },
    ...{
      dataplane: "none",
      serviceAccounts: [],
      annotations: {},
      pods: [],
      services: [],
      goneAt: null,
      createdAt: null,
    },
    ...{ labels: { app: "istiod" }, env: {} },
    ...more,
  });
  const planes = (...all: readonly Workload[]) =>
    controlPlanes(
      {
        ...{ cluster: "c", asOf: unixSeconds(0), namespaces: new Map(), services: new Map(), externalHosts: [] },
        ...{ workloadByIp: new Map(), unread: [] },
        workloads: new Map(all.map((each) => [`${each.namespace}/${each.name}`, each])),
      } satisfies ClusterInventory,
      ROOT,
    );

  test("are istiods in the root namespace, with what their variables name", () => {
    const found = planes(
      workload("istiod", {}),
      workload("istiod-canary", {
        labels: { app: "istiod", "istio.io/rev": "canary" },
        env: { REVISION: "canary", SHARED_MESH_CONFIG: "all", PILOT_TRACE_SAMPLING: "5" },
      }),
      workload("other", { labels: { app: "web" } }),
      workload("gone", { goneAt: unixSeconds(1) }),
      workload("elsewhere", { namespace: "shop" }),
    );
    expect(found).toEqual([plane(), { ...CANARY, everything: false, shared: "all", sampling: { set: "5" } }]);
    expect(configNames(found)).toEqual(["istio", "istio-canary", "all"]);
  });

  test("read objects of their own revision, or without one of all", () => {
    const revisions = (env: Workload["env"]) => {
      const { env: _, ...bare } = workload("istiod", { labels: { app: "istiod", "istio.io/rev": "1-30" } });
      return meshFacts({ why: "hidden" }, planes(env === undefined ? bare : { ...bare, env })).revisions;
    };
    expect(revisions({ REVISION: "1-30" })).toEqual([{ name: "1-30", everything: false }]);
    // Its proxies call it so.
    expect(revisions({})).toEqual([{ name: "default", everything: true }]);
    expect(revisions({ REVISION: "" })).toEqual([{ name: "default", everything: true }]);
    expect(revisions({ REVISION: null })).toEqual([{ name: "1-30", everything: null }]);
    expect(revisions(undefined)).toEqual([{ name: "1-30", everything: null }]);
    expect(meshFacts({ why: "hidden" })).not.toHaveProperty("revisions");
  });

  test("go by their variable, not by their label, which names what isn't known alone", () => {
    const of = (env: Workload["env"]) => {
      const { env: _, ...bare } = workload("istiod", { labels: { app: "istiod", "istio.io/rev": "1-30" } });
      const [one] = planes(env === undefined ? bare : { ...bare, env }) ?? [];
      return [one?.revision, one?.config, one?.unclear];
    };
    expect(of({})).toEqual(["default", "istio", null]);
    expect(of({ REVISION: "" })).toEqual(["default", "istio", null]);
    expect(of({ REVISION: "default" })).toEqual(["default", "istio", null]);
    expect(of({ REVISION: "1-29" })).toEqual(["1-29", "istio-1-29", null]);
    expect(of({ REVISION: null })).toEqual(["1-30", "istio-1-30", expect.stringMatching(/REVISION/)]);
    expect(of(undefined)).toEqual(["1-30", "istio-1-30", expect.stringMatching(/can’t be read/)]);
  });

  test("whose variables come from elsewhere say so", () => {
    const [one] = planes(workload("istiod", { env: { SHARED_MESH_CONFIG: null, PILOT_TRACE_SAMPLING: null } })) ?? [];
    expect(one?.unclear).toContain("SHARED_MESH_CONFIG");
    expect(one?.sampling).toEqual({ why: expect.stringContaining("PILOT_TRACE_SAMPLING") });
  });

  test("aren't known without Deployments; then the name of a mesh without revisions is tried", () => {
    expect(controlPlanes(null, ROOT)).toBeNull();
    expect(configNames(null)).toEqual(["istio"]);
    expect(configNames([plane({ config: "istio-a,metadata.name!=b" })])).toEqual([]);
  });
});

test("what is installed has the names that the charts give, by revision and root namespace", () => {
  expect(installedNames(null, "istio-system")).toMatchObject({
    ConfigMap: ["istio-sidecar-injector"],
    MutatingWebhookConfiguration: ["istio-sidecar-injector", "istio-revision-tag-default"],
    ValidatingWebhookConfiguration: ["istio-validator-istio-system", "istiod-default-validator"],
  });
  expect(installedNames([plane(), CANARY, CANARY, plane({ revision: "../x" })], "mesh")).toMatchObject({
    ConfigMap: ["istio-sidecar-injector", "istio-sidecar-injector-canary"],
    MutatingWebhookConfiguration: [
      ...["istio-sidecar-injector-mesh", "istio-sidecar-injector-canary-mesh"],
      "istio-revision-tag-default-mesh",
    ],
    ValidatingWebhookConfiguration: ["istio-validator-mesh", "istio-validator-canary-mesh", "istiod-default-validator"],
  });
});
