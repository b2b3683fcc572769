import { describe, expect, it } from "vitest";
import { MeshscopeError } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { fakePlans, user } from "./fake-cluster.test-support.ts";

const ana = user("ana");
const asking = { requestId: null };
const entry = (name: string, host: string, namespace = "shop"): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name, namespace },
  spec: { hosts: [host] },
});
const confirm = (plan: Plan) => ({ sealed: plan.sealed, confirm: plan.id, acknowledged: [...plan.needs], force: [] });
const code = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });
const all = { clusters: [], namespaces: [] };

/** A plan over a, b and d whose process was killed after so many writes; the next one looks at it two minutes later. */
async function killed(writes: number) {
  const fake = fakePlans();
  const { cluster, clock, plans } = fake;
  cluster.put(entry("a", "old"));
  const manifests = [entry("a", "new"), entry("b", "new"), entry("d", "new")];
  const plan = await plans.plan(ana, { cluster: "c", manifests, deletions: [] }, asking);
  let done = 0;
  let dead = false;
  cluster.before = ({ kind, verb }) => {
    if (dead || (kind !== "ControllerRevision" && verb !== "get" && done++ === writes)) {
      dead = true;
      throw new Error("killed");
    }
  };
  await plans.apply(ana, confirm(plan), asking);
  cluster.before = () => {};
  await clock.advance(121_000);
  const next = fake.restart();
  const hosts = () =>
    ["a", "b", "d"].map((name) => cluster.objects.get(`ServiceEntry/shop/${name}`)?.spec?.["hosts"] ?? null);
  const apply = async (made: Plan) => next.apply(ana, confirm(made), asking);
  return { ...fake, next, hosts, apply, asked: { cluster: "c", plan: plan.id } };
}

describe("a plan that was stopped half way", () => {
  it.each([
    [0, "0 of 3 objects written", 3],
    [1, "1 of 3 objects written", 2],
    [3, "3 of 3 objects written", 0],
  ])("after %i writes is reminded of: %s", async (writes, text, untouched) => {
    const { next, asked } = await killed(writes === 3 ? 99 : writes).then(async (found) => {
      if (writes === 3) reopen(found.cluster.objects);
      return found;
    });
    const { items } = await next.reminders(ana, all);
    expect(items).toMatchObject([
      {
        ...{ kind: "half-done", text, overdue: true, until: null, object: { name: "a" } },
        plan: { id: asked.plan, who: "ana", written: writes, untouched, of: 3 },
      },
    ]);
  });

  it("is finished by a plan of what is left, then closed as applied", async () => {
    const { next, hosts, apply, asked } = await killed(1);
    const rest = await next.settle(ana, { ...asked, how: "finish" }, asking);
    expect(rest.steps.map(({ object }) => object.name)).toEqual(["b", "d"]);
    await apply(rest);
    expect(hosts()).toEqual([["new"], ["new"], ["new"]]);
    expect((await next.close(ana, asked, asking)).items.map(({ state }) => state)).toEqual([
      ...["applied", "applied", "applied"],
    ]);
    expect((await next.reminders(ana, all)).items).toEqual([]);
  });

  it("is taken back by a plan of what was written, then closed as it was", async () => {
    const { next, hosts, apply, asked, lines } = await killed(1);
    const back = await next.settle(ana, { ...asked, how: "back" }, asking);
    expect(back.steps.map(({ op, object }) => [op, object.name])).toEqual([["update", "a"]]);
    await apply(back);
    expect(hosts()).toEqual([["old"], null, null]);
    expect((await next.close(ana, asked, asking)).items.map(({ state }) => state)).toEqual([
      ...["rolledBack", "skipped", "skipped"],
    ]);
    expect((await next.reminders(ana, all)).items).toEqual([]);
    expect((await next.changes(ana, { ...all, state: "open", limit: 9 })).items).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ audit: { action: "close", outcome: "applied", plan: asked.plan } });
  });

  it("that wrote nothing needs no plan: closing it writes no object", async () => {
    const { next, cluster, asked } = await killed(0);
    expect(await next.settle(ana, { ...asked, how: "back" }, asking)).toMatchObject({ steps: [] });
    const writes = cluster.writes().length;
    expect((await next.close(ana, asked, asking)).items.map(({ state }) => state)).toEqual([
      ...["skipped", "skipped", "skipped"],
    ]);
    expect(cluster.writes()).toHaveLength(writes);
    await expect(next.close(ana, asked, asking)).rejects.toEqual(code("not_found"));
  });

  it("whose object somebody changed since asks, shows it, and is closed without a claim", async () => {
    const { next, cluster, asked } = await killed(1);
    cluster.put(entry("a", "theirs"));
    const back = await next.settle(ana, { ...asked, how: "back" }, asking);
    expect(back.needs).toContain("conflict");
    expect((await next.settle(ana, { ...asked, how: "finish" }, asking)).needs).toContain("conflict");
    const closed = await next.close(ana, asked, asking);
    expect(closed.items[0]).toMatchObject({ object: { name: "a" }, state: "open" });
    expect((await next.reminders(ana, all)).items).toEqual([]);
  });

  it("is none while it may still run, nor another's business", async () => {
    const { next, asked, cluster } = await killed(1);
    await expect(next.close(user("g", "guest"), asked, asking)).rejects.toEqual(code("view_only"));
    await expect(next.close(ana, { ...asked, plan: "0".repeat(64) }, asking)).rejects.toEqual(code("not_found"));
    await expect(next.close(ana, { ...asked, cluster: "d" }, asking)).rejects.toEqual(code("unknown_cluster"));
    for (const said of ["upstream_unauthorised", "forbidden", "upstream_busy"] as const) {
      cluster.before = ({ verb }) => {
        if (verb === "patch") throw new MeshscopeError(said, "No.");
      };
      const told = said === "upstream_unauthorised" ? "reauth" : said;
      await expect(next.close(ana, asked, asking)).rejects.toEqual(code(told));
    }
    const fresh = await killed(1);
    for (const record of fresh.cluster.objects.values())
      if (record.kind === "ControllerRevision")
        Object.assign(record.metadata.annotations ?? {}, {
          "meshscope.dev/when": new Date(fresh.clock.now() * 1000).toISOString(),
        });
    await expect(fresh.next.close(ana, fresh.asked, asking)).rejects.toEqual(code("conflict"));
    expect((await fresh.next.reminders(ana, all)).items).toEqual([]);
  });

  it("that somebody settles at the same moment is a conflict, not a second story", async () => {
    const { next, cluster, asked } = await killed(1);
    cluster.before = ({ verb, kind }) => {
      if (verb !== "patch" || kind !== "ControllerRevision") return;
      for (const record of cluster.objects.values())
        if (record.kind === kind)
          Object.assign(record.metadata.annotations ?? {}, { "meshscope.dev/state": "applied" });
    };
    await expect(next.close(ana, asked, asking)).rejects.toEqual(code("conflict"));
  });
});

/** As if the process had been killed before it could write how it ended. */
function reopen(objects: ReadonlyMap<string, Manifest>): void {
  for (const { kind, metadata } of objects.values())
    if (kind === "ControllerRevision") Object.assign(metadata.annotations ?? {}, { "meshscope.dev/state": "open" });
}
