import { describe, expect, it } from "vitest";
import { MeshscopeError } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { fakePlans, user } from "./fake-cluster.test-support.ts";
import { readRecord } from "./journal.ts";
import { fullShift } from "./needs.ts";

const route = (...weights: number[]): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "a", namespace: "shop" },
  spec: { http: [{ route: weights.map((weight, i) => ({ destination: { host: "a", subset: `v${i}` }, weight })) }] },
});

it.each([
  [[100, 0], [0, 100], true],
  [[95, 5], [0, 100], true],
  [[94, 6], [0, 100], false],
  [[100, 0], [90, 10], false],
  [[100], [100], false],
  [[2, 0], [0, 2], true],
])("%j to %j moves all traffic at once: %s", (before, after, all) => {
  expect(fullShift(route(...before), route(...after))).toBe(all);
});

describe("plans", () => {
  const ana = user("ana");
  const wish = () => ({ ...{ cluster: "c", deletions: [] }, manifests: [route(90, 10)] });

  it("take over fields only where it was shown and asked for", async () => {
    const { cluster, plans } = fakePlans();
    cluster.put(route(100, 0), "meshscope", "Apply");
    cluster.conflicts = [{ manager: "argocd-controller", field: ".spec.http" }];
    const make = () => plans.plan(ana, wish(), { requestId: null });
    const apply = async (force: number[]) => {
      const { sealed, id, needs, steps } = await make();
      expect(steps[0]?.conflicts).toMatchObject([{ tool: "argocd", fields: ["spec.http"] }]);
      return plans.apply(ana, { sealed, confirm: id, acknowledged: [...needs], force }, { requestId: null });
    };
    expect((await apply([])).steps).toMatchObject([{ result: "failed", problem: { code: "conflict" } }]);
    expect((await apply([0])).steps).toMatchObject([{ result: "applied" }]);
  });

  it.each([
    ["upstream_unauthorised", "reauth"],
    ["upstream_busy", "upstream_busy"],
    ["forbidden", "forbidden"],
  ] as const)("aren't made where reading answers %s", async (said, told) => {
    const { cluster, plans } = fakePlans();
    cluster.before = () => {
      throw new MeshscopeError(said, "No.");
    };
    await expect(plans.plan(ana, wish(), { requestId: null })).rejects.toMatchObject({ problem: { code: told } });
  });
});

it("a record that speaks of another place is none", () => {
  const object = { group: "", version: "v1", kind: "X", namespace: "other", name: "a" };
  const metadata = {
    ...{ name: "meshscope-0-0", namespace: "shop", labels: { "app.kubernetes.io/managed-by": "meshscope" } },
    annotations: { "meshscope.dev/state": "applied", "meshscope.dev/when": "2026-08-20T14:00:00Z" },
  };
  const record = (namespace: string) =>
    ({
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata,
      data: { plan: "p", op: "update", objects: [{ ...object, namespace }] },
    }) as Manifest;
  expect(readRecord("c", record("other"))).toBeNull();
  expect(readRecord("c", record("shop"))).toMatchObject({ object: { namespace: "shop" } });
});
