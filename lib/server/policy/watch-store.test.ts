import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKubeClient } from "#lib/kube/client.ts";
import { answer, type FakeKube, startFakeKube, status, until } from "#lib/kube/fake.test-support.ts";
import type { PolicyKind } from "#lib/policy/kind.ts";
import { type Clock, milliseconds, unixSeconds } from "#lib/units.ts";
import type { PolicyStore } from "./store.ts";
import { watchStore } from "./watch-store.ts";

const clock: Clock = { now: () => unixSeconds(1_700_000_000), monotonic: () => milliseconds(performance.now()) };
const kind = (name: string, plural: string, versions: PolicyKind["versions"]): PolicyKind => ({
  ...{ group: "networking.istio.io", kind: name, plural, versions },
  ...{ namespaced: true, area: "routing" as const, about: "For tests." },
});
const kinds = [
  kind("VirtualService", "virtualservices", ["v1", "v1beta1"]),
  kind("Sidecar", "sidecars", ["v1"]),
  kind("EnvoyFilter", "envoyfilters", ["v1alpha3"]),
];
const PATH = "/apis/networking.istio.io/v1beta1/virtualservices";
const RECORDS = "/apis/apps/v1/controllerrevisions";
const object = (name: string, version: number, weight = 1, more: object = {}) => ({
  apiVersion: "networking.istio.io/v1beta1",
  kind: "VirtualService",
  metadata: { name, namespace: "shop", uid: `u-${name}`, resourceVersion: String(version) },
  spec: { weight },
  ...more,
});

const ACCOUNTS = "/api/v1/serviceaccounts";
const MAPS = "/api/v1/namespaces/istio-system/configmaps";
const settings = (name: string, version: number, mesh = "enableAutoMtls: true") => ({
  metadata: { name, namespace: "istio-system", resourceVersion: String(version) },
  data: { mesh },
});

const account = (name: string, version: number) => ({
  metadata: { name, namespace: "shop", resourceVersion: String(version), annotations: { note: "s3cret" } },
  secrets: [{ name: `${name}-token` }],
});

let names: readonly string[];
let named: () => void;
let fake: FakeKube;
let store: PolicyStore;
let end: () => Promise<void>;

beforeEach(async () => {
  fake = await startFakeKube();
  fake.lists.set(PATH, [object("a", 1)]);
  fake.lists.set(RECORDS, [{ metadata: { name: "r", namespace: "shop" }, data: { step: 1 } }]);
  const served = new Map<string, unknown>([
    ["/apis/gateway.networking.k8s.io", { versions: [{ version: "v1" }] }],
    ["/apis/gateway.networking.k8s.io/v1", { resources: [{ name: "gateways" }] }],
    ["/apis/rbac.istio.io", { versions: [{ version: "v1alpha1" }] }],
    ["/apis/rbac.istio.io/v1alpha1", { resources: [{ name: "serviceroles" }] }],
  ]);
  fake.script = (response, { path }) => {
    if (served.has(path)) {
      answer(response, 200, served.get(path));
      return true;
    }
    if (!path.endsWith("envoyfilters") && !path.endsWith("validatingwebhookconfigurations")) return false;
    status(response, 403, "Forbidden", "no");
    return true;
  };
  fake.lists.set("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", [
    { metadata: { name: "istio-sidecar-injector", resourceVersion: "1" }, webhooks: [] },
  ]);
  fake.lists.set(MAPS, [settings("istio", 1)]);
  fake.lists.set(ACCOUNTS, [account("vm", 1)]);
  const client = createKubeClient(fake.target, { clock, random: () => 0.5 });
  const stop = new AbortController();
  const pace = { firstRetry: 5, longestRetry: 20, refused: 60_000, lasting: 10_000 };
  names = ["istio"];
  store = watchStore({
    ...{ clients: new Map([["west", client]]), kinds, clock, signal: stop.signal, pace },
    settings: {
      namespace: () => "istio-system",
      names: () => names,
      installed: () => ({
        MutatingWebhookConfiguration: ["istio-sidecar-injector"],
        ValidatingWebhookConfiguration: ["istiod-default-validator"],
      }),
      onChange: (listener) => {
        named = listener;
        return () => {};
      },
    },
  });
  end = async () => {
    stop.abort();
    await store.close();
    await client.close();
    await fake.close();
  };
});
afterEach(() => end());

const west = () => {
  const found = store.clusters().get("west");
  if (!found) throw new Error("no cluster west");
  return found;
};
const watching = async (path: string) => {
  await until(() => fake.watches.some((watch) => watch.path === path) && west().asOf !== null, `a watch of ${path}`);
  const found = fake.watches.find((watch) => watch.path === path);
  if (!found) throw new Error("no watch");
  return found;
};

test("reads each kind in the version that is served, whole, and says what it couldn't read", async () => {
  await watching(PATH);
  await watching(RECORDS);
  await until(() => west().unread.every(({ code }) => code !== null), "every kind");
  expect(west().objects("VirtualService")).toEqual([object("a", 1)]);
  expect(west().kind("VirtualService")?.version).toBe("v1beta1");
  expect(west().kind("Sidecar")).toBeNull();
  expect(west().unread.map((each) => [each.kind, each.code])).toEqual([
    ["Sidecar", "not_found"],
    ["EnvoyFilter", "forbidden"],
  ]);
  expect(store.records("west")).toMatchObject([
    { apiVersion: "apps/v1", kind: "ControllerRevision", data: { step: 1 } },
  ]);
  const asked = fake.seen.filter(({ path }) => path === RECORDS);
  expect(new Set(asked.map(({ query }) => query.get("labelSelector")))).toEqual(
    new Set(["app.kubernetes.io/managed-by=meshscope"]),
  );
  const [said] = store.statuses();
  expect(said).toMatchObject({ kind: "kubernetes", state: "partial", problem: { code: "forbidden" } });
  expect(said?.missing).toEqual([expect.objectContaining({ what: "EnvoyFilter of cluster 'west'" })]);
});

test("keeps what it saw change, not what it found, nor a status", async () => {
  const watch = await watching(PATH);
  watch.send("MODIFIED", object("a", 2, 1, { status: { ok: true } }));
  watch.send("MODIFIED", object("a", 3, 7));
  watch.send("ADDED", object("b", 4));
  watch.send("DELETED", object("a", 5, 7));
  await until(() => store.seen().length === 3, "three changes");
  const spec = (each: { spec?: unknown } | null) => each?.spec ?? null;
  expect(store.seen().map(({ object: { name }, before, after }) => [name, spec(before), spec(after)])).toEqual([
    ["a", { weight: 1 }, { weight: 7 }],
    ["b", null, { weight: 1 }],
    ["a", { weight: 7 }, null],
  ]);
  expect(
    west()
      .objects("VirtualService")
      .map(({ metadata }) => metadata.name),
  ).toEqual(["b"]);
});

describe("the mesh's settings", () => {
  const data = () =>
    west()
      .objects("ConfigMap")
      .map((each) => each["data"]);
  const selected = () =>
    fake.watches.filter(({ path }) => path === MAPS).map(({ query }) => query.get("fieldSelector"));

  test("are one ConfigMap, asked for by its name in one namespace, and followed", async () => {
    const watch = await watching(MAPS);
    await until(() => data().length === 1, "the ConfigMap");
    const asked = fake.seen.filter(({ path }) => path.endsWith("/configmaps"));
    expect(new Set(asked.map(({ path, query }) => `${path} ${query.get("fieldSelector")}`))).toEqual(
      new Set([`${MAPS} metadata.name=istio`]),
    );
    watch.send("MODIFIED", { kind: "ConfigMap", ...settings("istio", 2, "enableAutoMtls: false") });
    await until(() => JSON.stringify(data()).includes("false"), "the change");
    // They are no policies: nobody is told of a change of one.
    expect(store.seen()).toEqual([]);
    watch.send("DELETED", { kind: "ConfigMap", ...settings("istio", 3) });
    await until(() => data().length === 0, "its end");
    expect(west().unread.map(({ kind }) => kind)).not.toContain("ConfigMap");
  });

  test("of other revisions are read as these come and go", async () => {
    await watching(MAPS);
    fake.lists.set(MAPS, [settings("istio", 1), settings("istio-canary", 1), settings("istio-ca-root-cert", 1)]);
    names = ["istio-canary", "istio"];
    named();
    await until(() => data().length === 2, "both");
    names = ["istio-canary"];
    named();
    await until(() => selected().join() === "metadata.name=istio-canary", "one watch");
    expect(
      west()
        .objects("ConfigMap")
        .map(({ metadata }) => metadata.name),
    ).toEqual(["istio-canary"]);
  });

  test("that may not be read are told, with the Role that allows it", async () => {
    await watching(RECORDS);
    fake.script = (response, { path }) => {
      if (path !== MAPS) return false;
      status(response, 403, "Forbidden", "no");
      return true;
    };
    names = ["istio-canary"];
    named();
    await until(
      () => west().unread.some(({ kind, code }) => kind === "ConfigMap" && code === "forbidden"),
      "a refusal",
    );
    expect(store.statuses()[0]?.missing.at(-1)).toMatchObject({
      what: "ConfigMap istio-canary of cluster 'west'",
      setting: expect.stringContaining("rbac-mesh.yaml"),
    });
  });
});

test("forgets all but the last thousand", async () => {
  const watch = await watching(PATH);
  for (let i = 0; i < 1005; i++) watch.send("MODIFIED", object("a", 10 + i, 10 + i));
  await until(() => store.seen().at(-1)?.after?.metadata.resourceVersion === "1014", "the last change");
  expect(store.seen()).toHaveLength(1000);
  expect(store.seen()[0]?.after?.metadata.resourceVersion).toBe("15");
});

test("reads what is installed by its names, and says what it has no right to without calling it unread", async () => {
  const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
  await watching(path);
  await until(() => west().objects("MutatingWebhookConfiguration").length > 0, "the webhook");
  expect(west().objects("MutatingWebhookConfiguration")).toMatchObject([
    { metadata: { name: "istio-sidecar-injector" } },
  ]);
  const asked = fake.seen.filter((each) => each.path === path);
  expect(new Set(asked.map(({ query }) => query.get("fieldSelector")))).toEqual(
    new Set(["metadata.name=istio-sidecar-injector"]),
  );
  await until(() => (west().unchecked ?? []).length > 0 && west().whole?.length === 1, "a refusal");
  expect(west().unchecked?.map(({ kind, name, code }) => [kind, name, code])).toEqual([
    ["ValidatingWebhookConfiguration", "istiod-default-validator", "forbidden"],
  ]);
  expect(west().unread.map((each) => each.kind)).not.toContainEqual(expect.stringContaining("Webhook"));
});

test("reads ServiceAccounts for their names, and keeps no more of them", async () => {
  const watch = await watching(ACCOUNTS);
  await until(() => west().whole?.length === 1, "the accounts");
  const read = () => west().objects("ServiceAccount");
  const kept = (name: string) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "shop" } });
  expect(read()).toEqual([kept("vm")]);
  const asked = fake.seen.filter(({ path }) => path === ACCOUNTS);
  for (const { headers } of asked) expect(headers.accept).toContain("as=PartialObjectMetadata");
  const before = read();
  watch.send("MODIFIED", account("vm", 2));
  watch.send("ADDED", account("ci", 3));
  await until(() => read().length === 2, "another account");
  expect(read()).toEqual([kept("vm"), kept("ci")]);
  // What stays is the same object, so that no check begins again for it.
  expect(read()[0]).toBe(before[0]);
  watch.send("DELETED", account("vm", 4));
  await until(() => read().length === 1, "its end");
  expect(read()).toEqual([kept("ci")]);
  expect(store.seen()).toEqual([]);
});

test("tells of kinds that Istio no longer has by discovery", async () => {
  const crds = () =>
    west()
      .objects("CustomResourceDefinition")
      .map(({ metadata }) => metadata.name);
  await until(() => crds().length > 1, "discovery");
  expect(crds()).toEqual(["gateways.gateway.networking.k8s.io", "serviceroles.rbac.istio.io"]);
});

test("tells which versions of the Gateway API's kinds are served", async () => {
  await until(() => west().objects("CustomResourceDefinition").length > 1, "discovery");
  expect(west().objects("CustomResourceDefinition").slice(0, 1)).toEqual([
    {
      ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
      metadata: { name: "gateways.gateway.networking.k8s.io" },
      spec: { group: "gateway.networking.k8s.io", versions: [{ name: "v1", served: true }] },
    },
  ]);
  expect(west().objects("CustomResourceDefinition")).toBe(west().objects("CustomResourceDefinition"));
});
