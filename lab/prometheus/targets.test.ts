import { expect, it } from "vitest";
import { shop } from "../scenarios/shop.ts";
import { stillWorld } from "../sim/still-world.test-support.ts";
import { prometheusConfig } from "./config.ts";
import { targetGroups } from "./targets.ts";

const pods = [...stillWorld(shop.clusters).pods.values()];
const groups = targetGroups(pods, "127.0.0.1:9");

it("names each scraped pod once, with an instance of its own", () => {
  expect(groups).toHaveLength(pods.filter((p) => p.scraped).length);
  expect(new Set(groups.map((g) => `${g.labels["cluster"]} ${g.labels["instance"]}`)).size).toBe(groups.length);
  expect(groups.some((g) => g.labels["app"] === "audit")).toBe(false);
  expect(groups.some((g) => g.labels["pod"]?.startsWith("till"))).toBe(false);
});

it("carries pod labels as Istio's sample relabelling would, in names that Prometheus accepts", () => {
  const ztunnel = groups.find((g) => g.labels["app"] === "ztunnel");
  expect(ztunnel?.labels).toMatchObject({ namespace: "istio-system", cluster: "west-1" });
  const sidecar = groups.find((g) => g.labels["app"] === "reviews");
  expect(sidecar?.labels).toMatchObject({
    security_istio_io_tlsMode: "istio",
    service_istio_io_canonical_name: "reviews",
  });
  for (const group of groups)
    for (const name of Object.keys(group.labels)) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
});

it("makes a configuration with the asked interval", () => {
  const config = JSON.parse(prometheusConfig({ discovery: "http://x/sd", scrapeSeconds: 15 })) as { global: unknown };
  expect(config.global).toMatchObject({ scrape_interval: "15s", scrape_timeout: "15s" });
});
