import { expect, it } from "vitest";
import { createChecker } from "#lib/mesh/checks.ts";
import { shown } from "#lib/policy/clean.ts";
import type { CheckWorld, Finding } from "#lib/policy/finding.ts";
import { carryOut } from "#lib/policy/fix.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type FakeCluster, fakePlans, user } from "./fake-cluster.test-support.ts";

const ana = user("ana");
const asking = { requestId: "r-1" };
const object = (kind: string, name: string, spec: object, age: string): Manifest => ({
  ...{ apiVersion: "networking.istio.io/v1", kind, spec: spec as NonNullable<Manifest["spec"]> },
  metadata: { name, namespace: "shop", creationTimestamp: `2026-0${age}-01T00:00:00Z`, labels: { team: "shop" } },
});

/** What is found of the cluster's objects, where nothing else is read. */
function findings(cluster: FakeCluster): readonly Finding[] {
  const objects = [...cluster.objects.values()];
  const world: CheckWorld = {
    ...{ cluster: "c", rootNamespace: "istio-system", inventory: null, elsewhere: [], knowledge: "" },
    objects: (kind) => objects.filter((each) => each.kind === kind),
    knows: () => false,
  };
  return createChecker().check(world);
}

/** As the page opens a fix: carried out on the object as it is now. */
function opened(cluster: FakeCluster, code: string) {
  const finding = findings(cluster).find((each) => each.code === code);
  if (finding === undefined) throw new Error(`${code} isn't found`);
  const { kind, namespace, name } = finding.object;
  const own = cluster.objects.get(`${kind}/${namespace}/${name}`);
  if (own === undefined) throw new Error("its object isn't there");
  return { cluster: "c", ...carryOut(finding.fix, shown(own)) };
}

it("a finding's fix opens as a plan of exactly its edit, and written it leaves nothing to find", async () => {
  const { cluster, plans } = fakePlans();
  const ports = [{ number: 443, name: "tls", protocol: "TLS" }];
  cluster.put(object("ServiceEntry", "pay", { hosts: ["a.example", "b.example", "a.example"], ports }, "1"));
  const plan = await plans.plan(ana, opened(cluster, "value-odd"), asking);
  expect(plan.steps.map(({ op, diff }) => [op, diff.changes])).toEqual([
    ["update", [{ path: "spec.hosts[2]", op: "remove", before: "a.example" }]],
  ]);
  expect(plan.steps[0]?.diff.lines.filter(({ op }) => op !== "same").map(({ text }) => text.trim())).toEqual([
    "- a.example",
  ]);
  await plans.apply(ana, { sealed: plan.sealed, confirm: plan.id, acknowledged: [...plan.needs], force: [] }, asking);
  expect(cluster.objects.get("ServiceEntry/shop/pay")?.spec).toEqual({ hosts: ["a.example", "b.example"], ports });
  expect(findings(cluster)).toEqual([]);
});

it("a finding's fix that deletes opens as a plan of exactly that deletion", async () => {
  const { cluster, plans } = fakePlans();
  cluster.put(object("Sidecar", "first", { egress: [{ hosts: ["./*"] }] }, "1"));
  cluster.put(object("Sidecar", "second", { egress: [{ hosts: ["*/*"] }] }, "2"));
  const plan = await plans.plan(ana, opened(cluster, "sidecar-default-twice"), asking);
  expect(plan.steps.map(({ op, object: { kind, name } }) => [op, kind, name])).toEqual([
    ["delete", "Sidecar", "second"],
  ]);
});
