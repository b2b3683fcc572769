/**
 * Deny by default as it is proposed, enforced as it stands: who was seen goes on to be let in, at the waypoint and behind it, and who
 * wasn't is refused.
 */
import { describe, expect, it } from "vitest";
import type { KubeObject } from "#lab/kube/object.ts";
import { deployment, serviceAccount } from "#lab/scenarios/manifests.ts";
import { VAULT, vault } from "#lab/scenarios/trials/ambient.ts";
import { BANK, bank, CLUSTER, type Trial, trial } from "#lab/scenarios/trials/trial.ts";
import { behindWaypoint, waypoint } from "#lab/scenarios/trials/waypoint-first.ts";
import { BEHAVIOUR } from "#lab/sim/behaviour.ts";
import { changes } from "#lib/mesh/istio/policy/changes.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { intentsOf, type Proposal, restIntents } from "#lib/policy/proposal.ts";
import { became, come, findingsOf, foreseeing, foretold, lostShare } from "./foresight.test-support.ts";

const begin = foreseeing();

const calling = (host: string, rate: number) => ({ flows: [{ host, protocol: "http" as const, path: "/keys", rate }] });

/** `reader` comes through the waypoint, `desk`'s sidecar past it. */
const fronted: Trial = trial("deny-by-default-behind-a-waypoint", {
  manifests: [
    ...bank(),
    ...vault().filter(({ kind }) => kind !== "Service"),
    ...waypoint(),
    behindWaypoint(),
    ...[serviceAccount(VAULT, "stranger"), serviceAccount(BANK, "desk")],
    deployment({ namespace: BANK, name: "desk", version: "v1", behaviour: calling(`keys.${VAULT}`, 4) }),
  ],
  change: [],
});

const stranger: KubeObject = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "stranger", namespace: VAULT, labels: { app: "stranger" } },
  spec: {
    template: {
      metadata: { labels: { app: "stranger" }, annotations: { [BEHAVIOUR]: JSON.stringify(calling("keys", 10)) } },
      spec: {
        serviceAccountName: "stranger",
        restartPolicy: "Never",
        containers: [{ name: "stranger", image: "registry.example/stranger:1" }],
      },
    },
  },
};

/** All of it, enforced. */
function written(proposal: Proposal): readonly KubeObject[] {
  const place = { cluster: CLUSTER, namespace: VAULT };
  const intents = [
    ...proposal.policies.flatMap((each) => intentsOf(place, each, () => true, false)),
    ...restIntents(place, proposal, false),
  ];
  return intents.reduce<readonly Manifest[]>((all, intent) => {
    const world = { cluster: CLUSTER, rootNamespace: "istio-system", inventory: null };
    const { manifests } = changes(intent, {
      ...world,
      objects: (kind) => all.filter((each) => manifestKindKey(each) === kind),
    });
    const names = new Set(manifests.map(({ metadata }) => metadata.name));
    return [...all.filter(({ metadata }) => !names.has(metadata.name)), ...manifests];
  }, []) as unknown as readonly KubeObject[];
}

describe("deny by default behind a waypoint", { timeout: 900_000 }, () => {
  it("lets in at the waypoint who came through it, at ztunnel the waypoint and who came past it, and nobody else", async () => {
    const { watch, propose, plan, apply, stage } = await begin(fronted);
    await watch();
    const proposal = await propose(VAULT);
    const told = proposal.policies.map(({ of, point, rules, uncovered }) => [
      `${of.kind} ${of.name} at ${point}`,
      ...rules.map(({ principal, through }) => `${principal} ${through ?? ""}`.trim()),
      ...uncovered.map(({ source, why }) => `not ${source} ${why}`),
    ]);
    const account = (namespace: string, name: string) => `cluster.local/ns/${namespace}/sa/${name}`;
    expect(told).toEqual([
      ["workload keys at ztunnel", `${account(VAULT, "waypoint")} ${VAULT}/waypoint`, account(BANK, "desk")],
      ["service keys at waypoint", account(VAULT, "reader")],
    ]);
    expect(proposal.rest).toMatchObject({ why: null, waypoints: [{ waypoint: `${VAULT}/waypoint`, why: null }] });
    const planned = await plan(written(proposal));
    expect(planned.steps).toHaveLength(4);
    expect(foretold(planned)).toEqual([]);
    const outcome = await apply(planned, () => come(stage, stranger));
    expect(became(outcome)).toEqual([]);
    expect(findingsOf(outcome)).toEqual(["unforeseen stranger>keys, not ours"]);
    const lost = (namespace: string, name: string) =>
      lostShare(
        stage.ledger,
        { source: `${CLUSTER}/${namespace}/workload/${name}`, target: `${CLUSTER}/${VAULT}/workload/keys` },
        outcome,
      );
    expect([lost(VAULT, "reader"), lost(BANK, "desk"), lost(VAULT, "stranger")]).toEqual([0, 0, 1]);
  });
});
