/** A small mesh under a clock that only tests move. */
import type { KubeObject } from "../kube/object.ts";
import { deployment, INJECTED, istio, namespace, service } from "../scenarios/manifests.ts";
import type { EdgeCount } from "../truth/ledger.ts";
import { Ledger } from "../truth/ledger.ts";
import type { BehaviourSpec, Flow } from "./behaviour.ts";
import { Engine } from "./engine.ts";
import { stillWorld } from "./still-world.test-support.ts";
import type { World } from "./world.ts";

export const START = 1_700_000_000_000;

export interface Run {
  readonly world: World;
  readonly ledger: Ledger;
  /** Lets seconds pass. */
  pass(seconds: number): void;
}

export function run(manifests: readonly KubeObject[], seed = 1): Run {
  const world = stillWorld([{ name: "west-1", nodes: 2, manifests }]);
  const ledger = new Ledger(600);
  const engine = new Engine({ world, ledger, seed, tickMs: 100, startMs: START });
  let now = START;
  return {
    world,
    ledger,
    pass: (seconds) => {
      for (let i = 0; i < seconds * 10; i += 1) engine.advance((now += 100));
    },
  };
}

export const flow = (more: Partial<Flow> = {}): Flow => ({
  host: "api",
  protocol: "http",
  path: "/",
  rate: 20,
  ...more,
});
export const client = (flows: readonly Flow[], labels: Record<string, string> = {}): KubeObject =>
  deployment({ namespace: "a", name: "web", version: "v1", labels, behaviour: { flows } });
export const api = (behaviour: BehaviourSpec = {}, version = "v1", name = "api"): KubeObject =>
  deployment({ namespace: "a", name, app: "api", version, behaviour });
export const base = [namespace("istio-system"), namespace("a", INJECTED), service("a", "api")];
export const edges = (r: Run): readonly EdgeCount[] => r.ledger.edges(0, 1e12);
export const route = (spec: KubeObject["spec"]): KubeObject =>
  istio("networking", "VirtualService", "a", "api", { hosts: ["api"], ...spec });
export const subsets = istio("networking", "DestinationRule", "a", "api", {
  host: "api",
  subsets: ["v1", "v2"].map((version) => ({ name: version, labels: { version } })),
});
