import { describe, expect, it } from "vitest";
import { web } from "./behaving.test-support.ts";
import { impact, made, object, turned, worldOf } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

describe("what isn’t worked out is named for its service", () => {
  const rules = (policy: string, more = "") =>
    object("DestinationRule", "shop/d", `host: reviews, trafficPolicy: {${policy}}${more}`);
  it.each<[string, Change, readonly string[]]>([
    [
      "connection pools",
      made(rules("connectionPool: {tcp: {maxConnections: 1}}")),
      ["the connection pool of reviews.shop.svc.cluster.local"],
    ],
    [
      "load balancing",
      made(rules("loadBalancer: {simple: RANDOM}")),
      ["the load balancing of reviews.shop.svc.cluster.local"],
    ],
    [
      "of a subset",
      turned(rules(""), rules("", ", subsets: [{name: a, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]")),
      ["the load balancing of reviews.shop.svc.cluster.local"],
    ],
    [
      "of a port",
      turned(rules(""), rules("portLevelSettings: [{port: {number: 80}, connectionPool: {tcp: {maxConnections: 1}}}]")),
      ["the connection pool of reviews.shop.svc.cluster.local"],
    ],
    [
      "other settings",
      made(rules("tunnel: {targetHost: x}")),
      ["other settings of connections to reviews.shop.svc.cluster.local"],
    ],
    ["TLS alone isn’t", turned(rules(""), rules("tls: {mode: ISTIO_MUTUAL}")), []],
    [
      "a subset without settings isn’t",
      turned(rules(""), rules("", ", subsets: [{name: a, labels: {version: v1}}]")),
      [],
    ],
  ])("%s", (_, change, expected) => {
    expect(impact([change], [web()]).gaps.map(({ what }) => what)).toEqual(expected);
  });

  it("of outlier detection it says how it works, and that a tenth of few endpoints is none", () => {
    const pods = [1, 2, 3].map((at) => ({
      name: `reviews-${at}`,
      ip: null,
      ready: true,
      phase: "Running",
      reports: true,
    }));
    const { inventory } = worldOf([]);
    const workloads = new Map(
      [...inventory.workloads].map(([key, each]) => [key, key === "shop/reviews-v1" ? { ...each, pods } : each]),
    );
    const change = made(rules("outlierDetection: {consecutive5xxErrors: 3}"));
    const [gap] = impact([change], [web()], [], { inventory: { ...inventory, workloads } }).gaps;
    expect(gap?.what).toMatch(/^the outlier detection of reviews\.shop.*times the number of its ejections/);
    expect(gap?.what).toContain("at most 10 % of endpoints ejected (default); of 3 that is none");
    expect(gap?.closeWith).toContain("outlier_detection_ejections_active");
    const [apart] = impact([change], [web()], [], {
      inventory: { ...inventory, workloads },
      visible: () => false,
    }).gaps;
    expect(apart?.what).toContain("at most 10 % of endpoints ejected (default)");
    expect(apart?.what).not.toContain("of 3");
  });
});
