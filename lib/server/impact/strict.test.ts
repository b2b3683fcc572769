import { describe, expect, it } from "vitest";
import { strictSchema, strictScopeAt } from "#lib/api/strict.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { MeshAdapter } from "#lib/mesh/port.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { fakeMesh } from "../fake-mesh.test-support.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { Rights } from "../rights/model.ts";
import { showStrict } from "./strict.ts";

const peer = (namespace: string, mode: string): Manifest => ({
  ...{ apiVersion: "security.istio.io/v1", kind: "PeerAuthentication", spec: { mtls: { mode } } },
  metadata: { namespace, name: `peer-${namespace}` },
});
/** Sees `shop` alone. */
const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["c", { user: "ana", token: "t" }]]),
};

function given(
  o: { objects?: readonly Manifest[]; unread?: string; denied?: string; silent?: boolean; mesh?: MeshAdapter } = {},
) {
  const places = ["shop/web", "shop/api", "shop/cron", "bank/ledger"];
  const inventories = inventory(places.map((name) => workload(name)));
  const { telemetry, timers, client } = fakeConsole({ inventory: inventories, ...(o.mesh && { mesh: o.mesh }) });
  const policies = {
    ...{ cluster: "c", asOf: timers.now(), kind: () => null },
    ...(o.silent === true ? { silentSince: timers.now() } : {}),
    objects: (kind: string) => (o.objects ?? []).filter((each) => manifestKindKey(each) === kind),
    unread: o.unread === undefined ? [] : [{ kind: o.unread, reason: "You may not list it.", code: "forbidden" }],
  };
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || namespace === "shop",
    }),
    ask: async (_, questions) => questions.map(({ resource }) => ({ allowed: resource !== o.denied, reason: "" })),
  };
  const deps = {
    ...{ port: readingPort, rights, clients: new Map([["c", {}]]), rootNamespace: () => "istio-system" },
    ...{ inventory: () => inventories, store: { clusters: () => new Map([["c", policies]]) } },
    ...{ telemetry, timers, text: () => (text: string) => text },
  };
  const ask = (namespace: string | null, credential: Credential = ANONYMOUS) =>
    showStrict(deps as never, credential, { cluster: "c", namespace });
  return { ask, client };
}

describe("GET /meaning/strict", () => {
  it("tells pairs of the hour by rate and those of 7 days by name, and calls nothing safe that nobody measured", async () => {
    const answer = await given().ask("shop");
    expect(strictSchema.parse(answer)).toEqual(answer);
    expect(answer.pairs.items.map(({ source, seen, rate, refused }) => [source, seen, rate, refused])).toEqual([
      ["c/shop/workload/web", "hour", 10, null],
      ["c/shop/workload/cron", "week", 0, null],
    ]);
    expect(answer.namespaces).toMatchObject([
      { namespace: "shop", state: "blocked", pairs: { proven: 0, unknown: 2 } },
    ]);
    expect(answer.evidence).toMatchObject({ hourPairs: 1, weekPairs: 1 });
  });

  it("says since when the API server hasn’t answered, and calls no namespace ready then", async () => {
    const answer = await given({ silent: true }).ask("bank");
    expect(strictSchema.parse(answer)).toEqual(answer);
    expect(answer.silentSince).toBe(answer.asOf);
    expect(answer.namespaces.map(({ state }) => state)).not.toContain("ready");
  });

  it("asks Prometheus as often for the mesh as for a namespace", async () => {
    const { ask, client } = given();
    const answer = await ask(null);
    expect(answer.namespaces.map(({ namespace }) => namespace).toSorted()).toEqual(["bank", "shop"]);
    expect([client.asked.rates, client.asked.history, client.asked.scraped]).toEqual([2, 1, 1]);
  });

  it("without Prometheus it tells the objects, and why it knows no calls", async () => {
    const { ask, client } = given({ objects: [peer("shop", "STRICT")] });
    for (const read of ["rates", "other", "history", "up"] as const) client.answers[read] = "upstream_unreachable";
    const answer = await ask(null);
    expect(answer).toMatchObject({ evidence: null, notEvaluated: expect.stringMatching(/'main' can't be reached/) });
    expect(answer.namespaces.map(({ namespace, state }) => [namespace, state])).toEqual([
      ["bank", "unknown"],
      ["shop", "strict"],
    ]);
  });

  it("without the 7 days nothing is ready, and it says so", async () => {
    const { ask, client } = given();
    client.answers.history = "too_many_samples";
    const answer = await ask(null);
    expect(answer.evidence).toMatchObject({ weekPairs: null });
    expect(answer.evidence?.limits).toEqual([expect.stringMatching(/last 7 days could not be asked of 'main'/)]);
    expect(answer.namespaces.filter(({ state }) => state === "ready")).toEqual([]);
  });

  it("says since when the proxies of a workload are scraped, which is asked once for all who look", async () => {
    const { ask, client } = given();
    const blind = async () => (await ask("shop")).namespaces[0]?.blindSpots.filter((text) => / of api$/.test(text));
    expect(await blind()).toEqual([]);
    await Promise.all([blind(), blind()]);
    expect(client.asked.scraped).toBe(1);
    const late = given();
    late.client.answers.scraped = 1_787_184_000;
    expect((await late.ask("shop")).namespaces[0]?.blindSpots).toContain(
      "callers before 2026-08-20T00:00:00Z: only since then are as many proxies scraped as there are now, of api",
    );
  });

  it.each([
    ["could not be asked", "too_many_samples", [expect.stringMatching(/^Since when .* could not be asked of 'main'/)]],
    ["isn’t in its Prometheus", "nothing", []],
  ] as const)("since when that is %s isn’t known, and the rest is told", async (_, answered, limits) => {
    const { ask, client } = given();
    client.answers.scraped = answered;
    const answer = await ask("shop");
    expect(strictSchema.parse(answer)).toEqual(answer);
    expect(answer.namespaces[0]?.blindSpots).toContain(
      "callers within the 7 days: since when proxies are scraped isn’t known of api",
    );
    expect(answer.evidence).toMatchObject({ hourPairs: 1, weekPairs: 1, limits });
  });

  it("a mesh that can’t tell since when is told all the rest", async () => {
    const answer = await given({ mesh: { ...fakeMesh, scraped: () => null } }).ask("shop");
    expect(answer.evidence?.limits).toEqual([expect.stringContaining("can’t be asked since when")]);
    expect(answer.pairs.total).toBe(2);
  });

  it("names kinds that can't be read, and what rests on them isn't known", async () => {
    const answer = await given({ unread: "PeerAuthentication" }).ask("shop");
    expect(answer.lacks).toEqual(["PeerAuthentication: You may not list it."]);
    expect(answer.namespaces[0]?.now).toMatchObject({
      mode: null,
      lacks: ["PeerAuthentication: You may not list it."],
    });
  });

  it("who sees one namespace learns nothing of others, nor of the mesh’s object", async () => {
    const { ask } = given({ objects: [peer("istio-system", "STRICT"), peer("bank", "DISABLE")] });
    for (const answer of [await ask(null, ana), await ask("shop", ana)]) {
      expect(JSON.stringify(answer)).not.toMatch(/bank|ledger|istio-system|"STRICT"|"DISABLE"/);
      expect(answer).toMatchObject({ rootNamespace: null, mesh: { mode: null } });
    }
    expect((await ask(null, ana)).hidden).toBe(true);
    const refused = expect.objectContaining({ problem: expect.objectContaining({ code: "forbidden" }) });
    await expect(ask("bank", ana)).rejects.toEqual(refused);
    await expect(ask("nowhere", ana)).rejects.toEqual(refused);
  });

  it("a kind that the viewer may not list is out of sight in a namespace that isn’t", async () => {
    const answer = await given({ objects: [peer("shop", "STRICT")], denied: "peerauthentications" }).ask("shop", ana);
    expect(JSON.stringify(answer)).not.toMatch(/peer-shop|"STRICT"/);
    expect(answer.namespaces[0]?.now.lacks).toEqual(["an object you may not see"]);
  });

  it("a namespace that isn’t there, and an address that is no scope’s", async () => {
    const code = (wanted: string) => expect.objectContaining({ problem: expect.objectContaining({ code: wanted }) });
    await expect(given().ask("nowhere")).rejects.toEqual(code("not_found"));
    expect(strictScopeAt("http://x/api/v1/meaning/strict/c/-")).toEqual({ cluster: "c", namespace: null });
    expect(strictScopeAt("http://x/api/v1/meaning/strict/c/shop")).toEqual({ cluster: "c", namespace: "shop" });
    for (const bad of ["c", "c/a%20b", "c/shop/x"])
      expect(() => strictScopeAt(`http://x/api/v1/meaning/strict/${bad}`)).toThrow(/no scope/);
  });
});
