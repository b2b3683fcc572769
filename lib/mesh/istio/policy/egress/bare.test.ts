/** Workloads of which some pods have no proxy: those with one read a Sidecar and refuse plaintext, however few they are. */
import { describe, expect, test } from "vitest";
import type { PodRef, Workload } from "#lib/inventory/model.ts";
import type { EgressProposal } from "#lib/policy/egress.ts";
import { call, inventory, object, worldOf } from "../impact/impact.test-support.ts";
import { proposeEgress } from "./propose.ts";

const pod: PodRef = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
const naked: PodRef = { ...pod, name: "q", reports: false, unmeshed: true };
const MORE_BARE = { dataplane: "none", mesh: null, pods: [pod, naked, { ...naked, name: "r" }] } as const;
const FEW_BARE = { pods: [pod, { ...pod, name: "s" }, naked] } as const;
const ALL_BARE = { dataplane: "none", mesh: null, pods: [naked] } as const;
const MORE_BARE_AMBIENT = { ...MORE_BARE, pods: MORE_BARE.pods.map((each) => ({ ...each, reports: false })) } as const;

const CALLS = [call("shop/web", "bank/ledger", 5)];
const STRICT = object("PeerAuthentication", "bank/p", "mtls: {mode: STRICT}");

function propose(place: string, more: Partial<Workload>, hosts: readonly string[] | null = ["./*"]): EgressProposal {
  const own = inventory.workloads.get(place);
  if (own === undefined) throw new Error(`no ${place}`);
  const workloads = new Map([...inventory.workloads, [place, { ...own, ...more }]]);
  const world = { ...worldOf([STRICT], { inventory: { ...inventory, workloads } }), visible: () => true, whole: true };
  return proposeEgress({ namespace: "shop", workload: null, hosts }, CALLS, world);
}

const web = ({ clients }: EgressProposal) => clients.find(({ name }) => name === "web");
const pods = ({ savings }: EgressProposal) => savings.reduce((sum, each) => sum + each.pods, 0);
const which = (bare: number) =>
  `which of the pods of shop/web make the calls: ${bare} of 3 pods ${bare === 1 ? "is" : "are"} without a proxy`;

describe("a client", () => {
  test.each([
    ["most of whose pods have none", MORE_BARE, 2, 1],
    ["few of whose pods have none", FEW_BARE, 1, 2],
  ] as const)("%s is limited, and what it calls may break", (_, more, bare, proxies) => {
    const found = propose("shop/web", more);
    expect(web(found)).toMatchObject({ dataplane: "sidecar", spared: null });
    expect(found.breaks).toMatchObject([
      { clients: ["web"], certain: false, lacks: expect.arrayContaining([which(bare)]) },
    ]);
    expect(pods(found)).toBe(proxies);
    expect(propose("shop/web", more, null).hosts).toContain("bank/ledger.bank.svc.cluster.local");
  });

  test.each([
    ["without any", ALL_BARE, "It has no proxy."],
    ["of which some are in ambient mode", MORE_BARE_AMBIENT, "It is in ambient mode"],
  ] as const)("%s reads no Sidecar", (_, more, why) => {
    const found = propose("shop/web", more);
    expect(web(found)?.spared).toContain(why);
    expect(found.breaks).toEqual([]);
  });
});

describe("a STRICT server", () => {
  test.each([
    ["all of whose pods have a proxy", {}, true],
    ["few of whose pods have none", FEW_BARE, null],
    ["most of whose pods have none", MORE_BARE, null],
    ["without any", ALL_BARE, false],
  ] as const)("%s", (_, more, strict) => {
    expect(propose("bank/ledger", more).breaks).toMatchObject([{ clients: ["web"], strict }]);
  });
});
