/** GET /findings: of the clusters in view, what the viewer may see. */
import type { FindingsAnswer, FindingsQuery, WireFinding } from "#lib/api/findings.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { refKey } from "#lib/policy/ref.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { page } from "../page.ts";
import { checkScope, HIDDEN } from "../rights/filter.ts";
import type { PolicyDeps, Viewer } from "./deps.ts";
import { viewerOf } from "./listable.ts";
import type { ClusterPolicies } from "./store.ts";

const RANK = { error: 0, warning: 1, info: 2 } as const;

export interface FindingsDeps extends PolicyDeps {
  /** Texts as the viewer may be told them. */
  readonly text: (viewer: Viewer) => (text: string) => string;
}

/** @throws MeshscopeError `reauth`, `bad_parameter` (next), `forbidden` for a scope that the viewer can't see */
export async function listFindings(
  deps: FindingsDeps,
  credential: Credential,
  query: FindingsQuery,
  signal?: AbortSignal,
): Promise<FindingsAnswer> {
  const viewer = await viewerOf(deps, credential, signal);
  const { store, checks } = deps;
  checkScope(query, [...store.clusters().keys()], viewer.visibility);
  const wanted = (list: readonly string[], ...texts: readonly string[]) =>
    list.length === 0 || texts.some((text) => list.includes(text));
  const clusters = [...store.clusters().values()].filter(
    ({ cluster }) => viewer.visibility.cluster(cluster) && wanted(query.clusters, cluster),
  );
  const all = clusters.map(({ cluster }) => checks.findings(cluster, viewer));
  const found = all
    .flatMap((each) => each ?? [])
    .filter(
      ({ object, severity, code, also }) =>
        wanted(query.namespaces, object.namespace ?? object.name) &&
        wanted(query.severities, severity) &&
        wanted(query.codes, code, ...also) &&
        wanted(query.kinds, object.kind, kindKey(object)),
    );
  const { items, ...more } = page(found, sortKey, query);
  const oldest = clusters.map(({ asOf }) => asOf ?? Number.NaN);
  const asOf = Math.min(...oldest);
  const silent = clusters.flatMap(({ silentSince }) => silentSince ?? []);
  return {
    items,
    ...more,
    asOf: Number.isFinite(asOf) ? formatInstant(asOf as NonNullable<(typeof clusters)[number]["asOf"]>) : null,
    ...(silent.length === 0 ? {} : { silentSince: formatInstant(unixSeconds(Math.min(...silent))) }),
    counts: countsOf(found),
    unread: clusters.flatMap((each) => toldUnread(deps, viewer, each)),
  };
}

/** Names of what is installed follow from istiod's labels and namespace: they are for who sees that. */
function toldUnread(
  { istiodNamespace, rootNamespace, text }: FindingsDeps,
  viewer: Viewer,
  { cluster, unread, unchecked = [] }: ClusterPolicies,
): FindingsAnswer["unread"] {
  const said = text(viewer);
  const sees = viewer.visibility.namespace(cluster, (istiodNamespace ?? rootNamespace)(cluster));
  const all: NonNullable<ClusterPolicies["unchecked"]> = [...unread, ...unchecked];
  return all.map(({ kind, name, reason, code }) => ({
    cluster,
    kind: said(name !== undefined && sees ? `${kind} ${name}` : kind),
    reason: name !== undefined && !sees && reason.includes(name) ? HIDDEN : said(reason),
    code,
  }));
}

/** Worst first, then by object. */
const sortKey = ({ severity, object, code, path, message }: WireFinding): string =>
  [RANK[severity], refKey(object), code, path, message].join("\n");

function countsOf(findings: readonly WireFinding[]): FindingsAnswer["counts"] {
  const of = (severity: WireFinding["severity"]) => findings.filter((each) => each.severity === severity).length;
  return { error: of("error"), warning: of("warning"), info: of("info") };
}

/** Findings of one object; null: not all of its cluster's objects have been read yet. Each cluster is checked once. */
export function findingsByObject({ checks }: Pick<PolicyDeps, "checks">, viewer: Viewer) {
  const clusters = new Map<string, ReadonlyMap<string, readonly WireFinding[]> | null>();
  return (cluster: string, key: string): WireFinding[] | null => {
    if (!clusters.has(cluster)) {
      const found = checks.findings(cluster, viewer);
      clusters.set(cluster, found && Map.groupBy(found, ({ object }) => refKey(object)));
    }
    const known = clusters.get(cluster);
    return known ? [...(known.get(key) ?? [])] : null;
  };
}
