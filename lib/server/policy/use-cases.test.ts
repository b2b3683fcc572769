import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parsePoliciesQuery, parseServicesQuery } from "#lib/api/policies.ts";
import { problemOf } from "#lib/errors.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { createKubeClient, type KubeClient } from "#lib/kube/client.ts";
import { answer, type FakeKube, startFakeKube } from "#lib/kube/fake.test-support.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type Clock, milliseconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import type { Question, Rights } from "../rights/model.ts";
import { Checks } from "./checks.ts";
import type { FindingsDeps } from "./findings.ts";
import { readingPort } from "./port.ts";
import { kindSchema } from "./schema.ts";
import type { PolicyStore } from "./store.ts";
import { policyUseCases } from "./use-cases.ts";

const NOW = unixSeconds(1_700_000_000);
const clock: Clock = { now: () => NOW, monotonic: () => milliseconds(0) };
const NET = "networking.istio.io";
const vs = (namespace: string, name: string): Manifest => ({
  apiVersion: `${NET}/v1`,
  kind: "VirtualService",
  metadata: {
    ...{ namespace, name, uid: `u-${name}`, resourceVersion: "7", creationTimestamp: "2026-01-01T00:00:00Z" },
    annotations: { "example.com/token": "s3cret" },
    managedFields: [
      { manager: "kubectl", operation: "Update", fieldsV1: { "f:spec": {} }, time: "2026-01-02T00:00:00Z" },
    ],
  },
  spec: { hosts: [name], http: [{ route: [{ destination: { host: name, subset: "v1" } }] }] },
});
const rule = (namespace: string, name: string): Manifest => ({
  apiVersion: `${NET}/v1`,
  kind: "DestinationRule",
  metadata: { namespace, name, uid: `d-${name}`, resourceVersion: "8" },
  spec: { host: name, subsets: [{ name: "v1", labels: { version: "v1" } }] },
});
const objects = [vs("shop", "reviews"), rule("shop", "reviews"), vs("bank", "ledger")];
const service = (namespace: string, name: string) =>
  [
    `${namespace}/${name}`,
    { cluster: "west", namespace, name, selector: {}, ports: [], headless: false, workloads: [] },
  ] as const;
const inventory: ClusterInventory = {
  ...{ cluster: "west", asOf: NOW, namespaces: new Map(), workloads: new Map(), externalHosts: [], unread: [] },
  ...{ services: new Map([service("shop", "reviews"), service("bank", "ledger")]), workloadByIp: new Map() },
};
const store: PolicyStore = {
  clusters: () =>
    new Map([
      [
        "west",
        {
          cluster: "west",
          asOf: NOW,
          objects: (kind) => objects.filter((each) => manifestKindKey(each) === kind),
          kind: () => null,
          unread: [{ kind: "Sidecar", reason: "No right.", code: "forbidden" }],
        },
      ],
    ]),
  ...{ seen: () => [], records: () => [], statuses: () => [], onChange: () => () => {}, close: async () => {} },
};
const anna: Credential = {
  ...ANONYMOUS,
  ...{ strategy: "token", role: "user", user: "anna", session: "s" },
  clusters: new Map([["west", { user: "anna", token: "anna-token" }]]),
};

let fake: FakeKube;
let client: KubeClient;
let asked: Question[];
let allow: (question: Question) => boolean;
const rights: Rights = {
  visibility: async ({ role }) => ({
    ...{ key: role, all: role !== "user", cluster: () => true },
    namespace: (_, namespace) => role !== "user" || namespace === "shop",
  }),
  ask: async (_, questions) => {
    asked.push(...questions);
    return questions.map((question) => ({ allowed: allow(question), reason: "" }));
  },
};
const reads = () => {
  const deps: FindingsDeps = {
    ...{ port: readingPort, store, rights, clients: new Map([["west", client]]) },
    ...{ inventory: () => new Map([["west", inventory]]), rootNamespace: () => "istio-system" },
    history: async () => [],
    text: () => (text) => text,
    checks: new Checks({
      kinds: readingPort.kinds,
      store,
      inventory: () => new Map([["west", inventory]]),
      rootNamespace: () => "istio-system",
    }),
  };
  return policyUseCases(deps);
};
const query = (text = "") => parsePoliciesQuery(new URLSearchParams(text));
const ref = (namespace: string, name: string) => ({
  ...{ cluster: "west", group: NET, version: "v1", kind: "VirtualService", namespace, name },
});
const codeOf = (run: Promise<unknown>) =>
  run.then(
    () => "none",
    (thrown: unknown) => problemOf(thrown).code,
  );

beforeEach(async () => {
  asked = [];
  allow = () => true;
  fake = await startFakeKube();
  fake.script = (response, { path }) => {
    const found = objects.find(({ metadata }) =>
      path.endsWith(`/${metadata.namespace}/virtualservices/${metadata.name}`),
    );
    if (!found) return false;
    answer(response, 200, found);
    return true;
  };
  client = createKubeClient(fake.target, { clock });
});
afterEach(async () => {
  await client.close();
  await fake.close();
});

test.each(["hidden", "nowhere"])("lists of namespace %s, which anna can't see, are refused", async (namespace) => {
  const asked = query(`namespaces=${namespace}`);
  expect(await codeOf(reads().policies(anna, asked))).toBe("forbidden");
  expect(await codeOf(reads().services(anna, asked))).toBe("forbidden");
  expect(await codeOf(reads().policies(anna, query(`node=west/${namespace}/workload/x`)))).toBe("forbidden");
});

describe("the list", () => {
  const names = async (credential: Credential, text = "") =>
    (await reads().policies(credential, query(text))).items.map(
      ({ object }) => `${object.kind} ${object.namespace}/${object.name}`,
    );

  test("is whole for nobody in particular, and asks no rights of theirs", async () => {
    expect(await names(ANONYMOUS)).toEqual([
      "DestinationRule shop/reviews",
      "VirtualService bank/ledger",
      "VirtualService shop/reviews",
    ]);
    expect(asked).toEqual([]);
  });

  test("holds for a user only what namespace and kind allow", async () => {
    expect(await names(anna)).toEqual(["DestinationRule shop/reviews", "VirtualService shop/reviews"]);
    allow = ({ resource, namespace }) => resource === "virtualservices" && namespace === "shop";
    expect(await names(anna)).toEqual(["VirtualService shop/reviews"]);
    expect(asked.every(({ namespace }) => namespace === null || namespace === "shop")).toBe(true);
    allow = () => false;
    expect(await names(anna)).toEqual([]);
  });

  test("is filtered, told in pages, and says what couldn't be read and as of when", async () => {
    expect(await names(ANONYMOUS, "namespaces=bank")).toEqual(["VirtualService bank/ledger"]);
    expect(await names(ANONYMOUS, "clusters=east")).toEqual([]);
    expect(await names(ANONYMOUS, "node=west/shop/workload/reviews")).toEqual([]);
    expect(() => query("node=west/shop/service/reviews")).toThrow(/the id of a workload or an app as in \/graph/);
    const first = await reads().policies(ANONYMOUS, query("limit=1&kinds=VirtualService,Sidecar"));
    expect(first).toMatchObject({ asOf: "2023-11-14T22:13:20Z", unread: [{ cluster: "west", kind: "Sidecar" }] });
    const rest = await reads().policies(ANONYMOUS, query(`limit=1&kinds=VirtualService&next=${first.next}`));
    expect([...first.items, ...rest.items].map(({ object }) => object.name)).toEqual(["ledger", "reviews"]);
    expect(rest).toMatchObject({ unread: [] });
    expect(rest.items[0]).toMatchObject({ changedBy: "kubectl", createdAt: "2026-01-01T00:00:00Z", problem: null });
  });

  test("carries manifests when asked, without bookkeeping and secrets", async () => {
    const { items } = await reads().policies(ANONYMOUS, query("include=manifest&namespaces=bank"));
    expect(items[0]?.manifest?.metadata).not.toHaveProperty("managedFields");
    expect(JSON.stringify(items)).not.toContain("s3cret");
  });
});

describe("one object", () => {
  test("is read with the user's token, with references both ways and what they may do", async () => {
    allow = ({ verb }) => verb !== "delete";
    const shown = await reads().policy(anna, ref("shop", "reviews"));
    expect(fake.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer anna-token"]);
    expect(shown).toMatchObject({
      resourceVersion: "7",
      rights: { update: true, patch: true, delete: false, create: true },
      history: [],
    });
    const to = shown.references.to.map(({ object, found }) => [object?.kind, found]);
    expect(to).toContainEqual(["DestinationRule", true]);
    expect(shown.manifest.metadata).not.toHaveProperty("managedFields");
  });

  test("is read by the console for those who aren't signed in, who may do nothing", async () => {
    const shown = await reads().policy(ANONYMOUS, ref("bank", "ledger"));
    expect(fake.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer console"]);
    expect(Object.values(shown.rights)).toEqual([false, false, false, false]);
  });

  test.each([
    ["forbidden", ref("bank", "ledger")],
    ["forbidden", ref("bank", "gone")],
    ["forbidden", { ...ref("shop", "reviews"), cluster: "nowhere" }],
    ["not_found", ref("shop", "gone")],
    ["not_found", { ...ref("shop", "reviews"), version: "v9" }],
    ["not_found", { ...ref("shop", "reviews"), namespace: null }],
  ])("%s: %j", async (code, object) => {
    expect(await codeOf(reads().policy(anna, object))).toBe(code);
  });

  test("of a cluster without a sign-in is refused, not read by the console", async () => {
    expect(await codeOf(reads().policy({ ...anna, clusters: new Map() }, ref("shop", "reviews")))).toBe("forbidden");
    expect(fake.seen).toEqual([]);
  });
});

describe("services", () => {
  test("are those in view, with what routes them", async () => {
    const { items } = await reads().services(anna, parseServicesQuery(new URLSearchParams()));
    expect(items).toMatchObject([{ namespace: "shop", name: "reviews" }]);
    expect(items[0]?.routedBy.map(({ kind }) => kind).sort()).toEqual(["DestinationRule", "VirtualService"]);
  });

  test("one, with its rules and their objects", async () => {
    const shown = await reads().service(anna, { cluster: "west", namespace: "shop", name: "reviews" });
    expect(shown).toMatchObject({ rootNamespace: "istio-system", workloadsInfo: [] });
    expect(shown.manifests.map(({ kind }) => kind).sort()).toEqual(["DestinationRule", "VirtualService"]);
    expect(shown.routing).toMatchObject({ rules: [{ path: "spec.http[0]" }] });
  });

  test.each([
    ["forbidden", "bank", "ledger"],
    ["forbidden", "bank", "gone"],
    ["not_found", "shop", "gone"],
  ])("%s: %s/%s", async (code, namespace, name) => {
    expect(await codeOf(reads().service(anna, { cluster: "west", namespace, name }))).toBe(code);
  });
});

test("a schema carries all it refers to, circles included", () => {
  const document = {
    components: {
      schemas: {
        "io.VS": {
          properties: { metadata: { $ref: "#/components/schemas/Meta" }, spec: { $ref: "#/components/schemas/Gone" } },
          "x-kubernetes-group-version-kind": [{ group: NET, version: "v1", kind: "VirtualService" }],
        },
        Meta: { properties: { owner: { $ref: "#/components/schemas/Meta" } } },
        Other: {},
      },
    },
  };
  expect(kindSchema(document, { group: NET, version: "v1", kind: "VirtualService" })).toMatchObject({
    properties: { metadata: { $ref: "#/$defs/Meta" }, spec: { $ref: "#/$defs/Gone" } },
    $defs: { Meta: { properties: { owner: { $ref: "#/$defs/Meta" } } }, Gone: {} },
  });
  expect(kindSchema(document, { group: NET, version: "v1beta1", kind: "VirtualService" })).toBeNull();
});
