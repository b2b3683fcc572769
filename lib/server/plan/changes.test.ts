import { describe, expect, it } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refOf, refPath } from "#lib/policy/ref.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Seen } from "../policy/store.ts";
import type { ChangesQuery } from "./changes.ts";
import { fakePlans, user } from "./fake-cluster.test-support.ts";
import { PlanUseCases } from "./use-cases.ts";

const ana = user("ana");
const asking = { requestId: null };
const all: ChangesQuery = { clusters: [], namespaces: [], limit: 500 };
const entry = (name: string, host: string, namespace = "shop"): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name, namespace },
  spec: { hosts: [host] },
});

type Fake = ReturnType<typeof fakePlans>;

async function write({ plans, clock }: Fake, manifest: Manifest, note?: string) {
  await clock.advance(10_000);
  const plan = await plans.plan(ana, { cluster: "c", manifests: [manifest], deletions: [] }, asking);
  const said = note === undefined ? {} : { note };
  const asked = { sealed: plan.sealed, confirm: plan.id, acknowledged: [...plan.needs], force: [], ...said };
  return plans.apply(ana, asked, asking);
}

const hostOf = (manifest: unknown) => (manifest as Manifest | null)?.spec?.["hosts"];

describe("records of an object", () => {
  it("are kept 20 long; the oldest go, another object's and open ones stay", async () => {
    const fake = fakePlans();
    await write(fake, entry("other", "x"));
    await write(fake, entry("a", "0"));
    const first = [...fake.cluster.objects.values()].find(
      ({ kind, data }) => kind === "ControllerRevision" && JSON.stringify(data).includes('"name":"a"'),
    );
    Object.assign(first?.metadata.annotations ?? {}, { "meshscope.dev/state": "open" });
    for (let i = 1; i <= 23; i++) await write(fake, entry("a", String(i)));
    const { items } = await fake.plans.changes(ana, { ...all, object: refPath(refOf("c", entry("a", ""))) });
    expect(items.map(({ after }) => (hostOf(after) as string[])[0])).toEqual([
      ...Array.from({ length: 20 }, (_, i) => String(23 - i)),
      "0",
    ]);
    expect((await fake.plans.changes(ana, all)).items.some(({ object }) => object.name === "other")).toBe(true);
  });

  it("that can't be pruned are simply more, and the change counts", async () => {
    const fake = fakePlans();
    fake.cluster.before = ({ verb, kind }) => {
      if (verb === "delete" && kind === "ControllerRevision") throw new Error("no right");
    };
    for (let i = 0; i <= 21; i++)
      expect((await write(fake, entry("a", String(i)))).steps).toMatchObject([{ result: "applied" }]);
    expect((await fake.plans.changes(ana, all)).items).toHaveLength(22);
  });
});

describe("GET /changes", () => {
  it("pages newest first, without doubling or losing one that comes in between", async () => {
    const fake = fakePlans();
    for (let i = 0; i < 5; i++) await write(fake, entry(`e${i}`, "x"));
    const one = await fake.plans.changes(ana, { ...all, limit: 2 });
    await write(fake, entry("late", "x"));
    const two = await fake.plans.changes(ana, { ...all, limit: 2, next: one.next });
    const three = await fake.plans.changes(ana, { ...all, limit: 2, next: two.next });
    expect([one, two, three].map(({ items }) => items.map(({ object }) => object.name))).toEqual([
      ["e4", "e3"],
      ["e2", "e1"],
      ["e0"],
    ]);
    expect(three.next).toBeUndefined();
    await expect(fake.plans.changes(ana, { ...all, next: "bm8" })).rejects.toMatchObject({
      problem: { code: "bad_parameter" },
    });
  });

  it("is filtered by object, instant, cluster and namespace", async () => {
    const fake = fakePlans();
    await write(fake, entry("a", "x"));
    const between = fake.clock.now() + 5;
    await write(fake, entry("b", "x", "orders"));
    const names = async (query: Partial<ChangesQuery>) =>
      (await fake.plans.changes(ana, { ...all, ...query })).items.map(({ object }) => object.name);
    expect(await names({})).toEqual(["b", "a"]);
    expect(await names({ since: String(between) })).toEqual(["b"]);
    expect(await names({ namespaces: ["shop"] })).toEqual(["a"]);
    expect(await names({ clusters: ["nowhere"] })).toEqual([]);
    expect(await names({ object: refPath(refOf("c", entry("a", ""))) })).toEqual(["a"]);
  });

  it.each([
    [{ since: "yesterday" }, "bad_instant"],
    [{ object: "nonsense" }, "bad_parameter"],
    [{ object: "c/%/v1/X/shop/a" }, "bad_parameter"],
    [{ object: refPath(refOf("c", entry("a", "", "hidden"))) }, "forbidden"],
    [{ namespaces: ["hidden"] }, "forbidden"],
  ])("refuses %j with %s", async (query, code) => {
    const { plans } = fakePlans({ hidden: "hidden" });
    await expect(plans.changes(ana, { ...all, ...query })).rejects.toMatchObject({ problem: { code } });
  });

  it("shows nobody what lies in a namespace that they may not see, in whatever way it is known", async () => {
    const fake = fakePlans({ hidden: "hidden" });
    const open = fakePlans();
    await write(open, entry("a", "secret.example", "hidden"));
    open.cluster.put(entry("b", "secret.example", "hidden"));
    const secret = entry("c", "secret.example", "hidden");
    const seen: Seen = { object: refOf("c", secret), at: unixSeconds(1), before: null, after: secret };
    const store = { ...open.deps.store, seen: () => [seen] };
    const plans = new PlanUseCases({ ...open.deps, store, rights: fake.deps.rights });
    expect(JSON.stringify(await plans.changes(ana, all))).not.toMatch(/hidden|secret/);
    expect((await new PlanUseCases({ ...open.deps, store }).changes(ana, all)).items).toHaveLength(3);
  });

  it("names kinds whose changes nobody knows, but not those that the cluster doesn't have", async () => {
    const { deps } = fakePlans();
    const [known] = deps.store.clusters().values();
    if (known === undefined) throw new Error("no cluster");
    const unread = [
      { kind: "ControllerRevision", reason: "No right.", code: "forbidden" },
      { kind: "HTTPRoute", reason: "No such kind.", code: "not_found" },
    ];
    const store = { ...deps.store, clusters: () => new Map([["c", { ...known, unread }]]) };
    expect((await new PlanUseCases({ ...deps, store }).changes(ana, all)).unread).toEqual([
      { cluster: "c", ...unread[0] },
    ]);
  });
});

describe("changes that others made", () => {
  it("are known by who wrote last, once the watch didn't see them", async () => {
    const { cluster, plans } = fakePlans();
    cluster.put(entry("a", "x"), "argocd-controller", "Apply");
    const { items } = await plans.changes(ana, all);
    expect(items).toMatchObject([
      { who: "argocd-controller", when: "2026-08-20T14:00:00Z", source: "other", op: null, revertable: false },
    ]);
    expect(items[0]).not.toHaveProperty("before");
  });

  it("are told once, with both states, where the watch saw them; the console's own are not among them", async () => {
    const { cluster, deps } = fakePlans();
    const theirs = cluster.put(entry("a", "new"));
    const ours = cluster.put(entry("b", "new"), "meshscope", "Apply");
    const at = unixSeconds(Date.parse("2026-08-20T14:00:03Z") / 1000);
    const seen: Seen[] = [
      { object: refOf("c", theirs), at, before: entry("a", "old"), after: theirs },
      { object: refOf("c", ours), at, before: null, after: ours },
      { object: refOf("c", entry("gone", "x")), at, before: entry("gone", "x"), after: null },
    ];
    const plans = new PlanUseCases({ ...deps, store: { ...deps.store, seen: () => seen } });
    const { items } = await plans.changes(ana, all);
    expect(
      items.map(({ op, object, who }) => [op, object.name, who]).sort(([a], [b]) => String(a).localeCompare(String(b))),
    ).toEqual([
      ["delete", "gone", null],
      ["update", "a", "kubectl-client-side-apply"],
    ]);
    const update = items.find(({ op }) => op === "update");
    expect([hostOf(update?.before), hostOf(update?.after)]).toEqual([["old"], ["new"]]);
    expect(JSON.stringify(items)).not.toContain("managedFields");
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    for (const { id } of items)
      await expect(plans.revert(ana, id, asking)).rejects.toMatchObject({ problem: { code: "not_found" } });
  });
});

describe("an intent", () => {
  const service = { cluster: "c", namespace: "shop", name: "a" };
  const intent = { kind: "mirror", service, rule: null, mirror: null } as never;

  it("is worked out again from what the server has, not from what a watch remembers", async () => {
    const { cluster, deps } = fakePlans();
    cluster.put(entry("a", "fresh"));
    const stale = entry("a", "stale");
    const [known] = deps.store.clusters().values();
    if (known === undefined) throw new Error("no cluster");
    const objects = (kind: string) => (kind === "ServiceEntry" ? [stale] : []);
    const store = { ...deps.store, clusters: () => new Map([["c", { ...known, objects }]]) };
    const read: unknown[] = [];
    const changes: typeof deps.changes = (_, world) => {
      const [now] = world.objects("ServiceEntry");
      read.push(hostOf(now));
      return { manifests: [entry("a", `${(hostOf(now) as string[])[0]}-changed`)], deletions: [], notes: [] };
    };
    const plan = await new PlanUseCases({ ...deps, store, changes }).plan(ana, { intent }, asking);
    expect(read).toEqual([["stale"], ["fresh"]]);
    expect(hostOf(plan.steps[0]?.after)).toEqual(["fresh-changed"]);
  });

  it("that names other objects each time is given up, and reads nothing that can't be seen", async () => {
    const { deps, cluster } = fakePlans({ hidden: "hidden" });
    let round = 0;
    const restless: typeof deps.changes = () => ({ manifests: [entry(`e${round++}`, "x")], deletions: [], notes: [] });
    const plan = (changes: typeof deps.changes) => new PlanUseCases({ ...deps, changes }).plan(ana, { intent }, asking);
    await expect(plan(restless)).rejects.toMatchObject({ problem: { code: "conflict" } });
    expect(round).toBe(4);
    cluster.calls.length = 0;
    const elsewhere = { manifests: [entry("a", "x", "hidden")], deletions: [], notes: [] };
    await expect(plan(() => elsewhere)).rejects.toMatchObject({ problem: { code: "forbidden" } });
    expect(cluster.calls).toEqual([]);
  });
});
