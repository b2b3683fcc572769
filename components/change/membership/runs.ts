/** What a namespace declares, and what its workloads run by the inventory that the graph carries. Pure. */
import type { Dataplane, Graph } from "#lib/graph/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";

export interface Declared {
  readonly mode: "none" | "sidecar" | "revision" | "ambient";
  readonly revision: string | null;
}

/** https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/: `disabled` beats a revision, injection beats ambient. */
export function declaredMode(manifest: Manifest | null): Declared {
  const labels = manifest?.metadata.labels ?? {};
  const injected = labels["istio-injection"];
  if (injected === "enabled") return { mode: "sidecar", revision: null };
  const revision = labels["istio.io/rev"];
  if (injected !== "disabled" && revision !== undefined && revision !== "") return { mode: "revision", revision };
  return { mode: labels["istio.io/dataplane-mode"] === "ambient" ? "ambient" : "none", revision: null };
}

const WORDS: Readonly<Record<Dataplane, string>> = {
  sidecar: "sidecar",
  ambient: "ambient",
  gateway: "gateway",
  waypoint: "waypoint",
  none: "no proxy",
};

/** `4 sidecar, 1 no proxy`: workloads that the graph shows, by what their pods carry. */
export function runs(graph: Pick<Graph, "nodes">, cluster: string, namespace: string): string {
  const here = graph.nodes.filter(
    (node) =>
      node.kind === "workload" && node.cluster === cluster && node.namespace === namespace && node.goneAt === undefined,
  );
  const groups = Map.groupBy(here, ({ dataplane }) => (dataplane === null ? "not known" : WORDS[dataplane]));
  const parts = [...groups].map(([word, nodes]) => `${nodes.length} ${word}`).toSorted();
  return parts.length === 0 ? "nothing seen" : parts.join(", ");
}
