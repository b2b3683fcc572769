import { describe, expect, it } from "vitest";
import { egressSchema } from "#lib/api/egress.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { Service } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { Rights } from "../rights/model.ts";
import { showEgress } from "./egress.ts";

const sidecar = (namespace: string, hosts: readonly string[]): Manifest => ({
  ...{ apiVersion: "networking.istio.io/v1", kind: "Sidecar", spec: { egress: [{ hosts }] } },
  metadata: { namespace, name: "s3cret-sidecar", creationTimestamp: "2026-01-01T00:00:00Z" },
});
/** Sees `shop` alone. */
const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["c", { user: "ana", token: "t" }]]),
};

function given(o: { objects?: readonly Manifest[]; denied?: string; unread?: string } = {}) {
  const cluster = inventory(["web", "api", "cron"].map((name) => workload(`shop/${name}`))).get("c");
  if (cluster === undefined) throw new Error("the tests' cluster is called c");
  const api: Service = {
    ...{ cluster: "c", namespace: "shop", name: "api", selector: { app: "api" }, headless: false, workloads: ["api"] },
    ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null }],
  };
  const inventories = new Map([["c", { ...cluster, services: new Map([["shop/api", api]]) }]]);
  const { telemetry, timers, client } = fakeConsole({ inventory: inventories });
  const policies = {
    ...{ cluster: "c", asOf: timers.now(), kind: () => null },
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
  const ask = (asked: object = {}, credential: Credential = ANONYMOUS) =>
    showEgress(deps as never, credential, { cluster: "c", namespace: "shop", ...asked });
  return { ask, client };
}
const refused = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

describe("POST /meaning/egress", () => {
  it("proposes from the last hour and 7 days", async () => {
    const answer = await given().ask();
    expect(egressSchema.parse(answer)).toEqual(answer);
    expect(answer.hosts).toEqual(["./*", "istio-system/*"]);
    expect(answer.entries[0]?.seen).toMatchObject([{ host: "api.shop.svc.cluster.local", clients: ["cron", "web"] }]);
    expect(answer.traffic).toMatchObject({ week: true });
    expect(answer.kept).toBe(2);
  });

  it("says of other entries what they break", async () => {
    const answer = await given().ask({ hosts: ["bank/*"] });
    expect(answer.hosts).toEqual(["bank/*"]);
    expect(answer.breaks).toMatchObject([{ host: "api.shop.svc.cluster.local", fate: "either", requests: 10 }]);
  });

  it("without Prometheus it says why, and counts all the same", async () => {
    const { ask, client } = given();
    for (const read of ["rates", "other", "history", "up"] as const) client.answers[read] = "upstream_unreachable";
    const answer = await ask();
    expect(answer).toMatchObject({ traffic: null, notEvaluated: expect.stringMatching(/can't be asked/) });
    expect(answer.savings).toMatchObject([{ now: { hosts: 1 }, then: { hosts: 1 } }]);
    expect(egressSchema.parse(answer)).toEqual(answer);
  });

  it("a kind that can't be read is a blind spot, and nothing is counted by it", async () => {
    const answer = await given({ unread: "Sidecar" }).ask();
    expect(answer.blindSpots).toContain("Sidecars: You may not list it.");
    expect(answer.savings).toMatchObject([{ now: null, then: null }]);
  });

  it("a Sidecar that the viewer may not list counts, without its name and what it says", async () => {
    const objects = [sidecar("shop", ["./*"])];
    const answer = await given({ objects, denied: "sidecars" }).ask({}, ana);
    expect(JSON.stringify(answer)).not.toContain("s3cret");
    expect(answer).toMatchObject({ object: null, savings: [{ now: null, then: null }] });
    expect(answer.clients[0]?.today).toEqual({ level: "namespace", object: null });
    expect((await given({ objects }).ask({}, ana)).object).toMatchObject({ name: "s3cret-sidecar" });
  });

  it("refuses what the viewer can't see, what isn't there, and the root namespace", async () => {
    const { ask } = given();
    await expect(ask({ namespace: "bank" }, ana)).rejects.toEqual(refused("forbidden"));
    await expect(ask({ workload: "nobody" })).rejects.toEqual(refused("not_found"));
    await expect(ask({ namespace: "istio-system" })).rejects.toEqual(refused("bad_intent"));
  });
});
