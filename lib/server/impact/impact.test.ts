import { describe, expect, it } from "vitest";
import { impactSchema } from "#lib/api/impact.ts";
import { proposalSchema } from "#lib/api/proposal.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refOf } from "#lib/policy/ref.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { Rights } from "../rights/model.ts";
import { showImpact } from "./draft.ts";
import { Impacts } from "./impact.ts";
import { showProposal } from "./proposal.ts";

const object = (kind: string, name: string, spec: object, namespace = "shop"): Manifest => ({
  ...{ apiVersion: "security.istio.io/v1", kind, spec: spec as never },
  metadata: { namespace, name },
});
const DENY_ALL = object("AuthorizationPolicy", "deny", {});
/** Sees `shop` alone. */
const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["c", { user: "ana", token: "t" }]]),
};

function given(
  o: {
    objects?: readonly Manifest[];
    sees?: string;
    denied?: string;
    unread?: string;
    asOf?: null;
    silent?: number;
  } = {},
) {
  const inventories = inventory(
    ["web", "api", "cron"].map((name) => ({ ...workload(`shop/${name}`), labels: { app: name } })),
  );
  const { telemetry, timers, client } = fakeConsole({ inventory: inventories });
  const { sees = "shop", objects = [] } = o;
  const policies = {
    ...{ cluster: "c", asOf: o.asOf === null ? null : timers.now(), kind: () => null },
    ...(o.silent === undefined ? {} : { silentSince: timers.now() - o.silent }),
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
    unread: o.unread === undefined ? [] : [{ kind: o.unread, reason: "You may not list it.", code: "forbidden" }],
  };
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || namespace === sees,
    }),
    ask: async (_, questions) => questions.map(({ resource }) => ({ allowed: resource !== o.denied, reason: "" })),
  };
  const parts = {
    ...{ port: readingPort, rights, clients: new Map([["c", {}]]), rootNamespace: () => "istio-system" },
    ...{ inventory: () => inventories, store: { clusters: () => new Map([["c", policies]]) } },
    ...{ telemetry, timers, text: () => (text: string) => text },
  };
  const impacts = new Impacts(parts as never);
  const ask = (
    manifests: readonly Manifest[],
    credential: Credential = ANONYMOUS,
    deletions: readonly Manifest[] = [],
  ) =>
    showImpact({ ...parts, impacts } as never, credential, {
      ...{ cluster: "c", manifests: manifests as never },
      deletions: deletions.map((each) => ({ ...refOf("c", each) })),
    });
  const propose = (namespace: string, credential: Credential = ANONYMOUS) =>
    showProposal(parts as never, credential, { cluster: "c", namespace });
  return { ask, propose, client, timers };
}
const short = (answer: Awaited<ReturnType<ReturnType<typeof given>["ask"]>>) =>
  answer.objects.flatMap(({ impact }) =>
    (impact ?? []).map((i) => `${i.verdict} ${i.seen} ${i.max} ${i.source} ${i.certainty}`),
  );

describe("POST /meaning/impact", () => {
  it("tells the last hour by rate, and of 7 days who was seen at all", async () => {
    const { ask } = given();
    const answer = await ask([DENY_ALL]);
    expect(impactSchema.parse(answer)).toEqual(answer);
    expect(short(answer)).toEqual([
      "denied hour 10 c/shop/workload/web certain",
      "denied week 0 c/shop/workload/cron certain",
    ]);
    expect(answer.impact).toMatchObject({ hourPairs: 1, weekPairs: 1, unseen: 0, gaps: [] });
    expect(answer.objects[0]?.impact?.[0]?.rule).toMatchObject({ object: { name: "deny" }, path: "spec" });
  });

  it("compares with what is there: the same again does nothing, its deletion lets in", async () => {
    const { ask } = given({ objects: [DENY_ALL] });
    expect(short(await ask([DENY_ALL]))).toEqual([]);
    expect(short(await ask([], ANONYMOUS, [DENY_ALL]))[0]).toBe("allowed hour 10 c/shop/workload/web certain");
  });

  it("says since when nobody says that the objects are still so", async () => {
    const { ask, propose } = given({ silent: 720 });
    const old =
      /^Objects are as of .*Z, 12 min before this was worked out: the cluster’s API server hasn’t answered since/;
    expect((await ask([DENY_ALL])).impact?.limits[0]).toMatch(old);
    expect((await propose("shop")).limits[0]).toMatch(old);
  });

  it("asks once for all who ask at once, and the 7 days not again for a while", async () => {
    const { ask, client, timers } = given();
    await Promise.all([ask([DENY_ALL]), ask([DENY_ALL]), ask([DENY_ALL])]);
    await timers.advance(60_000);
    await ask([DENY_ALL]);
    expect(client.asked.history).toBe(1);
    expect(client.asked.rates).toBe(2);
  });

  it("reads how long calls take where timeouts are touched, and only there", async () => {
    const { ask, client } = given();
    const route = (more: object) => ({
      ...object("VirtualService", "r", {
        hosts: ["api"],
        http: [{ route: [{ destination: { host: "api" } }], ...more }],
      }),
      apiVersion: "networking.istio.io/v1",
    });
    await ask([route({ fault: { abort: { percentage: { value: 10 }, httpStatus: 503 } } })]);
    expect(client.asked.latency).toBe(0);
    await ask([route({ timeout: "1s" })]);
    expect(client.asked.latency).toBe(1);
  });

  it("without Prometheus nothing is said of calls, but why", async () => {
    const { ask, client } = given();
    for (const read of ["rates", "other", "history", "up"] as const) client.answers[read] = "upstream_unreachable";
    const answer = await ask([DENY_ALL]);
    expect(answer).toMatchObject({ objects: [{ impact: null }], impact: null });
    expect(answer.notEvaluated).toMatch(/can't be asked\. Prometheus 'main' can't be reached/);
  });

  it("without the 7 days it tells the hour, and that it is all there is", async () => {
    const { ask, client } = given();
    client.answers.history = "too_many_samples";
    const answer = await ask([DENY_ALL]);
    expect(short(answer)).toEqual(["denied hour 10 c/shop/workload/web certain"]);
    expect(answer.impact?.weekPairs).toBeNull();
    expect(answer.impact?.limits).toEqual([expect.stringMatching(/last 7 days could not be asked of 'main'/)]);
  });

  it("says nothing of kinds that aren't worked out, or while what decides isn't known", async () => {
    expect(
      await given().ask(
        [object("EnvoyFilter", "f", {})].map((each) => ({ ...each, apiVersion: "networking.istio.io/v1alpha3" })),
      ),
    ).toMatchObject({
      ...{ objects: [{ impact: null }], impact: null, notEvaluated: expect.stringContaining("EnvoyFilter") },
    });
    const blind = await given({ unread: "PeerAuthentication" }).ask([DENY_ALL]);
    expect(blind).toMatchObject({ impact: null, notEvaluated: expect.stringContaining("You may not list it.") });
    const early = await given({ asOf: null }).ask([DENY_ALL]);
    expect(early).toMatchObject({ impact: null, notEvaluated: expect.stringContaining("haven’t all been read") });
  });

  it("names nobody of a namespace that the viewer can't see", async () => {
    const { ask } = given({ sees: "bank" });
    const answer = await ask([{ ...DENY_ALL, metadata: { name: "deny", namespace: "bank" } }], ana);
    expect(JSON.stringify(answer)).not.toMatch(/shop|web|cron/);
    // A policy of the root namespace reaches further than its author sees.
    const root = given({ sees: "istio-system" });
    const mesh = await root.ask([{ ...DENY_ALL, metadata: { name: "deny", namespace: "istio-system" } }], ana);
    expect(JSON.stringify(mesh)).not.toMatch(/shop|web|cron/);
    expect(mesh.impact).toMatchObject({ unseen: 2, totals: [{ verdict: "denied", requests: { max: 10 } }] });
  });

  it("refuses drafts of what the viewer can't see or list", async () => {
    const refused = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });
    await expect(given({ sees: "bank" }).ask([DENY_ALL], ana)).rejects.toEqual(refused("forbidden"));
    await expect(given({ denied: "authorizationpolicies" }).ask([DENY_ALL], ana)).rejects.toEqual(refused("forbidden"));
    await expect(given().ask([DENY_ALL, DENY_ALL])).rejects.toEqual(refused("bad_manifest"));
    await expect(given().ask([object("Secret", "s", {})])).rejects.toEqual(refused("not_found"));
  });
});

describe("GET /meaning/proposals", () => {
  it("proposes from the hour and the 7 days, with what they don't know", async () => {
    const answer = await given().propose("shop");
    expect(proposalSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ cluster: "c", namespace: "shop", window: "1h", week: true });
    const said = answer.proposal?.policies.flatMap(({ of, rules, uncovered }) => [
      ...rules.map(({ principal, seen, requests }) => `${of.name} ${principal} ${seen} ${requests}`),
      ...uncovered.map(({ source, seen, why }) => `${of.name} ${source} ${seen} ${why}`),
    ]);
    expect(said).toEqual(["api c/shop/workload/web hour unknown", "api c/shop/workload/cron week unknown"]);
  });

  it("without Prometheus says why there is none, and while what decides isn't known", async () => {
    const { propose, client } = given();
    for (const read of ["rates", "other", "history", "up"] as const) client.answers[read] = "upstream_unreachable";
    expect(await propose("shop")).toMatchObject({
      ...{ proposal: null, at: null, notEvaluated: expect.stringContaining("Prometheus 'main' can't be reached") },
    });
    expect((await given({ unread: "AuthorizationPolicy" }).propose("shop")).notEvaluated).toContain("may not list it");
    expect((await given({ asOf: null }).propose("shop")).notEvaluated).toContain("haven’t all been read");
  });

  it("refuses namespaces that the viewer can't see, or whose policies they can't list", async () => {
    const refused = expect.objectContaining({ problem: expect.objectContaining({ code: "forbidden" }) });
    await expect(given({ sees: "bank" }).propose("shop", ana)).rejects.toEqual(refused);
    await expect(given({ denied: "authorizationpolicies" }).propose("shop", ana)).rejects.toEqual(refused);
  });
});
