/**
 * What kube-controller-manager, the scheduler, kubelets and Istio's webhook do in a cluster, as far as the lab needs it:
 * Deployments get ReplicaSets and pods, StatefulSets, DaemonSets and Jobs pods, services EndpointSlices. All of it goes
 * through the API, so that it works on any API server and shows up in every watch.
 */
import type { Kube } from "../kube/client.ts";
import { KubeError } from "../kube/client.ts";
import { follow } from "../kube/informer.ts";
import type { KubeObject, Resource, ResourceName } from "../kube/object.ts";
import { keyOf, RESOURCES } from "../kube/object.ts";
import { labelsAt, numberAt, objectAt, selects, textAt } from "../kube/read.ts";
import { replicaSetOf, statusOf } from "./controller-objects.ts";
import { reconcileSlice, sliceName } from "./endpoint-slice.ts";
import { Keyed } from "./keyed.ts";
import { Namespaced } from "./namespaced.ts";
import { controllerOf } from "./owner.ts";
import { podFrom, runningStatus, suffix } from "./pod-template.ts";
import { hash } from "./random.ts";

const OWNERS = ["Deployment", "StatefulSet", "DaemonSet", "Job"] as const;
type OwnerKind = (typeof OWNERS)[number];
const FOLLOWED = [
  "Namespace",
  "ReplicaSet",
  "Pod",
  "Service",
  "EndpointSlice",
  ...OWNERS,
] as const satisfies readonly ResourceName[];

export interface ControllerOptions {
  readonly kube: Kube;
  readonly cluster: string;
  /** Second octet of the cluster's pod addresses (10.N.x.y). */
  readonly network: number;
  readonly nodes: number;
  readonly clock: () => number;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface Controllers {
  /** Resolves when every workload that exists has its pods. */
  settled(): Promise<void>;
  readonly done: Promise<void>;
}

export async function runControllers(options: ControllerOptions): Promise<Controllers> {
  const controllers = new Reconciler(options);
  return controllers.start();
}

class Reconciler {
  readonly #o: ControllerOptions;
  readonly #stores = new Map<ResourceName, Namespaced>(FOLLOWED.map((kind) => [kind, new Namespaced()]));
  /** Pods and ReplicaSets by the uid of what made them. */
  readonly #byOwner = new Map<string, Map<string, KubeObject>>();
  readonly #queue: Keyed;
  #addresses = 0;
  #born = 0;

  constructor(options: ControllerOptions) {
    this.#o = options;
    this.#queue = new Keyed(12, (key, error) => {
      // A conflict or a missing parent is healed by the event that follows it; anything else is worth a line.
      const code = error instanceof KubeError ? error.code : -1;
      if (code !== 409 && code !== 404 && !options.signal.aborted) options.log(`controller ${key}: ${String(error)}`);
    });
  }

  async start(): Promise<Controllers> {
    const { kube, signal } = this.#o;
    const informers = FOLLOWED.map((kind) =>
      follow(
        kube,
        RESOURCES[kind],
        { upsert: (object) => this.#seen(kind, object, false), remove: (object) => this.#seen(kind, object, true) },
        signal,
      ),
    );
    await Promise.all(informers.map((i) => i.synced));
    return {
      settled: () => this.#queue.idle(),
      done: Promise.all(informers.map((i) => i.done)).then(() => undefined),
    };
  }

  #all(kind: ResourceName): Namespaced {
    return this.#stores.get(kind) ?? new Namespaced();
  }

  #seen(kind: (typeof FOLLOWED)[number], object: KubeObject, gone: boolean): void {
    const key = keyOf(object);
    if (gone) this.#all(kind).delete(object);
    else this.#all(kind).set(object);
    if (kind === "Pod" || kind === "ReplicaSet") this.#index(key, object, gone);
    if (kind === "Pod") this.#seenPod(object);
    if (kind === "Service") this.#later(`slice ${key}`, () => this.#slice(key));
    const owner = OWNERS.find((k) => k === kind);
    if (owner !== undefined) this.#later(`${owner} ${key}`, () => this.#reconcile(owner, key, object, gone));
  }

  #index(key: string, object: KubeObject, gone: boolean): void {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const owned = this.#byOwner.get(owner.uid) ?? new Map<string, KubeObject>();
      if (gone) owned.delete(key);
      else owned.set(key, object);
      if (owned.size > 0) this.#byOwner.set(owner.uid, owned);
      else this.#byOwner.delete(owner.uid);
    }
  }

  #seenPod(pod: KubeObject): void {
    const namespace = pod.metadata.namespace ?? "default";
    for (const owner of pod.metadata.ownerReferences ?? []) {
      const deployment =
        owner.kind === "ReplicaSet"
          ? this.#all("ReplicaSet").get(`${namespace}/${owner.name}`)?.metadata.ownerReferences?.[0]
          : owner;
      const kind = OWNERS.find((k) => k === deployment?.kind);
      const parent = deployment && kind && this.#all(kind).get(`${namespace}/${deployment.name}`);
      if (kind !== undefined && parent) {
        const parentKey = keyOf(parent);
        this.#later(`${kind} ${parentKey}`, () => this.#reconcile(kind, parentKey, parent, false));
      }
    }
    for (const [name, service] of this.#all("Service").in(namespace)) {
      const selector = labelsAt(service.spec, "selector");
      if (Object.keys(selector).length > 0 && selects(selector, pod.metadata.labels ?? {}))
        this.#later(`slice ${name}`, () => this.#slice(name));
    }
  }

  #later(key: string, work: () => Promise<void>): void {
    if (!this.#o.signal.aborted) this.#queue.add(key, work);
  }

  async #reconcile(kind: OwnerKind, key: string, last: KubeObject, gone: boolean): Promise<void> {
    const current = this.#all(kind).get(key);
    if (current === undefined || gone) {
      if (kind === "Deployment") await this.#dropReplicaSets(last, null);
      else for (const pod of this.#ownedBy(last)) await this.#deletePod(pod);
      return;
    }
    if (kind === "Deployment") await this.#deployment(current);
    else await this.#pods(current, kind, this.#wanted(kind, current), objectAt(current.spec, "template"));
    if (kind !== "Job") await this.#status(RESOURCES[kind], current);
  }

  #wanted(kind: OwnerKind, object: KubeObject): number {
    if (kind === "DaemonSet") return this.#o.nodes;
    return kind === "Job" ? 1 : (numberAt(object.spec, "replicas") ?? 1);
  }

  async #deployment(deployment: KubeObject): Promise<void> {
    const { namespace = "default", name } = deployment.metadata;
    const template = objectAt(deployment.spec, "template");
    const revision = suffix(JSON.stringify(template), 10);
    const setName = `${name}-${revision}`;
    const set = this.#all("ReplicaSet").get(`${namespace}/${setName}`);
    const replicas = this.#wanted("Deployment", deployment);
    if (set === undefined) {
      const made = replicaSetOf(deployment, setName, revision, replicas);
      const created = await this.#o.kube.create(RESOURCES.ReplicaSet, made);
      this.#remember("ReplicaSet", created);
      await this.#pods(created, "Deployment", replicas, objectAt(created.spec, "template"));
      await this.#status(RESOURCES.ReplicaSet, created);
    } else {
      if (numberAt(set.spec, "replicas") !== replicas)
        await this.#o.kube.patch(RESOURCES.ReplicaSet, namespace, setName, { spec: { replicas } });
      await this.#pods(set, "Deployment", replicas, objectAt(set.spec, "template"));
      await this.#status(RESOURCES.ReplicaSet, set);
    }
    // The new pods run: the ones of older templates may go.
    await this.#dropReplicaSets(deployment, setName);
  }

  async #dropReplicaSets(deployment: KubeObject, keep: string | null): Promise<void> {
    for (const set of this.#ownedBy(deployment)) {
      if (set.metadata.name === keep) continue;
      for (const pod of this.#ownedBy(set)) await this.#deletePod(pod);
      await this.#o.kube.remove(RESOURCES.ReplicaSet, set.metadata.namespace, set.metadata.name);
    }
  }

  /** A controller's pods, a Deployment's ReplicaSets, by name. */
  #ownedBy(owner: KubeObject): readonly KubeObject[] {
    const owned = [...(this.#byOwner.get(owner.metadata.uid ?? "")?.values() ?? [])];
    return owned.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  async #pods(owner: KubeObject, kind: OwnerKind, wanted: number, template: unknown): Promise<void> {
    const have = this.#ownedBy(owner);
    for (const pod of have.slice(wanted)) await this.#deletePod(pod);
    const { namespace = "default", name } = owner.metadata;
    const taken = new Set(have.map((p) => p.metadata.name));
    for (let i = 0, missing = wanted - have.length; missing > 0; i += 1) {
      const podName =
        kind === "StatefulSet" ? `${name}-${i}` : `${name}-${suffix(`${namespace}/${name}/${this.#born++}`, 5)}`;
      if (taken.has(podName)) continue;
      missing -= 1;
      const node = kind === "DaemonSet" ? this.#freeNode(have, i) : `node-${(hash(podName) % this.#o.nodes) + 1}`;
      await this.#createPod(
        podName,
        owner,
        kind === "Deployment" ? "ReplicaSet" : kind,
        template,
        `${this.#o.cluster}-${node}`,
      );
    }
  }

  #freeNode(have: readonly KubeObject[], i: number): string {
    const used = new Set(have.map((p) => textAt(p.spec, "nodeName")));
    const free = Array.from({ length: this.#o.nodes }, (_, n) => `node-${n + 1}`).filter(
      (n) => !used.has(`${this.#o.cluster}-${n}`),
    );
    return free[i % Math.max(1, free.length)] ?? "node-1";
  }

  async #createPod(name: string, owner: KubeObject, ownerKind: string, template: unknown, node: string): Promise<void> {
    const { kube, clock, network } = this.#o;
    const namespace = owner.metadata.namespace ?? "default";
    const namespaceLabels = this.#all("Namespace").get(namespace)?.metadata.labels ?? {};
    const labels: Record<string, string> = {};
    const templateHash = owner.metadata.labels?.["pod-template-hash"];
    if (templateHash !== undefined) labels["pod-template-hash"] = templateHash;
    const made = await kube.create(
      RESOURCES.Pod,
      podFrom({ name, namespace, owner: controllerOf(owner, ownerKind), template, labels, node, namespaceLabels }),
    );
    this.#addresses += 1;
    const ip = `10.${network}.${Math.floor(this.#addresses / 250) % 250}.${(this.#addresses % 250) + 2}`;
    const running = await kube.patch(
      RESOURCES.Pod,
      namespace,
      name,
      { status: runningStatus(made, ip, new Date(clock())) },
      "status",
    );
    this.#remember("Pod", running);
  }

  /** Our own writes count at once, so that an event that is still on its way doesn't make us repeat them. */
  #remember(kind: "Pod" | "ReplicaSet", object: KubeObject): void {
    this.#all(kind).set(object);
    this.#index(keyOf(object), object, false);
  }

  async #deletePod(pod: KubeObject): Promise<void> {
    await this.#o.kube.remove(RESOURCES.Pod, pod.metadata.namespace, pod.metadata.name);
    this.#index(keyOf(pod), pod, true);
  }

  async #status(resource: Resource, object: KubeObject): Promise<void> {
    const { namespace, name, generation = 1 } = object.metadata;
    const current = this.#all(resource.kind as ResourceName).get(keyOf(object)) ?? object;
    const owned =
      resource.kind === "Deployment"
        ? this.#ownedBy(object).reduce((sum, set) => sum + this.#ownedBy(set).length, 0)
        : this.#ownedBy(object).length;
    const status = statusOf(resource.kind, owned, generation, this.#o.nodes);
    const before = objectAt(current, "status");
    if (Object.entries(status).every(([field, value]) => before[field] === value)) return;
    await this.#o.kube.patch(resource, namespace, name, { status }, "status");
  }

  async #slice(key: string): Promise<void> {
    const slices = this.#all("EndpointSlice");
    const [namespace = ""] = key.split("/");
    const made = await reconcileSlice(this.#o.kube, key, {
      service: this.#all("Service").get(key),
      slice: slices.get(`${namespace}/${sliceName(key)}`),
      pods: this.#all("Pod").in(namespace).values(),
    });
    if (made !== undefined) slices.set(made);
  }
}
