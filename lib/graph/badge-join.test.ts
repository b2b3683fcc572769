import { describe, expect, it } from "vitest";
import { withBadges } from "./badge-join.ts";
import { type BadgeCounts, badgeText, type PolicyBadge, type PolicyBadges } from "./badges.ts";
import { end, l7, view } from "./graph.test-support.ts";

const counts = (of: Partial<Record<PolicyBadge, number>>): BadgeCounts =>
  new Map(Object.entries(of) as [PolicyBadge, number][]);
const NOTHING: PolicyBadges = { services: new Map(), workloads: new Map(), apps: new Map(), hosts: new Map() };

const shop = [
  l7("source", "edge/gw", "shop/a@a", { 200: 1 }),
  l7("source", "shop/a", "shop/b@b", { 200: 1 }, { destination: end("shop/b@b", { app: "b", version: "v1" }) }),
  l7("source", "shop/a", "ext:api.example.com", { 200: 1 }),
  l7("source", "shop/loop", "shop/loop@loop", { 200: 1 }),
];
const badged = (look: Parameters<typeof view>[1], badges: Partial<PolicyBadges>) => {
  const { nodes } = withBadges(view(shop, look), () => ({ ...NOTHING, ...badges }));
  return (id: string) => nodes.find((node) => node.id === id);
};

describe("badges of the configuration", () => {
  it("come to workloads, services, apps and hosts with their counts", () => {
    const two = counts({ "circuit-breaker": 2, "virtual-service": 1 });
    const flat = badged(
      { services: true },
      { workloads: new Map([["shop/b", two]]), services: new Map([["shop/b", two]]) },
    );
    for (const id of ["c/shop/workload/b", "c/shop/service/b"]) {
      expect(flat(id)?.badges).toEqual(["virtual-service", "circuit-breaker"]);
      expect(flat(id)?.badgeCounts).toEqual({ "circuit-breaker": 2, "virtual-service": 1 });
    }
    const apps = new Map([
      ["shop/b", counts({ mirroring: 1 })],
      ["shop/b/v1", counts({ "fault-injection": 3 })],
    ]);
    expect(badged({ lens: "app" }, { apps })("c/shop/app/b")?.badgeCounts).toEqual({ mirroring: 1 });
    expect(badged({ lens: "versionedApp" }, { apps })("c/shop/app/b/v1")?.badgeCounts).toEqual({
      "fault-injection": 3,
    });
    const hosts = new Map([["*.example.com", counts({ "service-entry": 1 })]]);
    expect(badged({}, { hosts })("c/unknown/external/api.example.com")?.badges).toEqual(["service-entry"]);
  });

  it("leave folded namespaces and everybody else alone", () => {
    const workloads = new Map([["shop/b", counts({ mirroring: 1 })]]);
    expect(badged({ fold: ["shop"] }, { workloads })("c/shop/namespace/shop")).not.toHaveProperty("badgeCounts");
    expect(badged({}, { workloads })("c/shop/workload/a")).not.toHaveProperty("badgeCounts");
  });

  it("say what they mean, each of them", () => {
    const words = ["virtual-service", "request-timeout", "workload-entry", "traffic-source"];
    for (const word of words) expect(badgeText(word)).not.toBe(word);
  });
});

describe("traffic starts", () => {
  const sources = (look: Parameters<typeof view>[1]) =>
    withBadges(view(shop, look), () => null)
      .nodes.filter(({ badges }) => badges.includes("traffic-source"))
      .map(({ id }) => id);

  it("at who calls and isn't called; calling oneself is no being called", () => {
    expect(sources({})).toEqual(["c/edge/workload/gw", "c/shop/workload/loop"]);
  });

  it("never at who is outside the scope: not all of its callers are drawn", () => {
    expect(sources({ namespaces: ["shop"] })).toEqual(["c/shop/workload/loop"]);
  });
});
