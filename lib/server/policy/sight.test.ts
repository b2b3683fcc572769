import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { FakeTimers } from "../fake-timers.test-support.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import type { Question, Visibility } from "../rights/model.ts";
import { EVERYTHING } from "../rights/rights.ts";
import { readingPort } from "./port.ts";
import { Sights } from "./sight.ts";
import type { PolicyStore } from "./store.ts";

const vs = (namespace: string): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { namespace, name: "api" },
  spec: { hosts: ["api"], http: [{ timeout: "1s", route: [] }] },
});
const USER: Credential = { ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" };
const SHOP: Visibility = { key: "shop", all: false, namespace: (_, name) => name === "shop", cluster: () => true };
const SERVICE = { cluster: "c", selector: {}, ports: [], headless: false, workloads: ["api"], name: "api" };

function setUp(allow: (question: Question) => boolean) {
  const objects = [vs("shop"), vs("bank")];
  let changed = () => {};
  let reads = 0;
  const policies: Pick<PolicyStore, "clusters" | "onChange"> = {
    clusters: () => {
      const of = (kind: string) => {
        reads += 1;
        return objects.filter((each) => manifestKindKey(each) === kind);
      };
      return new Map([["c", { cluster: "c", asOf: null, objects: of, kind: () => null, unread: [] }]]);
    },
    onChange: (listener) => {
      changed = listener;
      return () => {};
    },
  };
  const store = { ...policies, seen: () => [], records: () => [], statuses: () => [], close: async () => {} };
  const services = new Map(["shop", "bank"].map((namespace) => [`${namespace}/api`, { ...SERVICE, namespace }]));
  const objectsOf = inventory([workload("shop/api"), workload("bank/api")], { services });
  const state = { allow, asked: [] as Question[] };
  const sights = new Sights({
    ...{ port: readingPort, store, inventory: () => objectsOf, rootNamespace: () => "istio-system" },
    rights: {
      visibility: async () => SHOP,
      ask: async (_, questions) => {
        state.asked.push(...questions);
        return questions.map((question) => ({ allowed: state.allow(question), reason: "" }));
      },
    },
  });
  return { sights, state, objects, change: () => changed(), reads: () => reads };
}

describe("badges in sight", () => {
  it("are all of them for who reads with the console's rights", async () => {
    const { sights, state } = setUp(() => false);
    const { badges } = await sights.of(ANONYMOUS, EVERYTHING);
    expect([...(badges("c")?.services.keys() ?? [])].sort()).toEqual(["bank/api", "shop/api"]);
    expect(badges("elsewhere")).toBeNull();
    expect(state.asked).toEqual([]);
  });

  it.each<[string, (question: Question) => boolean, readonly string[]]>([
    ["all namespaces", ({ resource }) => resource === "virtualservices", ["shop/api"]],
    [
      "one namespace",
      ({ namespace, resource }) => namespace === "shop" && resource === "virtualservices",
      ["shop/api"],
    ],
    ["another kind", ({ resource }) => resource === "destinationrules", []],
    ["nothing", () => false, []],
  ])("are those that a user may list: %s", async (_, allow, services) => {
    const { sights } = setUp(allow);
    const { badges } = await sights.of(USER, SHOP);
    expect([...(badges("c")?.services.keys() ?? [])]).toEqual(services);
  });

  it("are counted once for all who may list the same, and again when an object changes", async () => {
    const { sights, objects, change, reads } = setUp(() => true);
    const first = (await sights.of(USER, SHOP)).badges("c");
    const before = reads();
    const again = await sights.of({ ...USER, user: "bea", session: "t" }, SHOP);
    const asking = reads() - before;
    expect(again.badges("c")).toBe(first);
    expect(reads() - before).toBe(asking);
    objects.push({ ...vs("shop"), metadata: { namespace: "shop", name: "more" } });
    change();
    expect(again.badges("c")?.services.get("shop/api")?.get("virtual-service")).toBe(2);
  });

  it("differ in key where rights differ", async () => {
    const all = await setUp(() => true).sights.of(USER, SHOP);
    const none = await setUp(() => false).sights.of(USER, SHOP);
    expect(all.key).not.toBe(none.key);
  });
});

it("an open stream ends when a right behind its badges does, not when others come", async () => {
  const { sights, state } = setUp(({ resource }) => resource === "virtualservices");
  const timers = new FakeTimers();
  const ends: string[] = [];
  const stop = sights.watch(USER, await sights.of(USER, SHOP), timers, (detail) => ends.push(detail));
  state.allow = () => true;
  await timers.advance(61_000);
  expect(ends).toEqual([]);
  state.allow = () => false;
  await timers.advance(60_000);
  await timers.advance(120_000);
  expect(ends).toEqual(["What you may see has changed."]);
  stop();
});
