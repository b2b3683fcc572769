import { expect, it } from "vitest";
import { policy, worldOf } from "#lib/mesh/istio/policy/world.test-support.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { readingPort } from "./port.ts";
import { takes } from "./takes.ts";

const labels = (version: string) => ({ selector: { matchLabels: { app: "reviews", version } } });
const namespace = (name: string): Manifest => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

/** Who of these is taken. In this world an app is called like its only workload. */
const NODES = [
  ["workload", "shop", "reviews-v1"],
  ["workload", "shop", "reviews-v2"],
  ["workload", "edge", "reviews-copy"],
  ["app", "shop", "reviews-v2"],
  ["app", "shop", "nobody"],
] as const;
const V1 = "workload reviews-v1";
const V2 = ["workload reviews-v2", "app reviews-v2"];
const COPY = "workload reviews-copy";
const SHOP = [V1, ...V2, "app nobody"];

it.each<[string, Manifest, string[]]>([
  ["a selector takes what has its labels", policy("AuthorizationPolicy", "shop/a", labels("v1")), [V1]],
  ["in its own namespace", policy("AuthorizationPolicy", "edge/a", labels("v1")), []],
  ["from the root namespace in all", policy("AuthorizationPolicy", "istio-system/a", labels("v2")), V2],
  ["without one it takes its namespace, whoever is there", policy("PeerAuthentication", "shop/p", {}), SHOP],
  ["and no other", policy("PeerAuthentication", "edge/p", {}), [COPY]],
  ["but from the root namespace the mesh", policy("Telemetry", "istio-system/t", {}), [...SHOP, COPY]],
  ["a route takes those behind its hosts", policy("VirtualService", "shop/r", { hosts: ["reviews"] }), [V1, ...V2]],
  ["a host that isn't there nobody", policy("DestinationRule", "shop/d", { host: "nobody" }), []],
  ["a Namespace what is in it", namespace("edge"), [COPY]],
  ["be it the root namespace", namespace("istio-system"), []],
  ["what takes effect on nothing by itself nobody", policy("WorkloadGroup", "shop/g", {}), []],
])("%s", (_, manifest, expected) => {
  const world = worldOf(manifest);
  const taken = NODES.filter(([kind, place, name]) =>
    takes(readingPort, manifest, world, { cluster: "west", namespace: place, kind, name }),
  );
  expect(taken.map(([kind, , name]) => `${kind} ${name}`).sort()).toEqual([...expected].sort());
});
