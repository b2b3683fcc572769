/** Addresses of Grafana's dashboards for what is selected. Pure. https://grafana.com/docs/grafana/latest/dashboards/variables/ */
import type { GrafanaLinks } from "#lib/api/links.ts";
import type { NodeKey } from "#lib/graph/id.ts";
import type { GraphNode } from "#lib/graph/model.ts";

export interface ExternalLink {
  readonly title: string;
  readonly href: string;
}

const HOUR_MS = 3_600_000;

/** The last hour before the instant shown, as Grafana's links say it. */
function range(at: string | null): Readonly<Record<string, string>> {
  const end = at === null ? Number.NaN : Date.parse(at);
  return Number.isNaN(end) ? { from: "now-1h", to: "now" } : { from: String(end - HOUR_MS), to: String(end) };
}

type Kind = "workload" | "service" | "namespace" | "mesh";
type Known = Readonly<Partial<Record<"cluster" | "namespace" | "workload" | "service", string | undefined>>>;

function linkTo(grafana: GrafanaLinks, kind: Kind, known: Known, at: string | null): readonly ExternalLink[] {
  const dashboard = grafana[kind];
  if (dashboard === null) return [];
  const params = new URLSearchParams();
  for (const [word, variable] of Object.entries(dashboard.variables)) {
    const value = known[word as keyof Known];
    if (value !== undefined) params.set(`var-${variable}`, value);
  }
  for (const [key, value] of Object.entries(range(at))) params.set(key, value);
  return [{ title: `Grafana: ${kind}`, href: `${grafana.url}/d/${dashboard.uid}?${params}` }];
}

/** What is configured and fits the node. `at` (RFC 3339): the instant of a frozen view; null while it is live. */
export function grafanaLinks(
  grafana: GrafanaLinks | null,
  node: GraphNode,
  at: string | null,
): readonly ExternalLink[] {
  if (grafana === null) return [];
  const { cluster, namespace, workload } = node;
  const service = node.service === undefined ? undefined : `${node.service}.${namespace}.svc.cluster.local`;
  const known = { cluster, namespace, workload, service };
  if (node.kind === "namespace") return linkTo(grafana, "namespace", known, at);
  // An external host is no service of the cluster.
  if (node.kind === "external") return [];
  return (["workload", "service"] as const).flatMap((kind) =>
    known[kind] === undefined ? [] : linkTo(grafana, kind, known, at),
  );
}

/** Of a box (`key`), or of everything that is in the view (null). */
export function grafanaOfScope(
  grafana: GrafanaLinks | null,
  key: Pick<NodeKey, "kind" | "cluster" | "namespace"> | null,
  at: string | null,
): readonly ExternalLink[] {
  if (grafana === null) return [];
  if (key === null) return linkTo(grafana, "mesh", {}, at);
  const { cluster, namespace } = key;
  if (key.kind !== "cluster") return linkTo(grafana, "namespace", { cluster, namespace }, at);
  // A dashboard that can't be told the cluster would show all of them.
  return grafana.mesh?.variables["cluster"] === undefined ? [] : linkTo(grafana, "mesh", { cluster }, at);
}
