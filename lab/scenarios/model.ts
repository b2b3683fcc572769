import type { KubeObject } from "../kube/object.ts";

/** A mesh as data: the objects each cluster begins with, and what operators do to them later. */
export interface Scenario {
  readonly name: string;
  /** Length of a simulated step. */
  readonly tickMs: number;
  readonly scrapeSeconds: number;
  /** How long the simulator's own counts are kept. */
  readonly ledgerSeconds: number;
  readonly clusters: readonly ClusterSpec[];
  readonly events: readonly ScenarioEvent[];
}

export interface ClusterSpec {
  /** The value of source_cluster and destination_cluster, too. */
  readonly name: string;
  readonly nodes: number;
  /** In the order of their creation. */
  readonly manifests: readonly KubeObject[];
}

/** Something that is done to the clusters again and again, through their API servers alone. */
export interface ScenarioEvent {
  /** Seconds after the lab's start of the first time, and between times. */
  readonly offset: number;
  readonly every: number;
  readonly cluster: string;
  readonly namespace: string;
  readonly action: EventAction;
}

export type EventAction =
  /** Sets a Deployment's replicas, to each number in turn. */
  | { readonly kind: "scale"; readonly deployment: string; readonly replicas: readonly number[] }
  /** New pods for a Deployment, as `kubectl rollout restart` does it. */
  | { readonly kind: "rollout"; readonly deployment: string }
  /** The containers of a workload's first pod start again: same pod, counters from zero. */
  | { readonly kind: "crash"; readonly workload: string }
  /** A Job with one pod that lives for some seconds. */
  | { readonly kind: "job"; readonly job: KubeObject; readonly seconds: number };
