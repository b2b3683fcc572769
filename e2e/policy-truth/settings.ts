/** The mesh's own settings: what batches are run with, and what the console reads in them. */
import type { MeshFields } from "#lab/real/istiod.ts";
import { asRead } from "#lib/mesh/istio/policy/meaning/revisions.ts";
import { type MeshFacts, meshFacts } from "#lib/mesh/istio/policy/settings/facts.ts";
import { OUTSIDE } from "#lib/mesh/istio/policy/settings/planes.ts";
import { rootNamespaceOf } from "#lib/mesh/istio/policy/settings/root.ts";
import { meshSettings } from "#lib/mesh/istio/policy/settings/settings.ts";
import { istiodsView } from "#lib/mesh/istio/policy/settings/view.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { envoyExtAuthzHttp, PROVIDER } from "./authorizer.ts";
import type { Chance } from "./chance.ts";
import type { Wanted } from "./policies.ts";
import { DOMAINS, ROOT } from "./vocabulary.ts";

/** A namespace that some meshes take for their root. */
export const OTHER_ROOT = "mesh-root";
/** Of namespaces that all discoverySelectors here take. */
export const DISCOVERED = { discovered: "yes" } as const;

/** Names of external authorizers: extensionProviders of MESH_OF_ACCESS that are some, and names of none. */
export const PROVIDERS = { known: [PROVIDER, "by-grpc"], unknown: ["prometheus", "nobody"] } as const;

/** For who is let in. */
export const MESH_OF_ACCESS: MeshFields = {
  rootNamespace: OTHER_ROOT,
  trustDomain: DOMAINS[1],
  trustDomainAliases: [DOMAINS[0]],
  pathNormalization: { normalization: "MERGE_SLASHES" },
  extensionProviders: [
    { name: PROVIDER, envoyExtAuthzHttp },
    { name: "by-grpc", envoyExtAuthzGrpc: { service: "ext.auth.svc.cluster.local", port: 9000 } },
  ],
};

/** Any of them, by chance. */
export function someMesh(from: Chance): MeshFields {
  const exported = (): readonly string[] => from.of([["."], ["*"], ["*", "."], ["~"], ["elsewhere"]]);
  const settings: readonly MeshFields[] = [
    { enableAutoMtls: from.is(0.5) },
    { defaultVirtualServiceExportTo: exported() },
    { defaultDestinationRuleExportTo: exported() },
    { defaultServiceExportTo: exported() },
    { outboundTrafficPolicy: from.of([{ mode: "REGISTRY_ONLY" }, { mode: "ALLOW_ANY" }, {}]) },
    { rootNamespace: from.of([ROOT, OTHER_ROOT]) },
    {
      discoverySelectors: from.of([
        [{ matchLabels: DISCOVERED }],
        [{ matchExpressions: [{ key: "discovered", operator: "NotIn", values: ["no"] }] }],
        [{ matchLabels: { discovered: "no" } }, { matchLabels: DISCOVERED }],
      ]),
    },
    // The one that is left out is no longer the mesh's: its clients don't get as far as any policy.
    { trustDomain: DOMAINS[1], trustDomainAliases: [DOMAINS[0]] },
  ];
  return Object.assign({}, ...from.some(settings, 2, 5)) as MeshFields;
}

/** Of the istiod that runs (lab/real/istiod.ts). */
const REVISION = "default";

/** Some of them for its revision alone, some for another one's. */
export const revised = (from: Chance, wanted: readonly Wanted[]): readonly Wanted[] =>
  wanted.map((each) =>
    from.is(0.3) ? { ...each, labels: { "istio.io/rev": from.of([REVISION, "other", "stable"]) } } : each,
  );

/** A proxy as its pod says whose it is. */
const SERVED = {
  ...{ namespace: "", labels: {} },
  pods: [{ name: "", ip: null, ready: true, phase: "Running", reports: true, revision: REVISION }],
};

export const namespaceObject = (name: string, labels: Readonly<Record<string, string>> = {}): object => ({
  ...{ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } },
});

export interface Read {
  readonly mesh: MeshFacts;
  readonly root: string;
  readonly objects: (kind: string) => readonly Manifest[];
  readonly discovers: (namespace: string) => boolean;
}

/** As the console reads settings in a ConfigMap, and objects under them. `labels`: of namespaces. */
export function reading(
  mesh: MeshFields,
  all: readonly Manifest[],
  labels: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(),
): Read {
  const config: Manifest = {
    ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: ROOT } },
    data: { mesh: JSON.stringify({ trustDomainAliases: DOMAINS.slice(1), ...mesh }) },
  };
  const settings = meshSettings({
    ...{ maps: [config], planes: [OUTSIDE], root: ROOT, unread: null },
    sees: () => true,
  });
  const byKind = Map.groupBy(all, manifestKindKey);
  const view = istiodsView(
    settings,
    (kind) => byKind.get(kind) ?? [],
    (namespace) => labels.get(namespace) ?? null,
  );
  const facts = { ...meshFacts(settings), revisions: [{ name: REVISION, everything: false }] };
  return {
    mesh: facts,
    root: rootNamespaceOf(settings, ROOT),
    objects: asRead({ objects: view.objects, mesh: facts }, [SERVED]).objects,
    discovers: view.discovers,
  };
}
