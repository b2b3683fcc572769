/**
 * Which guard stands where. Objects are read once a change of theirs, guards made at their first call after any change;
 * a call costs a look-up.
 */
import type { KubeObject } from "../../kube/object.ts";
import type { SimPod } from "../pod.ts";
import type { Service } from "../service.ts";
import type { World } from "../world.ts";
import { type Attachment, isFor, type Point } from "./attachment.ts";
import { type AuthorizationPolicy, type Reads, readAuthorizationPolicy } from "./authorization-policy.ts";
import { type Guard, guardOf } from "./guard.ts";
import { type RequestAuthentication, readRequestAuthentication } from "./request-authentication.ts";

const ROOT = "istio-system";

/** A kind's objects of one cluster, by namespace. */
type ByNamespace<P> = ReadonlyMap<string, readonly P[]>;

export class Guards {
  readonly #world: World;
  readonly #policies = new WeakMap<KubeObject, AuthorizationPolicy>();
  readonly #authentications = new WeakMap<KubeObject, RequestAuthentication>();
  readonly #guards = new Map<SimPod, Map<string, Guard | null>>();
  readonly #clusters = new Map<
    string,
    { readonly policies: ByNamespace<AuthorizationPolicy>; readonly tokens: ByNamespace<RequestAuthentication> }
  >();
  #version = -1;
  #none = true;

  constructor(world: World) {
    this.#world = world;
  }

  /** What stands before a workload for connections that are read as requests or as bytes. */
  before(pod: SimPod, reads: "tcp" | "http"): Guard | null {
    this.#fresh();
    if (this.#none) return null;
    const { dataplane: kind, namespace, labels } = pod;
    if (kind === "ambient") return this.#guard(pod, "ztunnel", "", () => ({ kind: "ztunnel", namespace, labels }));
    if (kind !== "sidecar" && kind !== "gateway") return null;
    return this.#guard(pod, reads, "", () => ({ kind, namespace, labels }));
  }

  /** What a waypoint asks of calls to one of its services. */
  inFrontOf(waypoint: SimPod, service: Service): Guard | null {
    this.#fresh();
    if (this.#none) return null;
    return this.#guard(waypoint, "http", service.host, () => {
      const gateway = waypoint.labels["gateway.networking.k8s.io/gateway-name"] ?? "";
      return { kind: "waypoint", namespace: waypoint.namespace, gateway, service };
    });
  }

  #guard(pod: SimPod, reads: Reads, host: string, pointOf: () => Point): Guard | null {
    let guards = this.#guards.get(pod);
    if (guards === undefined) {
      guards = new Map();
      this.#guards.set(pod, guards);
    }
    const key = `${reads}|${host}`;
    let guard = guards.get(key);
    if (guard === undefined) {
      const found = this.#clusters.get(pod.cluster);
      const point = pointOf();
      guard =
        found === undefined ? null : guardOf(forPoint(found.policies, point), forPoint(found.tokens, point), reads);
      guards.set(key, guard);
    }
    return guard;
  }

  #fresh(): void {
    if (this.#version === this.#world.version) return;
    this.#version = this.#world.version;
    this.#guards.clear();
    this.#clusters.clear();
    this.#none = true;
    for (const cluster of this.#world.clusters) {
      const policies = [...this.#world.objects("AuthorizationPolicy", cluster)];
      const tokens = [...this.#world.objects("RequestAuthentication", cluster)];
      if (policies.length + tokens.length === 0) continue;
      this.#none = false;
      this.#clusters.set(cluster, {
        policies: grouped(policies.map((each) => once(this.#policies, each, readAuthorizationPolicy))),
        tokens: grouped(tokens.map((each) => once(this.#authentications, each, readRequestAuthentication))),
      });
    }
  }
}

function once<P>(known: WeakMap<KubeObject, P>, object: KubeObject, read: (object: KubeObject) => P): P {
  let policy = known.get(object);
  if (policy === undefined) {
    policy = read(object);
    known.set(object, policy);
  }
  return policy;
}

const grouped = <P extends Attachment>(policies: readonly P[]): ByNamespace<P> =>
  Map.groupBy(policies, ({ namespace }) => namespace);

/** Of the point's namespace, the called service's, and the root. */
function forPoint<P extends Attachment>(policies: ByNamespace<P>, point: Point): readonly P[] {
  const near = point.kind === "waypoint" ? [point.namespace, point.service.namespace] : [point.namespace];
  return [...new Set([...near, ROOT])]
    .flatMap((namespace) => policies.get(namespace) ?? [])
    .filter((policy) => isFor(policy, point, ROOT));
}
