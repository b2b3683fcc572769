import { describe, expect, test } from "vitest";
import { parseFindingsQuery } from "#lib/api/findings.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refOf } from "#lib/policy/ref.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { HIDDEN, hiddenNames } from "../rights/filter.ts";
import type { Question, Rights } from "../rights/model.ts";
import { Checks } from "./checks.ts";
import type { Viewer } from "./deps.ts";
import { type FindingsDeps, listFindings } from "./findings.ts";
import { viewerOf } from "./listable.ts";
import { readingPort } from "./port.ts";
import type { PolicyStore } from "./store.ts";

const NOW = unixSeconds(1_700_000_000);
const object = (
  kind: string,
  namespace: string,
  name: string,
  spec: object,
  group = "networking.istio.io",
): Manifest => ({
  ...{ apiVersion: `${group}/v1`, kind, spec: spec as never },
  metadata: { namespace, name, creationTimestamp: "2026-01-01T00:00:00Z" },
});
const route = (namespace: string, name: string, host: string, more: object = {}) =>
  object("VirtualService", namespace, name, { hosts: [host], http: [{ route: [{ destination: { host, ...more } }] }] });

/** Two namespaces; `bank` is hidden from ana. */
const world = {
  missing: route("shop", "lost", "nobody"),
  inBank: route("bank", "lost", "nobody"),
  namesBank: route("shop", "away", "other.bank.svc.cluster.local"),
  hiddenExists: route("shop", "ledger", "ledger.bank.svc.cluster.local"),
};
const service = (namespace: string, name: string) =>
  [
    `${namespace}/${name}`,
    { cluster: "west", namespace, name, selector: {}, ports: [], headless: false, workloads: [] },
  ] as const;
const inventory: ClusterInventory = {
  ...{ cluster: "west", asOf: NOW, namespaces: new Map(), workloads: new Map(), externalHosts: [], unread: [] },
  ...{ services: new Map([service("bank", "ledger"), service("shop", "reviews")]), workloadByIp: new Map() },
};
const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["west", { user: "ana", token: "t" }]]),
};
const rights = (denied: readonly string[] = []): Rights => ({
  visibility: async ({ role }) => ({
    ...{ key: role, all: role !== "user", cluster: () => true },
    namespace: (_, namespace) => role !== "user" || ["shop", "istio-system"].includes(namespace),
  }),
  ask: async (_, questions) => questions.map(({ resource }) => ({ allowed: !denied.includes(resource), reason: "" })),
});

function depsOf(
  objects: readonly Manifest[],
  o: {
    asOf?: UnixSeconds | null;
    unread?: { kind: string; code: string }[];
    unchecked?: { kind: string; name?: string; reason: string; code: string }[];
    denied?: string[];
    whole?: string[];
    istiodNamespace?: string;
    inventory?: ClusterInventory | null;
  } = {},
) {
  const { asOf = NOW, unread = [] } = o;
  const policies = {
    ...{ cluster: "west", asOf, kind: () => null },
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
    unread: unread.map((each) => ({ ...each, reason: "No." })),
    ...(o.unchecked ? { unchecked: o.unchecked } : {}),
    ...(o.whole ? { whole: o.whole } : {}),
  };
  const store = {
    clusters: () => new Map([["west", policies]]),
    ...{ seen: () => [], records: () => [], statuses: () => [], onChange: () => () => {}, close: async () => {} },
  } satisfies PolicyStore;
  const read = () => (o.inventory === null ? new Map() : new Map([["west", o.inventory ?? inventory]]));
  const checks = new Checks({ kinds: readingPort.kinds, store, inventory: read, rootNamespace: () => "istio-system" });
  const deps = {
    ...{ port: readingPort, store, rights: rights(o.denied), checks, rootNamespace: () => "istio-system" },
    istiodNamespace: () => o.istiodNamespace ?? "istio-system",
    text:
      ({ visibility }: Viewer) =>
      (text: string) =>
        !visibility.all && hiddenNames(["bank"])(text) ? HIDDEN : text,
  };
  return { deps: deps as unknown as FindingsDeps, checks };
}
const ask = (deps: FindingsDeps, credential: Credential, text = "") =>
  listFindings(deps, credential, parseFindingsQuery(new URLSearchParams(text)));
const names = async (answer: ReturnType<typeof ask>) =>
  (await answer).items.map(({ object: o }) => `${o.namespace}/${o.name}`);

describe("GET /findings", () => {
  const all = Object.values(world);

  test("answers all that is found, with counts, and what of it was asked for", async () => {
    const { deps } = depsOf([...all, route("shop", "single", "reviews", { weight: 1 })]);
    const answer = await ask(deps, ANONYMOUS);
    expect(answer).toMatchObject({ counts: { error: 3, warning: 0, info: 0 }, asOf: "2023-11-14T22:13:20Z" });
    expect(answer.items[0]).toMatchObject({
      code: "destination-host-unknown",
      also: ["KIA1101", "IST0101"],
      path: "spec.http[0].route[0].destination.host",
    });
    expect(answer.items[0]).not.toHaveProperty("namespaces");
    expect(await names(ask(deps, ANONYMOUS, "codes=KIA1101&namespaces=bank"))).toEqual(["bank/lost"]);
    expect((await ask(deps, ANONYMOUS, "severities=warning")).items).toEqual([]);
  });

  test("leaves out what speaks of a namespace that the viewer can't see, existing or not", async () => {
    const { deps } = depsOf(all);
    expect(await names(ask(deps, ana))).toEqual(["shop/lost"]);
  });

  test("a host in a namespace that can't be seen isn't called missing", async () => {
    const rules = [{ to: [{ operation: { hosts: ["nobody.bank.svc.cluster.local"] } }] }];
    const policy = object("AuthorizationPolicy", "shop", "only", { rules }, "security.istio.io");
    const { deps } = depsOf([policy]);
    expect(await names(ask(deps, ANONYMOUS))).toEqual(["shop/only"]);
    expect(await names(ask(deps, ana))).toEqual([]);
  });

  test("what only the hidden have is not called missing", async () => {
    const { deps } = depsOf([world.hiddenExists]);
    expect(await names(ask(deps, ana))).toEqual([]);
  });

  test("leaves out kinds that the viewer may not list", async () => {
    const { deps } = depsOf(all, { denied: ["virtualservices"] });
    expect(await names(ask(deps, ana))).toEqual([]);
  });

  test("tells what the mesh's settings say to who may get their ConfigMap alone", async () => {
    const rules = [{ from: [{ source: { principals: ["corp/ns/shop/sa/web"] } }] }];
    const config: Manifest = {
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" } },
      data: { mesh: "trustDomain: mesh" },
    };
    const all = [object("AuthorizationPolicy", "shop", "only", { rules }, "security.istio.io"), config];
    const wrong = async (denied: string[]) =>
      (await ask(depsOf(all, { denied }).deps, ana)).items.flatMap(({ code, evidence }) =>
        code === "trust-domain-unknown" ? evidence.map((each) => each.object.name) : [],
      );
    expect(await wrong([])).toEqual(["istio"]);
    expect(await wrong(["configmaps"])).toEqual([]);
  });

  test("tells of webhooks and CRDs those alone who may get them, and what of them isn't read", async () => {
    const webhook: Manifest = {
      ...{ apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingWebhookConfiguration" },
      metadata: { name: "istio-sidecar-injector" },
      webhooks: [{ name: "inject", clientConfig: { url: "https://10.0.0.1/inject" } }],
    };
    const crd: Manifest = {
      ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
      metadata: { name: "gateways.gateway.networking.k8s.io" },
      spec: { versions: [{ name: "v1beta1", served: true }] },
    };
    const found = async (credential: Credential, denied: string[] = []) =>
      (await ask(depsOf([webhook, crd], { denied }).deps, credential)).items.map(({ code }) => code);
    const [both, hook] = [["gateway-api-soon-unread", "control-plane-by-address"], ["control-plane-by-address"]];
    expect(await found(ANONYMOUS)).toEqual(both);
    expect(await found(ana)).toEqual(both);
    expect(await found(ana, ["customresourcedefinitions"])).toEqual(hook);
    expect(await found(ana, ["customresourcedefinitions", "mutatingwebhookconfigurations"])).toEqual([]);
    const unchecked = [{ kind: "MutatingWebhookConfiguration", reason: "No.", code: "forbidden" }];
    const { deps } = depsOf([], { unchecked });
    expect((await ask(deps, ana)).unread).toEqual([{ cluster: "west", ...unchecked[0] }]);
  });

  test("that there is no such account is told to who may list ServiceAccounts there, and to nobody where they aren't read", async () => {
    const accounts = ["shop", "bank"].map(
      (namespace): Manifest => ({
        ...{ apiVersion: "v1", kind: "ServiceAccount" },
        metadata: { namespace, name: "default" },
      }),
    );
    const group = (namespace: string) =>
      object("WorkloadGroup", namespace, "vm", { template: { serviceAccount: "nobody" } });
    const all = [group("shop"), group("bank"), ...accounts];
    const whole = ["ServiceAccount"];
    const found = async (credential: Credential, o: Parameters<typeof depsOf>[1] = {}) =>
      (await ask(depsOf(all, { whole, ...o }).deps, credential)).items.map(
        ({ code, object: { namespace } }) => `${code} ${namespace}`,
      );
    expect(await found(ANONYMOUS)).toEqual(["group-account-unknown bank", "group-account-unknown shop"]);
    expect(await found(ana)).toEqual(["group-account-unknown shop"]);
    expect(await found(ana, { denied: ["serviceaccounts"] })).toEqual([]);
    expect(await found(ANONYMOUS, { whole: [] })).toEqual([]);
  });

  test("that a pattern takes in no account is told to who may list accounts wherever it may be", async () => {
    const SECURITY = "security.istio.io";
    const policy = (name: string, principal: string) =>
      object(
        "AuthorizationPolicy",
        "shop",
        name,
        { rules: [{ from: [{ source: { principals: [principal] } }] }] },
        SECURITY,
      );
    const account: Manifest = {
      ...{ apiVersion: "v1", kind: "ServiceAccount" },
      metadata: { namespace: "shop", name: "default" },
    };
    const all = [policy("any", "*/sa/nobody"), policy("own", "cluster.local/ns/shop/sa/nob*"), account];
    // Of no namespace but shop, where Roles may allow it.
    const within = (deps: FindingsDeps): FindingsDeps => ({
      ...deps,
      rights: {
        ...deps.rights,
        ask: async (_, questions) =>
          questions.map(({ resource, namespace }) => ({
            allowed: resource !== "serviceaccounts" || namespace === "shop",
            reason: "",
          })),
      },
    });
    const told = (o: Parameters<typeof depsOf>[1], narrow = (deps: FindingsDeps) => deps) =>
      names(ask(narrow(depsOf(all, { whole: ["ServiceAccount"], ...o }).deps), ana));
    expect(await told({})).toEqual(["shop/any", "shop/own"]);
    expect(await told({}, within)).toEqual(["shop/own"]);
    expect(await told({ denied: ["serviceaccounts"] })).toEqual([]);
    expect(await told({ whole: [] })).toEqual(["shop/any", "shop/own"]);
  });

  test("asks for accounts where a policy may name one, and nowhere else", async () => {
    const account: Manifest = {
      ...{ apiVersion: "v1", kind: "ServiceAccount" },
      metadata: { namespace: "shop", name: "default" },
    };
    const asked = async (...objects: readonly Manifest[]) => {
      const { deps } = depsOf([account, ...objects], { whole: ["ServiceAccount"] });
      const seen: string[] = [];
      const counting: Rights = {
        ...deps.rights,
        ask: (credential, questions, signal) => {
          seen.push(...questions.map(({ resource }) => resource));
          return deps.rights.ask(credential, questions, signal);
        },
      };
      await ask({ ...deps, rights: counting }, ana);
      return seen.includes("serviceaccounts");
    };
    expect(await asked(world.missing)).toBe(false);
    expect(await asked(object("AuthorizationPolicy", "shop", "p", {}, "security.istio.io"))).toBe(true);
  });

  test("asks of CRDs about those alone that something is found of", async () => {
    const crd = (plural: string, versions: readonly string[], bundle = "v1.5.0"): Manifest => ({
      ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
      metadata: {
        name: `${plural}.gateway.networking.k8s.io`,
        annotations: { "gateway.networking.k8s.io/bundle-version": bundle },
      },
      spec: { versions: versions.map((name) => ({ name, served: true })) },
    });
    const { deps } = depsOf([
      ...["gateways", "gatewayclasses", "httproutes"].map((each) => crd(each, ["v1", "v1beta1"])),
      ...[crd("referencegrants", ["v1"]), crd("grpcroutes", ["v1alpha2"]), crd("tcproutes", ["v1alpha2"])],
      ...[crd("tlsroutes", ["v1alpha3"], "v1.4.1"), crd("udproutes", ["v1alpha2"])],
    ]);
    const asked: Question[] = [];
    const counting: Rights = {
      ...deps.rights,
      ask: (credential, questions, signal) => {
        asked.push(...questions);
        return deps.rights.ask(credential, questions, signal);
      },
    };
    const { items } = await ask({ ...deps, rights: counting }, ana);
    const found = ["grpcroutes", "referencegrants", "tlsroutes"].map((each) => `${each}.gateway.networking.k8s.io`);
    expect(new Set(items.map(({ object: { name } }) => name))).toEqual(new Set(found));
    expect(new Set(asked.map(({ name }) => name))).toEqual(new Set(found));
    expect([items.length, asked.length]).toEqual([found.length, found.length]);
  });

  test("of what can't be read names no object to who doesn't see where istiod runs, and nothing hidden to anybody", async () => {
    const [name, where] = ["istio-validator-canary-bank", "No right to get ConfigMap in namespace bank."];
    const unchecked = [
      { kind: "ConfigMap", name: "istio-sidecar-injector-canary", reason: where, code: "forbidden" },
      { kind: "ValidatingWebhookConfiguration", name, reason: `HTTP 500: no ${name}x`, code: "upstream_bad" },
      { kind: "ValidatingWebhookConfiguration", name, reason: "No.", code: "forbidden" },
    ];
    const told = async (credential: Credential, istiodNamespace: string) =>
      (await ask(depsOf([], { unchecked, istiodNamespace }).deps, credential)).unread.map(({ kind, reason }) => [
        kind,
        reason,
      ]);
    const all = unchecked.map(({ kind, name: own, reason }) => [`${kind} ${own}`, reason]);
    expect(await told(ANONYMOUS, "bank")).toEqual(all);
    expect(await told(ana, "bank")).toEqual([
      ["ConfigMap", HIDDEN],
      ["ValidatingWebhookConfiguration", HIDDEN],
      ["ValidatingWebhookConfiguration", "No."],
    ]);
    expect(await told(ana, "istio-system")).toEqual([[all[0]?.[0], HIDDEN], ...all.slice(1)]);
  });

  test("what the console can't read is not missing", async () => {
    expect(
      await names(ask(depsOf(all, { unread: [{ kind: "ServiceEntry", code: "forbidden" }] }).deps, ANONYMOUS)),
    ).toEqual([]);
    expect(await names(ask(depsOf(all, { inventory: null }).deps, ANONYMOUS))).toEqual([]);
    const none = { unread: [{ kind: "ServiceEntry", code: "not_found" }] };
    expect(await names(ask(depsOf([world.missing], none).deps, ANONYMOUS))).toEqual(["shop/lost"]);
  });

  test("nothing is said before all objects were read", async () => {
    const answer = await ask(depsOf(all, { asOf: null }).deps, ANONYMOUS);
    expect(answer).toMatchObject({ items: [], asOf: null });
  });
});

describe("a plan's step", () => {
  test("says what it brings and what it takes away, as the viewer may see it", async () => {
    const { deps, checks } = depsOf([world.missing]);
    const viewer = await viewerOf(deps, ana);
    const ref = refOf("west", world.missing);
    const fixed = route("shop", "lost", "reviews", {});
    expect(checks.ofPlan("west", viewer, [{ ref, before: world.missing, after: fixed }])).toMatchObject([
      [{ code: "destination-host-unknown", change: "gone" }],
    ]);
    expect(checks.ofPlan("west", viewer, [{ ref, before: fixed, after: world.missing }])).toMatchObject([
      [{ code: "destination-host-unknown", change: "new" }],
    ]);
    const away = { ref: refOf("west", world.namesBank), before: null, after: world.namesBank };
    expect(checks.ofPlan("west", viewer, [away])).toEqual([[]]);
  });

  test("of a new object a conflict is reported on the newcomer", async () => {
    const old = route("shop", "old", "reviews");
    const { deps, checks } = depsOf([old]);
    const newcomer = route("shop", "aaa", "reviews");
    const step = {
      ref: refOf("west", newcomer),
      before: null,
      after: { ...newcomer, metadata: { name: "aaa", namespace: "shop" } },
    };
    expect(checks.ofPlan("west", await viewerOf(deps, ana), [step])).toMatchObject([
      [{ code: "mesh-host-claimed-twice", change: "new", object: { name: "aaa" } }],
    ]);
  });
});
