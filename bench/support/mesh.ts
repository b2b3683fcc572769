/** Fixed data sets for layouts: generated meshes that are the same on every machine. */
import { labelsAt, objectAt } from "#lab/kube/read.ts";
import { scale } from "#lab/scenarios/scale.ts";
import { BEHAVIOUR, readBehaviour } from "#lab/sim/behaviour.ts";
import type { LayoutEdge, LayoutInput } from "#lib/layout/model.ts";
import { seededRandom } from "#lib/layout/random.ts";

/** A mesh of `count` workloads: namespaces of heavy-tailed size, layered calls with hubs, a fifth across namespaces. */
export function generatedMesh(count: number, seed: number): LayoutInput {
  const random = seededRandom(seed);
  const namespaces = Math.max(2, Math.round(count / 40));
  const nodes = Array.from({ length: count }, (_, i) => {
    const namespace = Math.floor(random() * random() * namespaces);
    return { id: `w/ns-${namespace}/workload/svc-${i}`, boxes: [`w/ns-${namespace}`], namespace };
  });
  const byNamespace = Map.groupBy(nodes, ({ namespace }) => namespace);
  const edges: LayoutEdge[] = [];
  for (const [at, node] of nodes.entries()) {
    const fan = 1 + Math.floor(random() ** 3 * 9);
    for (let i = 0; i < fan; i++) {
      const pool = random() < 0.8 ? (byNamespace.get(node.namespace) ?? nodes) : nodes;
      const target = pool[Math.floor(random() ** 2 * pool.length)];
      if (target !== undefined && target !== node)
        edges.push({ source: node.id, target: target.id, weight: 1 + (at % 3) });
    }
  }
  return { nodes: nodes.map(({ id, boxes }) => ({ id, boxes })), edges };
}

/** How many namespaces benchmarks spread the `scale` scenario over. */
export const namespacesOfScale = (workloads: number): number => Math.max(4, Math.round(workloads / 25));

/** The mesh of the lab's `scale` scenario, before anybody has called. */
export function scaleMesh(workloads: number, seed: number): LayoutInput {
  const { clusters } = scale({ workloads, namespaces: namespacesOfScale(workloads), seed });
  const members = (clusters[0]?.manifests ?? []).flatMap(({ kind, metadata: { name, namespace = "" }, spec }) => {
    const annotations = labelsAt(objectAt(objectAt(spec, "template"), "metadata"), "annotations");
    const behaviour = kind === "Deployment" ? readBehaviour(annotations[BEHAVIOUR]) : null;
    return behaviour === null ? [] : [{ name, namespace, flows: behaviour.flows }];
  });
  const idOf = (name: string, namespace: string) => `west-1/${namespace}/workload/${name}`;
  const nodes = members.map(({ name, namespace }) => ({ id: idOf(name, namespace), boxes: [`west-1/${namespace}`] }));
  const edges = members.flatMap(({ name, namespace, flows }) =>
    flows.map(({ host }) => {
      // The gateway calls names of the outside: `name.namespace.example`.
      const [target = "", within = namespace] = host.split(".");
      return { source: idOf(name, namespace), target: idOf(target, within), weight: 1 };
    }),
  );
  return { nodes, edges };
}

/** One workload in a hundred goes, and as many come, with calls of their own: three others, of their namespace first. */
export function churn(input: LayoutInput, seed: number): LayoutInput {
  const random = seededRandom(seed);
  const gone = new Set(input.nodes.filter((_, i) => i % 100 === 7).map(({ id }) => id));
  const kept = input.nodes.filter(({ id }) => !gone.has(id));
  const pick = (list: LayoutInput["nodes"]) => list[Math.floor(random() * list.length)]?.id ?? "";
  const fresh = input.nodes.filter(({ id }) => gone.has(id)).map(({ id, boxes }) => ({ id: `${id}-next`, boxes }));
  const calls = fresh.flatMap(({ id, boxes: [box] }) => {
    const near = kept.filter(({ boxes }) => boxes[0] === box);
    const [caller, callee, other] = [pick(near), pick(near), pick(kept)];
    return [
      { source: caller, target: id, weight: 1 },
      { source: id, target: callee, weight: 1 },
      { source: id, target: other, weight: 1 },
    ];
  });
  return {
    nodes: [...kept, ...fresh],
    edges: [...input.edges.filter(({ source, target }) => !gone.has(source) && !gone.has(target)), ...calls],
  };
}
