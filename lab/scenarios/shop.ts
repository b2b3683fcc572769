/**
 * A small shop: about fifteen workloads in four namespaces of west-1 with their share of trouble, and a second
 * cluster east-1 that keeps the books. docs/lab.md lists the cast and what each is there for.
 */
import { access } from "./access.ts";
import type { Scenario, ScenarioEvent } from "./model.ts";
import { east } from "./shop-east.ts";
import { orders, payments } from "./shop-orders.ts";
import { ambient, infrastructure } from "./shop-platform.ts";
import { reindexJob, shopNamespace } from "./shop-storefront.ts";

const event = (offset: number, every: number, namespace: string, action: ScenarioEvent["action"]): ScenarioEvent => ({
  offset,
  every,
  cluster: "west-1",
  namespace,
  action,
});

export const shop: Scenario = {
  name: "shop",
  tickMs: 100,
  scrapeSeconds: 1,
  ledgerSeconds: 3600,
  clusters: [
    {
      name: "west-1",
      nodes: 3,
      manifests: [...access("shop"), ...infrastructure(), ...shopNamespace(), ...orders(), ...payments(), ...ambient()],
    },
    { name: "east-1", nodes: 2, manifests: [...access(null), ...east()] },
  ],
  events: [
    event(100, 180, "shop", { kind: "scale", deployment: "search-v1", replicas: [3, 2] }),
    event(160, 300, "shop", { kind: "rollout", deployment: "cart" }),
    event(130, 240, "orders", { kind: "crash", workload: "shipping" }),
    event(75, 150, "shop", { kind: "job", job: reindexJob(), seconds: 25 }),
  ],
};
