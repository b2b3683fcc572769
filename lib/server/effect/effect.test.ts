import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { unixSeconds } from "#lib/units.ts";
import { FakeTimers } from "../fake-timers.test-support.ts";
import { ANONYMOUS } from "../identity.ts";
import type { Rights, Visibility } from "../rights/model.ts";
import { type EffectDeps, effectOf } from "./effect.ts";
import { createIstiod, type Istiod } from "./istiod.ts";

const object: ObjectRef = {
  ...{ cluster: "c", group: "networking.istio.io", version: "v1", kind: "VirtualService" },
  ...{ namespace: "shop", name: "reviews" },
};
const SINCE = unixSeconds(1_700_000_000);
const ROUTE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
const sent = (proxy: string, acked = "a", lastError = "") => ({
  proxy,
  resources: { [ROUTE]: { sent: "a", acked, lastError, sentTime: new Date((SINCE + 1) * 1000).toISOString() } },
});

let server: Server;
let istiod: Istiod;
let answer: { status: number; body: string };
let asked: { url: string | undefined; authorization: string | undefined }[];

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: "[]" };
  server = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization });
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  istiod = createIstiod({ cluster: "c", url, token: async () => "secret" }, timers);
});
afterEach(async () => {
  await istiod.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const timers = new FakeTimers();
const visible: Visibility = { key: "shop", all: false, namespace: (_, name) => name === "shop", cluster: () => false };
const rights: Rights = { visibility: async () => visible, ask: async () => [] };
const deps = (istiods: EffectDeps["istiods"] = new Map([["c", istiod]])): EffectDeps => ({
  rights,
  istiods,
  clients: new Map([["c", {} as never]]),
});
const ask = (from = deps(), of = object) => effectOf(from, ANONYMOUS, of, SINCE);

describe("effectOf", () => {
  it("says how many proxies have it", async () => {
    answer.body = JSON.stringify([sent("web.shop"), sent("api.shop", "old")]);
    expect(await ask()).toMatchObject({ state: "pending", proxies: 2, sent: 2, acknowledged: 1, reason: null });
    expect(asked).toEqual([{ url: "/debug/syncz", authorization: "Bearer secret" }]);
  });

  it("by the object's kind: what goes out with every pod is no proof of a policy", async () => {
    const type = "type.googleapis.com/istio.workload.Address";
    const sentTime = new Date((SINCE + 1) * 1000).toISOString();
    answer.body = JSON.stringify([
      { proxy: "ztunnel-1.istio-system", resources: { [type]: { sent: "a", acked: "a", sentTime } } },
    ]);
    const of = (kind: string) => ask(deps(), { ...object, group: "security.istio.io", kind });
    expect(await of("AuthorizationPolicy")).toMatchObject({ state: "quiet", perhaps: 0 });
    expect(await of("PeerAuthentication")).toMatchObject({ state: "perhaps", perhaps: 1, sent: 0 });
  });

  it("names proxies that refused only where the viewer may see them, and counts the rest", async () => {
    answer.body = JSON.stringify([sent("web.shop", "old", "bad\nroute"), sent("db.orders", "old", "bad")]);
    const effect = await ask();
    expect(effect).toMatchObject({ state: "rejected", rejectedCount: 2 });
    expect(effect.rejected).toEqual([{ proxy: "web.shop", error: "bad route" }]);
    expect(JSON.stringify(effect)).not.toContain("orders");
  });

  it("asks once for all who watch, and again later", async () => {
    await Promise.all([ask(), ask(), ask()]);
    expect(asked).toHaveLength(1);
    await timers.advance(3001);
    await ask();
    expect(asked).toHaveLength(2);
  });

  it.each([
    [{ status: 401, body: "" }, /wants a token: clusters\[\]\.mesh\.istiod\.bearerTokenFile/],
    [{ status: 404, body: "no" }, /HTTP 404/],
    [{ status: 200, body: "<html>" }, /nothing that could be read/],
    [{ status: 200, body: "[]" }, /No proxy is connected to the istiod that answered/],
    [
      { status: 200, body: JSON.stringify([{ proxy: "web.shop", cluster_sent: "b", cluster_acked: "a" }]) },
      /doesn't say when it sent its proxies anything/,
    ],
  ])("answers unknown, and why: %o", async (given, reason) => {
    answer = given;
    const effect = await ask();
    expect(effect).toMatchObject({ state: "unknown", proxies: null, sent: null });
    expect(effect.reason).toMatch(reason);
  });

  it("answers unknown where none is configured, or none listens", async () => {
    expect((await ask(deps(new Map()))).reason).toContain("clusters[].mesh.istiod.url");
    const nobody = createIstiod({ cluster: "c", url: "http://127.0.0.1:1" }, timers);
    expect((await ask(deps(new Map([["c", nobody]])))).reason).toMatch(/can't be reached: the connection was refused/);
    await nobody.close();
  });

  it("refuses what the viewer can't see", async () => {
    await expect(ask(deps(), { ...object, namespace: "orders" })).rejects.toMatchObject({
      problem: { code: "forbidden" },
    });
    expect(asked).toEqual([]);
  });
});
