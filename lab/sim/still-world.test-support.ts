/**
 * A world made from manifests at once, without API server, controllers or clock: for tests and measurements of the
 * simulation itself. Pods come out as the controllers would make them.
 */
import type { KubeObject } from "../kube/object.ts";
import { resourceOf } from "../kube/object.ts";
import { numberAt, objectAt } from "../kube/read.ts";
import type { ClusterSpec } from "../scenarios/model.ts";
import type { WatchedKind } from "./objects.ts";
import { WATCHED } from "./objects.ts";
import { podFrom, runningStatus, suffix } from "./pod-template.ts";
import { World } from "./world.ts";

/** The watched kind of an object; undefined for the rest (Istio's Gateway goes by another name than Gateway API's). */
export function watchedKind(object: KubeObject): WatchedKind | undefined {
  if (object.kind === "Gateway")
    return object.apiVersion?.startsWith("networking.istio.io/") ? "IstioGateway" : undefined;
  return WATCHED.find((k) => k === object.kind);
}

/** Whose pods are there from the beginning; a Job's, too. */
const OWNERS = new Set(["Deployment", "StatefulSet", "DaemonSet", "Job"]);

export function stillWorld(clusters: readonly ClusterSpec[]): World {
  const world = new World();
  clusters.forEach((cluster, c) => {
    let address = 1;
    const namespaces = new Map(
      cluster.manifests.filter((o) => o.kind === "Namespace").map((o) => [o.metadata.name, o]),
    );
    const ordered = [...cluster.manifests].sort(
      (a, b) => Number(b.kind === "Telemetry") - Number(a.kind === "Telemetry"),
    );
    for (const object of ordered) {
      if (resourceOf(object) === undefined)
        throw new Error(`no such kind in the lab: ${object.apiVersion} ${object.kind}`);
      const kind = watchedKind(object);
      if (kind !== undefined) world.upsert(cluster.name, kind, object);
      if (!OWNERS.has(object.kind ?? "")) continue;
      const { name, namespace = "default" } = object.metadata;
      const replicas = object.kind === "DaemonSet" ? cluster.nodes : (numberAt(object.spec, "replicas") ?? 1);
      const revision = suffix(name, 10);
      const owner = object.kind === "Deployment" ? `${name}-${revision}` : name;
      for (let i = 0; i < replicas; i += 1) {
        const pod = podFrom({
          name: object.kind === "StatefulSet" ? `${name}-${i}` : `${owner}-${suffix(String(i), 5)}`,
          namespace,
          owner: {
            apiVersion: "apps/v1",
            kind: object.kind === "Deployment" ? "ReplicaSet" : (object.kind ?? ""),
            name: owner,
            uid: owner,
            controller: true,
          },
          template: objectAt(object.spec, "template"),
          labels: object.kind === "Deployment" ? { "pod-template-hash": revision } : {},
          node: `${cluster.name}-node-${(i % cluster.nodes) + 1}`,
          namespaceLabels: namespaces.get(namespace)?.metadata.labels ?? {},
        });
        const ip = `10.${20 + c}.${Math.floor(address / 250)}.${(address % 250) + 1}`;
        address += 1;
        world.upsert(cluster.name, "Pod", { ...pod, status: runningStatus(pod, ip, new Date(0)) });
      }
    }
  });
  return world;
}
