import { describe, expect, it } from "vitest";
import type { RemindersQuery } from "#lib/api/reminders.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { fakePlans, user } from "./fake-cluster.test-support.ts";

const ana = user("ana");
const asking = { requestId: null };
const all: RemindersQuery = { clusters: [], namespaces: [] };

function route(name: string, until: string | null, faulty: boolean, namespace = "shop"): Manifest {
  const annotations = until === null ? {} : { annotations: { "meshscope.dev/fault-until": until } };
  const fault = { abort: { percentage: { value: 10 }, httpStatus: 503 } };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name, namespace, ...annotations },
    spec: { http: [{ ...(faulty ? { fault } : {}), route: [{ destination: { host: "a" } }] }] },
  };
}

describe("reminders", () => {
  it("name what a fault does, who may end it, and when it is overdue", async () => {
    const { cluster, clock, plans } = fakePlans();
    const at = (offset: number) => new Date((clock.now() + offset) * 1000).toISOString().replace(".000Z", "Z");
    cluster.put(route("a", null, false));
    const wish = { cluster: "c", manifests: [route("a", at(60), true)], deletions: [] };
    const plan = await plans.plan(ana, wish, asking);
    const asked = { sealed: plan.sealed, confirm: plan.id, acknowledged: [...plan.needs], force: [] };
    const { steps } = await plans.apply(ana, asked, asking);
    const [item] = (await plans.reminders(ana, all)).items;
    expect(item).toMatchObject({
      ...{ kind: "fault", text: "10 % are answered 503", until: at(60), overdue: false },
      ...{ object: { name: "a" }, changeId: steps[0]?.changeId },
    });
    // The record says so too: it used to know of another annotation than the one that faults are given.
    expect((await plans.changes(ana, { ...all, limit: 9 })).items[0]).toMatchObject({ until: at(60) });
    await clock.advance(60_000);
    expect((await plans.reminders(ana, all)).items).toMatchObject([{ kind: "fault", overdue: true }]);
    cluster.put(route("a", null, false));
    expect((await plans.reminders(ana, all)).items).toEqual([]);
  });

  it("tell of others' faults and dry runs, what is overdue first and what has no end last", async () => {
    const { cluster, clock, plans } = fakePlans();
    cluster.put(route("endless", null, true));
    cluster.put(route("later", new Date((clock.now() + 600) * 1000).toISOString(), true));
    cluster.put(route("past", "2020-01-01T00:00:00+02:00", true));
    cluster.put(route("nonsense", "when done", true));
    cluster.put({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: {
        name: "tried",
        namespace: "shop",
        annotations: { "istio.io/dry-run": "true", "meshscope.dev/until": "2020-01-01T00:00:00Z" },
      },
      spec: {},
    });
    const { items } = await plans.reminders(ana, all);
    expect(items.map(({ kind, object, overdue }) => [kind, object.name, overdue])).toEqual([
      ["fault", "past", true],
      ["dry-run", "tried", true],
      ["fault", "later", false],
      ["fault", "endless", false],
      ["fault", "nonsense", false],
    ]);
    expect(items[0]).toMatchObject({ until: "2019-12-31T22:00:00Z", since: "2026-08-20T14:00:00Z" });
    expect(items.every(({ changeId }) => changeId === undefined)).toBe(true);
  });

  it("are of the scope that is asked for and of what the viewer may see, for guests too", async () => {
    const { cluster, plans } = fakePlans({ hidden: "hidden" });
    for (const namespace of ["shop", "other", "hidden"]) cluster.put(route("a", null, true, namespace));
    const places = async (query: RemindersQuery, who = ana) =>
      (await plans.reminders(who, query)).items
        .map(({ object }) => object.namespace)
        .sort((a, b) => String(a).localeCompare(String(b)));
    expect(await places(all, user("g", "guest"))).toEqual(["other", "shop"]);
    expect(await places({ ...all, namespaces: ["other"] })).toEqual(["other"]);
    expect(await places({ ...all, clusters: ["nowhere"] })).toEqual([]);
    await expect(places({ ...all, namespaces: ["hidden"] })).rejects.toMatchObject({
      problem: { code: "forbidden" },
    });
  });
});
