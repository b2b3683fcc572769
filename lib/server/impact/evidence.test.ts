import { describe, expect, it } from "vitest";
import { impactSchema } from "#lib/api/impact.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { MeshAdapter } from "#lib/mesh/port.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { perSecond } from "#lib/units.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { fakeMesh } from "../fake-mesh.test-support.ts";
import { ANONYMOUS } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import { EVERYTHING } from "../rights/rights.ts";
import { showImpact } from "./draft.ts";
import { Impacts } from "./impact.ts";

const object = (
  kind: string,
  name: string,
  spec: JsonObject,
  metadata: Partial<Manifest["metadata"]> = {},
): Manifest => ({
  ...{ apiVersion: `${kind === "Telemetry" ? "telemetry" : "security"}.istio.io/v1`, kind, spec },
  metadata: { namespace: "shop", name, ...metadata },
});
const POSTS = object("AuthorizationPolicy", "posts", {
  action: "DENY",
  rules: [{ to: [{ operation: { methods: ["POST"] } }] }],
});
const tagging = (value: string) =>
  object("Telemetry", "tags", { metrics: [{ overrides: [{ tagOverrides: { request_method: { value } } }] }] });
const TAGS = tagging("request.method");
const TRIED = object("AuthorizationPolicy", "posts", POSTS.spec as JsonObject, {
  annotations: { "istio.io/dry-run": "true" },
  managedFields: [
    { manager: "kubectl", operation: "Update", time: "2001-01-01T00:00:00Z", fieldsV1: { "f:spec": {} } },
  ],
});

/** Both counters are what the fake client answers for latency, which nobody else asks here: of 10 calls a second so many. */
const mesh: MeshAdapter = {
  ...fakeMesh,
  requestClasses: ({ of }) =>
    of.length === 0
      ? null
      : { id: "classes", group: "rates", query: { type: "selector", metric: "latency", matchers: [] } },
  requestClassRates: ({ samples }) => ({
    cut: samples.some(({ value }) => value === 9),
    classes: samples.flatMap(({ value }) =>
      [
        ["POST", value],
        ["GET", 10 - value],
      ].map(([method, rate]) => ({
        ...{ source: "c/shop/workload/web", target: "c/shop/workload/api", protocol: "http" as const },
        ...{ service: { namespace: "shop", name: "api" }, principal: undefined },
        ...{ by: "server" as const, request: { method: String(method) }, rate: perSecond(Number(rate)) },
      })),
    ),
  }),
  dryRuns: () => ({ id: "dryRuns", group: "rates", query: { type: "selector", metric: "latency", matchers: [] } }),
  dryRunCounts: ({ samples }) =>
    samples.map(({ value }) => ({
      ...{ cluster: "c", namespace: "shop", pod: "api-1", protocol: "http", port: 8080, action: "deny" },
      ...{ result: "denied", rate: perSecond(value), newborn: false },
    })),
};

function given(objects: readonly Manifest[], unread: readonly string[] = []) {
  const inventories = inventory(["shop/web", "shop/api"].map((name) => workload(name)));
  const { telemetry, timers, client } = fakeConsole({ inventory: inventories, mesh });
  client.answers.latency = 3;
  const policies = {
    ...{ cluster: "c", asOf: timers.now(), kind: () => null },
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
    unread: unread.map((kind) => ({ kind, reason: "You may not list it.", code: "forbidden" })),
  };
  const parts = {
    ...{ port: readingPort, clients: new Map([["c", {}]]), rootNamespace: () => "istio-system" },
    rights: {
      visibility: async () => EVERYTHING,
      ask: async (_: unknown, asked: readonly unknown[]) => asked.map(() => ({ allowed: true, reason: "" })),
    },
    ...{ inventory: () => inventories, store: { clusters: () => new Map([["c", policies]]) } },
    ...{ telemetry, timers, text: () => (text: string) => text },
  };
  const impacts = new Impacts(parts as never);
  const ask = async (manifest: Manifest) => {
    const answer = await showImpact({ ...parts, impacts } as never, ANONYMOUS, {
      ...{ cluster: "c", manifests: [manifest as never], deletions: [] },
    });
    expect(impactSchema.parse(answer)).toEqual(answer);
    const items = answer.objects.flatMap(({ impact }) => impact ?? []).filter(({ seen }) => seen === "hour");
    return {
      items: items.map(({ min, max, certainty, evidence }) => [
        min,
        max,
        certainty,
        ...evidence.map(({ kind }) => kind),
      ]),
      limits: answer.impact?.limits ?? [],
    };
  };
  return { ask, client, timers };
}
const BLIND = [[0, 10, "bounded"]];

describe("labels of requests", () => {
  it("are read where a Telemetry object adds them, once for all who plan in the same round", async () => {
    const { ask, client, timers } = given([TAGS]);
    expect(await ask(POSTS)).toEqual({ items: [[3, 3, "certain", "labels"]], limits: [] });
    await Promise.all([ask(POSTS), ask(POSTS)]);
    expect(client.asked.latency).toBe(1);
    await timers.advance(15_000);
    await ask(POSTS);
    expect(client.asked.latency).toBe(2);
  });

  it("aren't asked for where nobody adds them, or nobody knows who does", async () => {
    for (const { ask, client } of [given([]), given([TAGS], ["Telemetry"])]) {
      expect(await ask(POSTS)).toEqual({ items: BLIND, limits: [] });
      expect(client.asked.latency).toBe(0);
    }
  });

  it("aren't read where their name means something else, and that is said", async () => {
    const { ask, client } = given([tagging("request.path")]);
    expect(await ask(POSTS)).toEqual({
      items: BLIND,
      limits: [expect.stringContaining("The label request_method isn’t read")],
    });
    expect(client.asked.latency).toBe(0);
  });

  it("that can't be asked leave all as it was, with the reason; so does an answer that is full, of the rest", async () => {
    const { ask, client, timers } = given([TAGS]);
    client.answers.latency = "too_many_samples";
    const failed = await ask(POSTS);
    expect(failed).toEqual({ items: BLIND, limits: [expect.stringContaining("could not be asked of 'main'")] });
    client.answers.latency = 9;
    await timers.advance(15_000);
    expect((await ask(POSTS)).limits).toEqual([expect.stringContaining("more sorts of requests")]);
  });
});

describe("counters of a policy on trial", () => {
  it("bound what it refuses once it is in force", async () => {
    const { ask, client } = given([TRIED]);
    expect((await ask(POSTS)).items).toEqual([[3, 3, "certain", "dry-run"]]);
    expect(client.asked.latency).toBe(1);
  });

  it("aren't asked for where no trial ends", async () => {
    const { ask, client } = given([TRIED]);
    await ask(
      object("AuthorizationPolicy", "others", POSTS.spec as JsonObject, {
        annotations: { "istio.io/dry-run": "true" },
      }),
    );
    await ask(object("AuthorizationPolicy", "all", {}));
    expect(client.asked.latency).toBe(0);
  });

  it("that can't be read leave all as it was", async () => {
    const { ask, client } = given([TRIED]);
    client.answers.latency = "too_many_samples";
    expect((await ask(POSTS)).items).toEqual(BLIND);
  });
});
