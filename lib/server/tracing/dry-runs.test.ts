import { describe, expect, it } from "vitest";
import { unixSeconds } from "#lib/units.ts";
import { ANONYMOUS } from "../identity.ts";
import { type DryRunSpansAsked, dryRunSpans } from "./dry-runs.ts";
import { type Drawn, depsWith, type Held, jaegerWith, NOW, otlp, VIEWER } from "./fixture.test-support.ts";

const pod = (name: string, namespace = "shop") => ({
  "istio.cluster_id": "c",
  node_id: `sidecar~10.0.0.1~${name}-7d4b9c6f5d-x2k4z.${namespace}~x`,
});
const denied = (rule: string | null, action = "deny"): Record<string, string> => ({
  [`istio.authorization.dry_run.${action}_policy.result`]: "denied",
  ...(rule === null ? {} : { [`istio.authorization.dry_run.${action}_policy.name`]: rule }),
});
/** web and bank's job call cart; cart calls itself once. */
const spans: Drawn[] = [
  { id: "a", service: "web.shop", at: 0, ms: 100, kind: 3, tags: pod("web") },
  {
    ...{ id: "b", parent: "a", service: "cart.shop", at: 1, ms: 90 },
    tags: { ...pod("cart"), ...denied("ns[shop]-policy[one]-rule[0]") },
  },
  { id: "c", parent: "b", service: "cart.shop", at: 2, ms: 80, kind: 3, tags: pod("cart") },
  {
    ...{ id: "d", parent: "c", service: "cart.shop", at: 3, ms: 70 },
    tags: { ...pod("cart"), ...denied("ns[shop]-policy[one]-rule[3]") },
  },
  { id: "e", service: "vault.secret", at: 4, ms: 60, kind: 3, tags: pod("vault", "secret") },
  {
    ...{ id: "f", parent: "e", service: "cart.shop", at: 5, ms: 50 },
    tags: { ...pod("cart"), ...denied("ns[root]-policy[two]-rule[0]") },
  },
  // Another workload's, and one that was let through.
  {
    ...{ id: "g", parent: "a", service: "web.shop", at: 6, ms: 40 },
    tags: { ...pod("web"), ...denied("ns[shop]-policy[one]-rule[0]") },
  },
  {
    ...{ id: "h", parent: "a", service: "cart.shop", at: 7, ms: 30 },
    tags: { ...pod("cart"), "istio.authorization.dry_run.deny_policy.result": "allowed" },
  },
];
const ASKED: DryRunSpansAsked = {
  ...{ cluster: "c", namespace: "shop", workload: "cart", app: null, action: "deny" },
  ...{ start: unixSeconds(NOW - 600), end: unixSeconds(NOW) },
};

async function ask(held: Held, more: Partial<DryRunSpansAsked> = {}, viewer = ANONYMOUS) {
  const deps = depsWith([await jaegerWith(held)]);
  return dryRunSpans(deps, await deps.viewers.audience(viewer), { ...ASKED, ...more });
}

describe("sampled spans of dry runs", () => {
  it("say which policies and which callers, of the workload's own spans that would be denied", async () => {
    expect(await ask({ one: otlp("one", spans) })).toEqual({
      ...{ action: "deny", kept: 3, full: false, problem: null },
      policies: [
        { policy: "shop/one", spans: 2 },
        { policy: "root/two", spans: 1 },
      ],
      callers: [
        { source: "c/shop/workload/web", spans: 2 },
        { source: "c/secret/workload/vault", spans: 1 },
      ],
    });
  });

  it("name no caller out of sight", async () => {
    const answer = await ask({ one: otlp("one", spans) }, {}, VIEWER);
    expect(answer?.callers).toEqual([
      { source: "c/shop/workload/web", spans: 2 },
      { source: null, spans: 1 },
    ]);
    expect(JSON.stringify(answer)).not.toContain("secret");
  });

  it("name callers in sight, also one that is called as a hidden namespace is", async () => {
    const two: Drawn[] = [
      { id: "s", service: "secret.shop", at: 0, ms: 9, kind: 3, tags: pod("secret") },
      { id: "t", parent: "s", service: "cart.shop", at: 1, ms: 8, tags: { ...pod("cart"), ...denied(null) } },
    ];
    const answer = await ask({ two: otlp("two", two) }, {}, VIEWER);
    expect(answer?.callers).toEqual([{ source: "c/shop/workload/secret", spans: 1 }]);
  });

  it("are asked for by the service that Istio names, and of ALLOW without a rule name none", async () => {
    const asked: string[] = [];
    const held = (query: URLSearchParams) => {
      asked.push(query.toString());
      const tags = { ...pod("cart"), ...denied(null, "allow") };
      return otlp("two", [{ id: "x", service: "carts.shop", at: 0, ms: 1, tags }]);
    };
    expect(await ask(held, { action: "allow", app: "carts" })).toMatchObject({
      ...{ kept: 1, policies: [{ policy: null, spans: 1 }], callers: [{ source: null, spans: 1 }] },
    });
    expect(asked.join()).toContain("carts.shop");
  });

  it("can't be told where no backend keeps that cluster's, and say so where one fails", async () => {
    expect(await ask({}, { cluster: "east" })).toBeNull();
    const fake = await jaegerWith({});
    await fake.close();
    const deps = depsWith([fake]);
    const answer = await dryRunSpans(deps, await deps.viewers.audience(ANONYMOUS), ASKED);
    expect(answer).toMatchObject({ kept: 0, problem: expect.stringMatching(/jaeger-0/) });
  });
});
