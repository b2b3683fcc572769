import { describe, expect, it } from "vitest";
import { planSchema } from "#lib/api/plans.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { refOf } from "#lib/policy/ref.ts";
import { fakePlans, user } from "./fake-cluster.test-support.ts";
import { PlanUseCases } from "./use-cases.ts";

const ana = user("ana");
const asking = { requestId: "r-1" };
const entry = (name: string, host: string, namespace = "shop"): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name, namespace },
  spec: { hosts: [host] },
});
const wish = (...manifests: Manifest[]) => ({ cluster: "c", manifests, deletions: [] });
const confirm = (plan: Plan) => ({ sealed: plan.sealed, confirm: plan.id, acknowledged: [...plan.needs], force: [] });
const code = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });
const hostOf = (manifest: Manifest | undefined) => manifest?.spec?.hosts;
const AT = (name: string) => `ServiceEntry/shop/${name}`;

describe("a plan", () => {
  it("is tried on the server with the user's token, writes nothing, and says what it needs", async () => {
    const { cluster, plans } = fakePlans();
    cluster.put(entry("a", "old.example"));
    const plan = await plans.plan(ana, wish(entry("a", "new.example"), entry("b", "b.example")), asking);
    expect(plan.steps.map(({ op, mode, dryRun }) => [op, mode, "ok" in dryRun])).toEqual([
      ["update", "patch", true],
      ["create", "apply", true],
    ]);
    expect(plan.steps[0]?.conflicts).toMatchObject([{ tool: "kubectl", reverts: false }]);
    expect(plan.needs).toEqual(["impact_unknown", "conflict"]);
    expect(cluster.writes()).toEqual([]);
    expect([...cluster.tokens]).toEqual(["token-ana"]);
  });

  it("shows its impact, and asks to acknowledge what isn't known of it and what somebody will miss", async () => {
    const { deps } = fakePlans();
    const view = {
      at: "2026-08-20T14:00:00Z",
      window: "1h",
      hourPairs: 1,
      weekPairs: 0,
      shown: 1,
      unseen: 0,
      limits: [],
      gaps: [],
    };
    const planned = (verdict: "denied" | "rerouted", certain: number) => {
      const totals = [{ verdict, pairs: 1, certain, requests: { min: 1, max: 1 }, connections: null }];
      const of = async () => ({ items: [[]], left: [0], view: { ...view, totals }, reason: null });
      return new PlanUseCases({ ...deps, impacts: { of } }).plan(ana, wish(entry("a", "x.example")), asking);
    };
    const certain = await planned("denied", 1);
    expect(certain).toMatchObject({ needs: ["impact_adverse"], impact: { hourPairs: 1 }, notEvaluated: {} });
    expect(planSchema.parse(certain)).toEqual(certain);
    expect((await planned("denied", 0)).needs).toEqual(["impact_unknown", "impact_adverse"]);
    expect((await planned("rerouted", 1)).needs).toEqual([]);
  });

  it("asks for its impact as somebody who may see the plan's own objects, also the first of their kind", async () => {
    const { deps } = fakePlans();
    const seen: boolean[] = [];
    const of: (typeof deps)["impacts"]["of"] = async (cluster, viewer, steps) => {
      seen.push(viewer.mayList(cluster, "ServiceEntry", "shop", "a"));
      return { items: steps.map(() => null), left: steps.map(() => 0), view: null, reason: "Not asked." };
    };
    await new PlanUseCases({ ...deps, impacts: { of } }).plan(ana, wish(entry("a", "x.example")), asking);
    expect(seen).toEqual([true]);
  });

  it("of what is already so has no steps", async () => {
    const { cluster, plans } = fakePlans();
    cluster.put(entry("a", "x.example"));
    expect(await plans.plan(ana, wish(entry("a", "x.example")), asking)).toMatchObject({
      ...{ steps: [], needs: [], blocked: expect.stringContaining("Nothing to change") },
    });
  });

  it.each([
    ["a guest's", user("g", "guest"), wish(entry("a", "x")), "view_only"],
    ["an unknown kind's", ana, wish({ ...entry("a", "x"), kind: "Secret", apiVersion: "v1" }), "unknown_kind"],
    ["a name that can't be", ana, wish(entry("../a", "x")), "bad_manifest"],
    ["an object twice", ana, wish(entry("a", "x"), entry("a", "y")), "bad_manifest"],
    ["a hidden namespace's", ana, wish(entry("a", "x", "hidden")), "forbidden"],
    ["another cluster's", ana, { ...wish(entry("a", "x")), cluster: "d" }, "unknown_cluster"],
  ])("is refused before anything is sent: %s", async (_, who, wanted, refused) => {
    const { cluster, plans, lines } = fakePlans({ hidden: "hidden" });
    await expect(plans.plan(who, wanted, asking)).rejects.toEqual(code(refused));
    expect(cluster.calls).toEqual([]);
    expect(lines).toMatchObject([{ audit: { outcome: "refused", results: [refused], requestId: "r-1" } }]);
  });

  it("names all missing rights at once, and tries nothing", async () => {
    const { cluster, plans } = fakePlans({ refuse: (verb) => verb !== "get" });
    cluster.put(entry("a", "x"));
    const made = plans.plan(ana, wish(entry("a", "y"), entry("b", "y")), asking);
    await expect(made).rejects.toThrow(/patch serviceentries .*; create serviceentries/);
    expect(cluster.calls.every(({ verb }) => verb === "get")).toBe(true);
  });

  it.each(["invalid_object", "admission_refused"] as const)(
    "shows the server's %s and can't be applied",
    async (refusal) => {
      const { cluster, plans } = fakePlans();
      cluster.before = ({ dryRun }) => {
        if (dryRun) throw new MeshscopeError(refusal, "Its words.");
      };
      const plan = await plans.plan(ana, wish(entry("a", "x")), asking);
      expect(plan.steps[0]?.dryRun).toEqual({ error: "Its words.", code: refusal });
      await expect(plans.apply(ana, confirm(plan), asking)).rejects.toEqual(code("bad_plan"));
      expect(cluster.writes()).toEqual([]);
    },
  );

  it("takes 100 objects, and keys named __proto__ as data", async () => {
    const { cluster, plans } = fakePlans();
    const odd = JSON.parse('{"__proto__":"polluted","constructor":"x"}') as Record<string, string>;
    const many = Array.from({ length: 100 }, (_, i) => entry(`e${i}`, `${i}.example`));
    const [first, ...rest] = many;
    const labelled = { ...entry("e0", "x"), metadata: { ...first?.metadata, name: "e0", labels: odd } } as Manifest;
    const plan = await plans.plan(ana, wish(labelled, ...rest), asking);
    expect(plan.steps).toHaveLength(100);
    expect(Object.keys(plan.steps[0]?.after?.metadata.labels ?? {})).toEqual(["__proto__", "constructor"]);
    const { steps } = await plans.apply(ana, confirm(plan), asking);
    expect(new Set(steps.map(({ result }) => result))).toEqual(new Set(["applied"]));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(cluster.writes()).toHaveLength(100);
  });
});

describe("applying", () => {
  it("writes what was shown, once, and leaves a record that undoes it", async () => {
    const { cluster, plans, restart, lines } = fakePlans();
    cluster.put(entry("a", "old.example"));
    const plan = await plans.plan(ana, wish(entry("a", "new.example")), asking);
    const asked = { ...confirm(plan), note: "because" };
    const answer = await plans.apply(ana, asked, asking);
    expect(answer).toMatchObject({ planId: plan.id, steps: [{ result: "applied", changeId: expect.any(String) }] });
    expect(hostOf(cluster.objects.get(AT("a")))).toEqual(["new.example"]);
    expect(await plans.apply(ana, asked, asking)).toEqual(answer);
    expect((await restart().apply(ana, asked, asking)).steps).toMatchObject([{ result: "applied" }]);
    expect(cluster.writes()).toEqual(["patch a"]);
    expect((await plans.changes(ana, { clusters: [], namespaces: [], limit: 9 })).items[0]).toMatchObject({
      ...{ who: "ana", note: "because", state: "applied", revertable: true, op: "update" },
    });
    const undo = await plans.revert(ana, answer.steps[0]?.changeId ?? "", asking);
    await plans.apply(ana, confirm(undo), asking);
    expect(hostOf(cluster.objects.get(AT("a")))).toEqual(["old.example"]);
    expect(JSON.stringify(lines)).not.toMatch(/token-ana|example/);
  });

  it("is refused without acknowledgement, for others, for other ids, changed texts and after 15 minutes", async () => {
    const { clock, plans, cluster } = fakePlans();
    const plan = await plans.plan(ana, wish(entry("a", "x")), asking);
    const asked = confirm(plan);
    const refused = (who: typeof ana, more: object) => plans.apply(who, { ...asked, ...more }, asking);
    await expect(refused(ana, { acknowledged: [] })).rejects.toThrow(/impact_unknown/);
    await expect(refused(user("bob"), {})).rejects.toEqual(code("bad_plan"));
    await expect(refused(ana, { confirm: "x" })).rejects.toEqual(code("bad_plan"));
    for (let at = 0; at < plan.sealed.length; at += 7) {
      const flipped = plan.sealed[at] === "A" ? "B" : "A";
      const sealed = plan.sealed.slice(0, at) + flipped + plan.sealed.slice(at + 1);
      await expect(refused(ana, { sealed })).rejects.toEqual(code("bad_plan"));
    }
    await clock.advance(15 * 60_000);
    await expect(refused(ana, {})).rejects.toEqual(code("plan_expired"));
    expect(cluster.writes()).toEqual([]);
  });

  it("of two operators lets the first win, and gives the second the plan as it is now", async () => {
    const { cluster, plans } = fakePlans();
    cluster.put(entry("a", "old"));
    const mine = await plans.plan(ana, wish(entry("a", "ana")), asking);
    const theirs = await plans.plan(user("bob"), wish(entry("a", "bob")), asking);
    await plans.apply(user("bob"), confirm(theirs), asking);
    const late = plans.apply(ana, confirm(mine), asking);
    await expect(late).rejects.toMatchObject({
      problem: { code: "stale_plan" },
      members: { plan: { steps: [{ op: "update" }] } },
    });
    expect(hostOf(cluster.objects.get(AT("a")))).toEqual(["bob"]);
  });

  it("says conflict where the object changed in the moment of the write", async () => {
    const { cluster, plans } = fakePlans();
    cluster.put(entry("a", "old"));
    const plan = await plans.plan(ana, wish(entry("a", "ana")), asking);
    cluster.before = ({ verb, dryRun }) => {
      if (verb === "patch" && !dryRun) {
        cluster.before = () => {};
        cluster.put(entry("a", "bob"));
      }
    };
    const { steps } = await plans.apply(ana, confirm(plan), asking);
    expect(steps).toMatchObject([{ result: "failed", problem: { code: "conflict" } }]);
    expect(hostOf(cluster.objects.get(AT("a")))).toEqual(["bob"]);
  });

  it.each(["conflict", "forbidden", "invalid_object", "upstream_busy", "upstream_timeout"] as const)(
    "undoes the steps before one that fails (%s), and says so",
    async (why) => {
      const { cluster, plans } = fakePlans();
      cluster.put(entry("a", "old"));
      const plan = await plans.plan(ana, wish(entry("a", "new"), entry("b", "b"), entry("d", "d")), asking);
      cluster.before = ({ name, verb, dryRun }) => {
        if (name === "b" && verb === "apply" && !dryRun) throw new MeshscopeError(why, "No.");
      };
      const { steps } = await plans.apply(ana, confirm(plan), asking);
      expect(steps.map(({ result }) => result)).toEqual(["rolledBack", "failed", "skipped"]);
      expect(hostOf(cluster.objects.get(AT("a")))).toEqual(["old"]);
      expect(cluster.objects.has(AT("b"))).toBe(false);
    },
  );

  it("finds out by reading, not by sending again, what became of a write whose answer was lost", async () => {
    const { cluster, plans } = fakePlans();
    const plan = await plans.plan(ana, wish(entry("a", "new")), asking);
    cluster.after = ({ kind, dryRun }) => {
      if (kind === "ServiceEntry" && !dryRun) throw new MeshscopeError("upstream_timeout", "No answer.");
    };
    expect((await plans.apply(ana, confirm(plan), asking)).steps).toMatchObject([{ result: "applied" }]);
    expect(cluster.writes()).toEqual(["apply a"]);
  });

  it.each([0, 1, 2])(
    "leaves records of a plan that was killed after %i writes, from which it is taken back",
    async (writes) => {
      const { cluster, clock, plans, restart } = fakePlans();
      cluster.put(entry("a", "old"));
      const plan = await plans.plan(ana, wish(entry("a", "new"), entry("b", "b"), entry("d", "d")), asking);
      let done = 0;
      let killed = false;
      const die = new Error("killed");
      cluster.before = ({ kind, verb }) => {
        if (killed || (kind !== "ControllerRevision" && verb !== "get" && done++ === writes)) {
          killed = true;
          throw die;
        }
      };
      await plans.apply(ana, confirm(plan), asking);
      cluster.before = () => {};
      await clock.advance(61_000);
      const next = restart();
      const open = await next.changes(ana, { clusters: [], namespaces: [], state: "open", limit: 9 });
      expect(open.items).toHaveLength(3);
      const again = await next.apply(ana, confirm(plan), asking).catch((thrown: unknown) => thrown);
      expect(again).toMatchObject({ steps: [{ result: "failed" }, { result: "failed" }, { result: "failed" }] });
      const undo = await next.revertSince(
        ana,
        { since: String(clock.now() - 600), cluster: "c", namespaces: [] },
        asking,
      );
      if (undo.steps.length > 0) await next.apply(ana, confirm(undo), asking);
      expect(hostOf(cluster.objects.get(AT("a")))).toEqual(["old"]);
      expect(cluster.objects.has(AT("b")) || cluster.objects.has(AT("d"))).toBe(false);
    },
  );

  it("deletes, re-creates by undo, and needs a word where no record can be kept", async () => {
    const { cluster, plans } = fakePlans();
    const kept = cluster.put(entry("a", "old"));
    const plan = await plans.plan(ana, { cluster: "c", manifests: [], deletions: [refOf("c", kept)] }, asking);
    expect(plan.needs).toContain("deletes");
    const { steps } = await plans.apply(ana, confirm(plan), asking);
    expect(cluster.objects.has(AT("a"))).toBe(false);
    await plans.apply(ana, confirm(await plans.revert(ana, steps[0]?.changeId ?? "", asking)), asking);
    expect(hostOf(cluster.objects.get(AT("a")))).toEqual(["old"]);

    const bare = fakePlans({ refuse: (_, resource) => resource === "controllerrevisions" });
    const without = await bare.plans.plan(ana, wish(entry("a", "x")), asking);
    expect(without.needs).toContain("no_history");
    expect((await bare.plans.apply(ana, confirm(without), asking)).steps).toMatchObject([{ result: "applied" }]);
    expect([...bare.cluster.objects.values()].map(({ kind }) => kind)).toEqual(["ServiceEntry"]);
  });
});
