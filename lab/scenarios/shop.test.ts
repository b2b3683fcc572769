import { describe, expect, it } from "vitest";
import { Engine } from "../sim/engine.ts";
import { samples } from "../sim/reading.test-support.ts";
import { START } from "../sim/run.test-support.ts";
import { stillWorld } from "../sim/still-world.test-support.ts";
import { Ledger } from "../truth/ledger.ts";
import { shop } from "./shop.ts";

describe("the shop", () => {
  const world = stillWorld(shop.clusters);
  const ledger = new Ledger(600);
  const engine = new Engine({ world, ledger, seed: 1, tickMs: 100, startMs: START });
  for (let now = START; now <= START + 120_000; now += 100) engine.advance(now);
  const all = ledger.edges(0, 1e12);

  it("has a busy, readable size", () => {
    const rate = all.reduce((sum, e) => sum + (e.protocol === "tcp" ? 0 : e.requests), 0) / 120;
    expect(rate).toBeGreaterThan(100);
    expect(rate).toBeLessThan(400);
    expect(all.length).toBeGreaterThan(25);
    expect(all.length).toBeLessThan(60);
  });

  it("classifies what catalog is asked for, by its own proxies alone (the Job that asks for more comes later)", () => {
    const at = (reporter: string) =>
      new Set(
        samples(world, "istio_requests_total", { reporter, destination_workload: "catalog" }).map(
          ({ labels }) => labels["request_operation"],
        ),
      );
    expect(at("destination")).toEqual(new Set(["GetPrices", "ListItems"]));
    expect(at("source")).toEqual(new Set([undefined]));
  });

  it("folds the waypoint's hop: the client's ztunnel sees the waypoint, the waypoint the backend", () => {
    expect(all.find((e) => e.source.endsWith("/profiles") && e.target.endsWith("/recommend"))).toMatchObject({
      protocol: "grpc",
      mtls: 1,
    });
    expect(all.some((e) => e.source.endsWith("/waypoint") || e.target.endsWith("/waypoint"))).toBe(false);
    const [l7] = samples(world, "istio_requests_total", { reporter: "waypoint", grpc_response_status: "0" });
    expect(l7?.labels).toMatchObject({
      source_workload: "profiles",
      destination_workload: "recommend",
      destination_app: "unknown",
    });
    const clients = samples(world, "istio_tcp_connections_opened_total", {
      reporter: "source",
      destination_workload: "waypoint",
    });
    expect(clients[0]?.labels).toMatchObject({
      source_workload: "profiles",
      destination_service: "recommend.insights.svc.cluster.local",
    });
    expect(
      samples(world, "istio_tcp_connections_opened_total", { reporter: "destination", source_workload: "waypoint" }),
    ).not.toEqual([]);
  });

  it("crosses clusters, and leaves mesh, registry and namespaces in every documented way", () => {
    const keys = all.map((e) => `${e.source}>${e.target}>${e.protocol}`);
    for (const expected of [
      "west-1/payments/workload/payments>east-1/payments/workload/ledger>http",
      "west-1/payments/workload/payments>west-1/unknown/external/BlackHoleCluster>http",
      "west-1/payments/workload/payments>west-1/unknown/external/api.cardnet.example>http",
      "west-1/shop/workload/storefront>west-1/unknown/external/PassthroughCluster>http",
      "west-1/orders/workload/checkout>west-1/unknown/external/PassthroughCluster>tcp",
      "west-1/unknown/unknown/unknown>west-1/shop/workload/catalog>http",
      "west-1/insights/workload/profiles>west-1/insights/workload/features>tcp",
      "west-1/shop/workload/cart>west-1/shop/service/coupons>http",
      "west-1/shop/workload/storefront>west-1/shop/service/giftcards>http",
    ])
      expect(keys).toContain(expected);
    expect(keys.some((k) => k.includes(">west-1/shop/workload/giftcards>"))).toBe(false);
  });

  it("keeps the unscraped proxy's own counts out of every target's sight", () => {
    const audits = [...world.pods.values()].filter((p) => p.identity.workload === "audit");
    expect(audits.map((p) => p.scraped)).toEqual([false]);
    expect(samples(world, "istio_requests_total", { reporter: "destination", source_workload: "audit" })).not.toEqual(
      [],
    );
  });
});
