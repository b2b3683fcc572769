/** Badges that come from outside the telemetry of a node: what the configuration says of it, and where traffic starts. */
import { type Badge, type BadgeCounts, type PolicyBadges, sortBadges } from "./badges.ts";
import type { GraphEdge, GraphNode } from "./model.ts";
import { record } from "./record.ts";

type Elements = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/** Badges by cluster; null where its configuration isn't read, or may not be told. */
export type BadgesOf = (cluster: string) => PolicyBadges | null;

/** The same elements with badges and their counts. Cost: linear. */
export function withBadges({ nodes, edges }: Elements, badgesOf: BadgesOf): Elements {
  const sources = trafficSources(edges);
  return {
    edges,
    nodes: nodes.map((node) => {
      const counts = countsOf(node, badgesOf(node.cluster));
      // Of a node outside the scope not all callers are drawn.
      const source = sources.has(node.id) && OURS.has(node.kind) && !node.badges.includes("outside");
      if (counts === null && !source) return node;
      const badges = [...node.badges, ...(counts?.keys() ?? []), ...(source ? (["traffic-source"] as const) : [])];
      return {
        ...node,
        badges: sortBadges(badges as Badge[]),
        ...(counts === null ? {} : { badgeCounts: { ...node.badgeCounts, ...record(counts) } }),
      };
    }),
  };
}

const OURS: ReadonlySet<GraphNode["kind"]> = new Set(["workload", "app", "service"]);

/** Nodes that call and are not called. */
function trafficSources(edges: readonly GraphEdge[]): ReadonlySet<string> {
  const moving = edges.filter(({ health }) => health !== "idle");
  const called = new Set(moving.filter(({ source, target }) => source !== target).map(({ target }) => target));
  return new Set(moving.flatMap(({ source }) => (called.has(source) ? [] : [source])));
}

function countsOf(node: GraphNode, badges: PolicyBadges | null): BadgeCounts | null {
  if (badges === null) return null;
  const { kind, namespace } = node;
  switch (kind) {
    case "workload":
      return badges.workloads.get(`${namespace}/${node.workload}`) ?? null;
    case "service":
      return badges.services.get(`${namespace}/${node.service}`) ?? null;
    case "app":
      return badges.apps.get(`${namespace}/${node.app}${node.version === undefined ? "" : `/${node.version}`}`) ?? null;
    case "external":
      return hostCounts((node.service ?? "").toLowerCase(), badges.hosts);
    case "namespace":
    case "cluster":
    case "restricted":
    case "unknown":
    case "operation":
      return null;
  }
}

/** The exact host, else the closest `*.domain` that takes it. */
function hostCounts(host: string, hosts: PolicyBadges["hosts"]): BadgeCounts | null {
  const exact = hosts.get(host);
  if (exact !== undefined) return exact;
  for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) {
    const wide = hosts.get(`*${host.slice(dot)}`);
    if (wide !== undefined) return wide;
  }
  return null;
}
