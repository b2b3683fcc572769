import { describe, expect, it } from "vitest";
import { outcomeSchema } from "#lib/api/outcome.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { MeshAdapter } from "#lib/mesh/port.ts";
import type { ImpactItem } from "#lib/policy/impact.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { fakeMesh } from "../fake-mesh.test-support.ts";
import { fakePlans, user } from "../plan/fake-cluster.test-support.ts";
import { PlanUseCases } from "../plan/use-cases.ts";
import { outcomeOf } from "./outcome.ts";

const DENY: Manifest = {
  ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy" },
  metadata: { namespace: "shop", name: "deny" },
  spec: { action: "DENY", rules: [{}] },
};
const item = (more: Partial<ImpactItem> = {}): ImpactItem => ({
  ...{ verdict: "denied", certainty: "certain", min: 10, max: 10, rate: 10, seen: "hour", protocol: "http" },
  ...{ source: "c/shop/workload/web", target: "c/shop/workload/api", rule: null, why: "Refused.", blindSpots: [] },
  ...{ closeWith: [], evidence: [], ...more },
});
const VIEW = { at: "2026-08-20T14:00:00Z", window: "1h", hourPairs: 1, weekPairs: 0, totals: [], shown: 1 } as const;

/** A change that is made now; calls that begin after it are refused. Two clocks that are one. */
async function given(o: { items?: readonly ImpactItem[] | null; hidden?: string; refuses?: boolean } = {}) {
  const { items = [item()], refuses = true } = o;
  const view = items === null ? null : { ...VIEW, unseen: 0, limits: [], gaps: [] };
  const reason = items === null ? "Prometheus is down." : null;
  const impacts = { of: async () => ({ items: [items], left: [0], view, reason }) };
  const { deps, plans, clock, cluster } = fakePlans({
    impacts,
    ...(o.hidden === undefined ? {} : { hidden: o.hidden }),
  });
  let changed = Number.POSITIVE_INFINITY;
  const mesh: MeshAdapter = {
    ...fakeMesh,
    decode: (answers, capabilities, context) => {
      const decoded = fakeMesh.decode(answers, capabilities, context);
      const since = refuses && context.at - context.window >= changed;
      const observations = decoded.observations.map((each) => ({
        ...each,
        requests: each.requests.map((count) => ({ ...count, code: since ? "403" : "200" })),
      }));
      return { ...decoded, observations };
    },
  };
  const { telemetry, client } = fakeConsole({
    ...{ mesh, timers: clock },
    inventory: inventory(["web", "api"].map((name) => workload(`shop/${name}`))),
  });
  await clock.advance(600_000);
  const ana = user("ana");
  const plan = await plans.plan(ana, { cluster: "c", manifests: [DENY], deletions: [] }, { requestId: null });
  const wish = { sealed: plan.sealed, confirm: plan.id, acknowledged: [...plan.needs], force: [] };
  const { steps } = await plans.apply(ana, wish, { requestId: null });
  changed = Math.ceil(clock.now());
  const id = steps[0]?.changeId ?? "";
  const viewers = { textFor: () => (text: string) => text };
  const ask = (who = ana, of: Pick<PlanUseCases, "written"> = plans, which = id) =>
    outcomeOf(
      { plans: of, telemetry, timers: clock, viewers, rootNamespace: () => "istio-system", inventory: () => new Map() },
      who,
      which,
    );
  return { ask, client, clock, deps, cluster, plans, ana, id };
}

describe("GET /changes/{id}/outcome", () => {
  it("first says that it is too early, then what was predicted beside what happened", async () => {
    const { ask, clock } = await given();
    expect(await ask()).toMatchObject({ state: "not-yet", reason: expect.stringContaining("15 s"), before: null });
    await clock.advance(60_000);
    const answer = await ask();
    expect(outcomeSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      ...{ state: "told", reason: null, ended: null, adverse: true, findings: [], notPredicted: null },
      prediction: { at: VIEW.at, window: "1h", pairs: 1, lost: 0 },
      objects: [{ op: "create", object: { name: "deny" } }],
    });
    expect(answer.items).toMatchObject([{ judgement: "as-predicted", why: "100 % of 600 calls were refused." }]);
    expect(answer.pairs).toMatchObject([{ source: "c/shop/workload/web", alarms: [{ kind: "refused", since: 10 }] }]);
  });

  it("what wasn't foreseen is a finding, and what wasn't predicted at all is none of ours", async () => {
    const silent = await given({ items: [] });
    await silent.clock.advance(60_000);
    expect((await silent.ask()).findings).toMatchObject([{ kind: "unforeseen", ours: true }]);
    const none = await given({ items: null });
    await none.clock.advance(60_000);
    expect(await none.ask()).toMatchObject({
      ...{ prediction: null, notPredicted: "Prometheus is down.", adverse: true },
      findings: [{ kind: "unforeseen", ours: false }],
    });
  });

  it("a prediction that doesn't come true says by how much", async () => {
    const { ask, clock } = await given({ refuses: false });
    await clock.advance(60_000);
    const { items, findings, adverse } = await ask();
    expect(items).toMatchObject([{ judgement: "less", measured: { share: 0, calls: 600 } }]);
    expect(findings).toMatchObject([{ kind: "less", ours: true }]);
    expect(adverse).toBe(false);
  });

  it.each([
    ["down", "upstream_unreachable", /can’t be asked\. Prometheus 'main' can't be reached/],
    ["slow", "hang", /gave no answer within 5 s/],
    ["stale", "nothing", /answers and holds no sample of the time since/],
  ] as const)(
    "while Prometheus is %s it says so, what was predicted stays, and undo works",
    async (_, state, reason) => {
      const { ask, client, clock, plans, ana, id } = await given();
      await clock.advance(60_000);
      for (const read of ["rates", "other", "history", "up"] as const) client.answers[read] = state;
      const answer = await clock.until(ask());
      expect(answer).toMatchObject({ state: "unknown", reason: expect.stringMatching(reason), adverse: false });
      expect(answer.items).toMatchObject([{ judgement: "unknown", item: { verdict: "denied" } }]);
      expect((await plans.revert(ana, id, { requestId: null })).steps).toMatchObject([{ op: "delete" }]);
    },
  );

  it("asks one set of questions for all who ask, and nothing again of what has ended", async () => {
    const { ask, client, clock } = await given();
    await clock.advance(60_000);
    await Promise.all([ask(), ask(), ask()]);
    // Before, since, and its newer half.
    expect(client.asked.rates).toBe(3);
    await clock.advance(7_200_000);
    const over = await ask();
    const asked = client.asked.rates;
    expect(over).toMatchObject({ state: "told", ended: expect.stringContaining("1 h") });
    await clock.advance(3_600_000);
    await ask();
    expect(client.asked.rates).toBe(asked);
  });

  it("tells of other changes since, and ends where its own object is changed again", async () => {
    const { ask, clock, plans, ana } = await given();
    const change = async (manifest: Manifest) => {
      const plan = await plans.plan(ana, { cluster: "c", manifests: [manifest], deletions: [] }, { requestId: null });
      const wish = { sealed: plan.sealed, confirm: plan.id, acknowledged: [...plan.needs], force: [] };
      await plans.apply(ana, wish, { requestId: null });
    };
    await clock.advance(60_000);
    await change({ ...DENY, metadata: { namespace: "shop", name: "other" } });
    expect(await ask()).toMatchObject({ ended: null, others: [{ object: { name: "other" }, who: "ana" }] });
    await clock.advance(60_000);
    await change({ ...DENY, spec: { action: "ALLOW", rules: [{}] } });
    await clock.advance(600_000);
    const answer = await ask();
    expect(answer).toMatchObject({ state: "told", ended: expect.stringMatching(/changed again at .* by ana/) });
    expect(Date.parse(answer.to) - Date.parse(answer.from)).toBe(120_000);
  });

  it("answers whoever made it before the watch has heard of it, and nobody else", async () => {
    const { ask, ana, deps } = await given();
    const deaf = new PlanUseCases({ ...deps, store: { ...deps.store, records: () => [] } });
    expect(await ask(ana, deaf)).toMatchObject({ state: "not-yet", objects: [{ object: { name: "deny" } }] });
    await expect(ask(user("guest", "guest"), deaf)).rejects.toEqual(
      expect.objectContaining({ problem: expect.objectContaining({ code: "not_found" }) }),
    );
  });

  it("survives a restart: another process tells the same", async () => {
    const { ask, clock, deps, ana } = await given();
    await clock.advance(60_000);
    const restarted = new PlanUseCases(deps);
    expect((await ask(ana, restarted)).items).toEqual((await ask()).items);
  });

  it("a viewer is told as far as they may see, and nothing of other namespaces", async () => {
    const bank = item({ source: "c/bank/workload/teller" });
    const { ask, clock } = await given({ items: [item(), bank], hidden: "bank" });
    await clock.advance(60_000);
    const answer = await ask();
    expect(JSON.stringify(answer)).not.toMatch(/bank|teller/);
    expect(answer.items.map(({ judgement }) => judgement)).toEqual(["as-predicted", "unknown"]);
  });

  it("refuses what can't be seen, isn't there, or left nothing", async () => {
    const refused = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });
    const { ask, ana, plans, cluster, id } = await given();
    const of = (name: string) => Buffer.from(`c/shop/${name}`).toString("base64url");
    await expect(ask(ana, plans, of("meshscope-0123456789abcdef-0"))).rejects.toEqual(refused("not_found"));
    await expect(ask(ana, plans, "other-0123")).rejects.toEqual(refused("not_found"));
    const hidden = await given({ hidden: "bank" });
    const away = Buffer.from("c/bank/meshscope-0123456789abcdef-0").toString("base64url");
    await expect(hidden.ask(hidden.ana, hidden.plans, away)).rejects.toEqual(refused("forbidden"));
    for (const record of cluster.objects.values()) {
      if (record.kind === "ControllerRevision")
        Object.assign(record.metadata.annotations ?? {}, { "meshscope.dev/state": "rolledBack" });
    }
    await expect(ask(ana, plans, id)).rejects.toEqual(refused("conflict"));
  });
});
