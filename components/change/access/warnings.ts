/** What a policy's rules come to where they are enforced, by what the live traffic shows of the workloads there. Pure. */
import { parseNodeId } from "#lib/graph/id.ts";
import type { Graph, GraphEdge, GraphNode } from "#lib/graph/model.ts";
import type { AccessRule, PolicyTarget } from "#lib/policy/intent.ts";

export interface Wish {
  readonly action: "ALLOW" | "DENY";
  readonly target: PolicyTarget;
  readonly rules: readonly AccessRule[];
}

export interface Sight {
  readonly cluster: string;
  readonly namespace: string;
  /** null: not known. */
  readonly graph: Pick<Graph, "nodes" | "edges"> | null;
  /** Namespaces that the viewer sees. */
  readonly namespaces: readonly string[];
}

/** What only a proxy that reads requests can tell. ztunnel reads neither. */
const HTTP = ["methods", "paths", "claims"] as const;
const asks = (rules: readonly AccessRule[], keys: readonly (keyof AccessRule)[]): boolean =>
  rules.some((rule) => keys.some((key) => rule[key] !== undefined));

/**
 * Workloads that it selects, as far as the graph tells: labels other than `app` and `version` aren't known there, so that more
 * may be warned about than is true. Those behind waypoints that targets name aren't known at all.
 */
export function selectedBy(target: PolicyTarget, { cluster, namespace, graph }: Sight): readonly GraphNode[] {
  if (graph === null || target.level === "targets") return [];
  const labels = target.level === "workloads" ? target.labels : {};
  return graph.nodes.filter(
    (node) =>
      node.kind === "workload" &&
      node.cluster === cluster &&
      node.namespace === namespace &&
      (labels["app"] === undefined || node.app === labels["app"]) &&
      (labels["version"] === undefined || node.version === labels["version"]),
  );
}

/** Calls to what it selects, most first. */
export function callsTo(target: PolicyTarget, sight: Sight): readonly GraphEdge[] {
  const services = target.level === "targets" ? new Set(target.refs.map(({ name }) => name)) : null;
  const selected = new Set(selectedBy(target, sight).map(({ id }) => id));
  const isThere = (id: string): boolean => {
    if (services === null) return selected.has(id);
    const key = parseNodeId(id);
    const node = sight.graph?.nodes.find((each) => each.id === id);
    return key !== null && key.namespace === sight.namespace && services.has(node?.service ?? node?.app ?? key.name);
  };
  return (sight.graph?.edges ?? [])
    .filter((edge) => edge.half === undefined && isThere(edge.target))
    .toSorted((a, b) => (b.rate ?? 0) - (a.rate ?? 0));
}

export function warningsOf(wish: Wish, sight: Sight): readonly string[] {
  const { action, target, rules } = wish;
  const allow = action === "ALLOW";
  const [nodes, calls] = [selectedBy(target, sight), callsTo(target, sight)];
  const ambient = nodes.filter(({ dataplane }) => dataplane === "ambient");
  const unmeshed = nodes.filter(({ dataplane }) => dataplane === "none");
  const http = asks(rules, HTTP);
  const bytes = calls.filter(({ protocol }) => protocol === "tcp");
  const identities = asks(rules, ["principals", "serviceAccounts", "namespaces"]);
  const plain = calls.filter(({ mtls }) => mtls !== null && mtls < 1);
  const waypoint = identities && ambient.length > 0 && calls.some(({ observers }) => observers.waypoint !== undefined);
  const unknown = [...new Set(rules.flatMap(({ namespaces }) => namespaces ?? []))].filter(
    (name) => !name.includes("*") && !sight.namespaces.includes(name),
  );
  return [
    ...(http && ambient.length > 0
      ? [
          allow
            ? `ztunnel reads no method, path or JWT: at ${names(ambient)} these rules let nobody in. Target a Service behind a waypoint instead.`
            : `ztunnel reads no method, path or JWT: at ${names(ambient)} it leaves these out, and a rule of them alone denies nobody. Target a Service behind a waypoint instead.`,
        ]
      : []),
    ...(http && bytes.length > 0
      ? [
          allow
            ? `Bytes rather than HTTP are seen on the way to ${targets(bytes)}: rules that ask for a method, path or JWT let nobody in there.`
            : `Bytes rather than HTTP are seen on the way to ${targets(bytes)}: there a rule leaves out the method, path or JWT that it asks for, and denies more.`,
        ]
      : []),
    ...(waypoint
      ? [
          "Calls come through a waypoint: ztunnel sees the waypoint’s identity then, not the caller’s. Target the Service instead.",
        ]
      : []),
    ...(identities && plain.length > 0
      ? [
          `Callers of ${targets(plain)} are seen in plaintext: without mutual TLS they have no identity, and no rule by identity or namespace takes them.`,
        ]
      : []),
    ...(unknown.length > 0
      ? [`You see no namespace ${unknown.slice(0, 3).join(", ")}: whoever it names may call from nowhere.`]
      : []),
    ...(unmeshed.length > 0 ? [`${names(unmeshed)} runs without a proxy: nothing is enforced there.`] : []),
    ...(allow
      ? [
          "An ALLOW policy refuses all that no rule of any ALLOW policy takes. Its plan tells which calls that were seen these are.",
        ]
      : []),
  ];
}

const few = (all: readonly string[]): string => {
  const [first = "", ...rest] = [...new Set(all)];
  return rest.length === 0 ? first : rest.length === 1 ? `${first} and ${rest[0]}` : `${first} and ${rest.length} more`;
};
const names = (nodes: readonly GraphNode[]): string => few(nodes.map(({ workload, id }) => workload ?? id));
const targets = (edges: readonly GraphEdge[]): string =>
  few(edges.map(({ target }) => parseNodeId(target)?.name ?? target));
