import { expect, it } from "vitest";
import { traceOf } from "#lib/tracing/spans.test-support.ts";
import { fileNodes } from "./file-nodes.ts";

const proxy = (pod: string) => ({ node_id: `sidecar~10.0.0.1~${pod}~x` });

it.each([
  [
    "by a proxy's node, with its cluster",
    { "istio.cluster_id": "w", ...proxy("cart-7d4b9c6f5d-x2k4z.shop") },
    {},
    "w/shop/workload/cart",
  ],
  ["by a proxy's node alone", proxy("cart-7d4b9c6f5d-x2k4z.shop"), {}, "unknown/shop/workload/cart"],
  [
    "by OpenTelemetry's resource",
    {},
    { "k8s.namespace.name": "shop", "k8s.deployment.name": "cart", "k8s.cluster.name": "w" },
    "w/shop/workload/cart",
  ],
  ["by its pod's name", {}, { "k8s.namespace.name": "shop", "k8s.pod.name": "db-0" }, "unknown/shop/workload/db"],
  ["by the service's name, as Istio writes it", {}, { "service.name": "cart.shop" }, "unknown/shop/app/cart"],
  ["not at all where nothing tells", {}, { "service.name": "cart" }, null],
  ["not at all by a hostile name", {}, { "service.name": "<img onerror=x>.shop" }, null],
] as const)("a span of a file is placed %s", (_, tags, resource, node) => {
  const service = "service.name" in resource ? resource["service.name"] : "plain";
  expect(fileNodes(traceOf([{ id: "a", at: 0, ms: 1, service, tags, resource }]))).toEqual([node]);
});
