/** What rights leave of an answer. Pure. What is folded by lens.ts already says nothing; this takes the names that remain. */
import { MeshscopeError } from "#lib/errors.ts";
import type { NodeKey } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode, Principals, SourceStatus } from "#lib/graph/model.ts";
import { perSecond } from "#lib/units.ts";
import type { Visibility } from "./model.ts";

type Elements = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/** Is everything of a cluster visible? No namespace is called like that, so only who may list all of them may list it. */
export function wholeCluster(visibility: Visibility, cluster: string): boolean {
  return visibility.all || visibility.namespace(cluster, "");
}

/** Under this an edge sums what it carried for hosts that the viewer may not be told. */
export const RESTRICTED_HOSTS = "(restricted)";

/** A cluster's namespaces that are known to exist, whoever may see them. */
export type KnownNamespaces = (cluster: string) => ReadonlySet<string>;

/**
 * Elements of a view without what still names hidden things: hosts that only hidden callers call, hosts inside hidden
 * namespaces (`name.namespace.svc…`, and `name.namespace` of a known one), identities in them, and the stand-ins of
 * clusters of which nothing is seen and nothing visible is told.
 */
export function visibleElements(
  { nodes, edges }: Elements,
  visibility: Visibility,
  known: KnownNamespaces = () => NONE,
): Elements {
  if (visibility.all) return { nodes, edges };
  const may: MayTell = (cluster, host) => hostVisible(visibility, cluster, host, known(cluster));
  const kinds = new Map(nodes.map((node) => [node.id, node]));
  const nameless = (node: GraphNode | undefined) => node === undefined || OUTSIDE.has(node.kind);
  const hiddenHost = (node: GraphNode | undefined) =>
    node?.kind === "external" && !may(node.cluster, node.service ?? "");
  const kept = edges.flatMap((edge): GraphEdge[] => {
    const [from, to] = [kinds.get(edge.source), kinds.get(edge.target)];
    if (hiddenHost(from) || hiddenHost(to)) return [];
    const restricted = from?.kind === "restricted" || to?.kind === "restricted";
    if (restricted && (nameless(from) || nameless(to) || from?.kind === to?.kind)) return [];
    const told = withVisibleHosts(edge, to?.cluster ?? "", may);
    return [withVisiblePrincipals(told, from?.cluster ?? "", to?.cluster ?? "", visibility)];
  });
  const ends = new Set(kept.flatMap((edge) => [edge.source, edge.target]));
  return {
    nodes: nodes.filter((node) => {
      if (ends.has(node.id)) return true;
      if (node.kind === "external" || node.kind === "unknown") return false;
      return node.kind !== "restricted" || visibility.cluster(node.cluster);
    }),
    edges: kept,
  };
}

const OUTSIDE: ReadonlySet<string> = new Set(["external", "unknown"]);

const NONE: ReadonlySet<string> = new Set();

type MayTell = (cluster: string, host: string) => boolean;

function withVisibleHosts(edge: GraphEdge, cluster: string, may: MayTell): GraphEdge {
  const hosts = Object.entries(edge.hosts);
  const visible = hosts.filter(([host]) => may(cluster, host));
  if (visible.length === hosts.length) return edge;
  const told = new Set(visible.map(([host]) => host));
  const rest = hosts.reduce((sum, [host, rate]) => (told.has(host) ? sum : sum + rate), 0);
  return { ...edge, hosts: Object.fromEntries([...visible, [RESTRICTED_HOSTS, perSecond(rest)]]) };
}

/** `spiffe://trust-domain/ns/NAMESPACE/sa/NAME`. https://istio.io/latest/docs/concepts/security/#istio-identity */
function withVisiblePrincipals(edge: GraphEdge, from: string, to: string, visibility: Visibility): GraphEdge {
  const { principals, ...rest } = edge;
  if (principals === undefined) return edge;
  const may = (cluster: string, principal: string | undefined) => {
    const namespace = /\/ns\/([^/]+)/.exec(principal ?? "")?.[1];
    return principal !== undefined && (namespace === undefined || visibility.namespace(cluster, namespace));
  };
  const told: Principals = {
    ...(may(from, principals.source) ? { source: principals.source } : {}),
    ...(may(to, principals.destination) ? { destination: principals.destination } : {}),
  };
  return Object.keys(told).length === 0 ? rest : { ...rest, principals: told };
}

/**
 * `name.namespace.svc…` names a namespace, and so does `name.namespace` where there is one called so (a resolver's search
 * list makes one of the other). https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
function hostVisible(
  visibility: Visibility,
  cluster: string,
  host: string,
  known: ReadonlySet<string> = NONE,
): boolean {
  const name = host.toLowerCase().replace(/\.?(?::\d+)?$/, "");
  const namespace = /^(?:.+\.)?[^.]+\.([^.]+)\.svc(?:[.:]|$)/.exec(name)?.[1];
  if (namespace !== undefined) return visibility.namespace(cluster, namespace);
  const short = /^[^.]+\.([^.]+)$/.exec(name)?.[1];
  return short === undefined || !known.has(short) || visibility.namespace(cluster, short);
}

/** @throws MeshscopeError `forbidden` where a scope asks for what the viewer can't see, existing or not */
export function checkScope(
  scope: { readonly clusters: readonly string[]; readonly namespaces: readonly string[] },
  configured: readonly string[],
  visibility: Visibility,
): void {
  if (visibility.all) return;
  const clusters = scope.clusters.length === 0 ? configured : scope.clusters;
  const hiddenCluster = scope.clusters.find((cluster) => !visibility.cluster(cluster));
  if (hiddenCluster !== undefined)
    throw forbidden(`You aren't signed in to cluster "${hiddenCluster}", or it can't be seen.`);
  const hidden = scope.namespaces.find((name) => !clusters.some((cluster) => visibility.namespace(cluster, name)));
  if (hidden !== undefined) throw forbiddenNamespace(hidden);
}

/** @throws MeshscopeError `forbidden` where numbers of one of these would tell of what the viewer can't see */
export function checkSubjects(keys: readonly NodeKey[], visibility: Visibility): void {
  if (visibility.all) return;
  const own = keys.filter(({ kind }) => !OUTSIDE.has(kind));
  for (const { kind, cluster, namespace } of own) {
    if (kind === "cluster" || kind === "restricted") {
      if (!wholeCluster(visibility, cluster)) throw forbidden(`Not all of cluster "${cluster}" may be seen by you.`);
    } else if (!visibility.namespace(cluster, namespace)) throw forbiddenNamespace(namespace);
  }
  for (const { cluster, name } of keys.filter(({ kind }) => OUTSIDE.has(kind))) {
    // By itself it sums over all callers, hidden ones too.
    if (own.length === 0 && !wholeCluster(visibility, cluster))
      throw forbidden("Who calls it may not all be seen by you. Ask for an edge from a workload of yours.");
    if (!hostVisible(visibility, cluster, name)) throw forbidden(`You may not see "${name}".`);
  }
}

function forbidden(detail: string): MeshscopeError {
  return new MeshscopeError("forbidden", detail);
}

export function forbiddenNamespace(namespace: string): MeshscopeError {
  return forbidden(`You may not list pods in namespace "${namespace}", so the console doesn't show it.`);
}

export const HIDDEN = "(The text names what you may not see.)";

/** A test of texts for names of hidden namespaces, as words. */
export function hiddenNames(names: Iterable<string>): (text: string) => boolean {
  const set = new Set(names);
  return (text) => (text.match(/[a-z0-9]+(?:-[a-z0-9]+)*/g) ?? []).some((word) => set.has(word));
}

/** States of sources, their texts replaced where they name what is hidden. */
export function visibleSources(
  sources: readonly SourceStatus[],
  names: (text: string) => boolean,
): readonly SourceStatus[] {
  const said = (text: string) => (names(text) ? HIDDEN : text);
  return sources.map((source) => ({
    ...source,
    ...(source.problem === undefined ? {} : { problem: { ...source.problem, detail: said(source.problem.detail) } }),
    warnings: source.warnings.map(said),
    infos: source.infos.map(said),
    missing: source.missing.map((each) =>
      names(each.what) || names(each.consequence) ? { ...each, what: HIDDEN, consequence: "" } : each,
    ),
  }));
}
