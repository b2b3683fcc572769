/** Addresses of Grafana's dashboards for what is selected. Pure. https://grafana.com/docs/grafana/latest/dashboards/variables/ */
import type { GrafanaLinks } from "#lib/api/links.ts";
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

/** What is configured and fits the node. `at` (RFC 3339): the instant of a frozen view; null while it is live. */
export function grafanaLinks(
  grafana: GrafanaLinks | null,
  node: GraphNode,
  at: string | null,
): readonly ExternalLink[] {
  if (grafana === null) return [];
  const known: Readonly<Record<string, string | undefined>> = {
    cluster: node.cluster,
    namespace: node.namespace,
    workload: node.workload,
    service: node.service === undefined ? undefined : `${node.service}.${node.namespace}.svc.cluster.local`,
  };
  return (["workload", "service"] as const).flatMap((kind) => {
    const dashboard = grafana[kind];
    // An external host is no service of the cluster.
    if (dashboard === null || known[kind] === undefined || node.kind === "external") return [];
    const params = new URLSearchParams();
    for (const [word, variable] of Object.entries(dashboard.variables)) {
      const value = known[word];
      if (value !== undefined) params.set(`var-${variable}`, value);
    }
    for (const [key, value] of Object.entries(range(at))) params.set(key, value);
    return { title: `Grafana: ${kind}`, href: `${grafana.url}/d/${dashboard.uid}?${params}` };
  });
}
