/** What of the mesh's settings decides about calls; null: not known. Pure. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Normalization } from "../meaning/paths.ts";
import type { MeshConfig } from "./decode.ts";
import type { ControlPlane } from "./planes.ts";
import { type MeshSettings, setting } from "./settings.ts";
import type { IstiodsView } from "./view.ts";

/** Of an HTTP service, or a gRPC one, which alone is asked about connections. */
export type Authorizer = "http" | "grpc";

export interface MeshFacts {
  /** enableAutoMtls. */
  readonly autoMtls: boolean | null;
  /** The mesh's own, then its aliases. */
  readonly trustDomains: readonly string[] | null;
  readonly normalization: Normalization | null;
  /** outboundTrafficPolicy is REGISTRY_ONLY. */
  readonly registryOnly: boolean | null;
  /** Who sees Services that say no exportTo. */
  readonly serviceExport: "everybody" | "own" | "nobody" | null;
  /** External authorizers by the names of extensionProviders, with what they are asked by. */
  readonly authorizers: Readonly<Record<string, Authorizer>> | null;
  /** Why automatic mutual TLS isn't known; null: it is. */
  readonly why: string | null;
  /** Control planes that run in the cluster, as proxies call them, and whether they read objects of all revisions; absent: not known. */
  readonly revisions?: readonly { readonly name: string; readonly everything: boolean | null }[];
  /** By the revisions that proxies say (null: one that says none); absent: all control planes are set alike. */
  readonly served?: (revisions: readonly (string | null)[]) => Served;
}

/** By what proxies of some revisions are set. */
export interface Served {
  readonly facts: MeshFacts;
  /** Objects as their control plane reads them; null: they may be read differently. */
  readonly view: Pick<IstiodsView, "read" | "discovers"> | null;
  /** Without a view: whether some control plane that may serve them reads the object otherwise than it stands. */
  readonly isChanged: (manifest: Manifest) => boolean;
  /** The same for proxies that are set alike; null: how they are set isn't known. */
  readonly set: string | null;
  /** How control planes that may serve them see objects, as far as that is known, each once. */
  readonly views: readonly string[];
  /** What isn't known where something isn't. */
  readonly lacks: string;
}

/** `planes`: those that run in the cluster, whoever may see them; null: not known. */
export function meshFacts(settings: MeshSettings, planes: readonly ControlPlane[] | null = null): MeshFacts {
  const [auto, domains, paths, outbound, exported, providers] = [
    setting(settings, ({ enableAutoMtls }) => enableAutoMtls),
    setting(settings, ({ trustDomains }) => trustDomains),
    setting(settings, ({ pathNormalization }) => pathNormalization),
    setting(settings, ({ registryOnly }) => registryOnly),
    setting(settings, ({ exportTo }) => exportTo["Service"]?.seen ?? "everybody"),
    setting(settings, authorizersOf),
  ];
  return {
    autoMtls: auto.known ? auto.value : null,
    trustDomains: domains.known ? domains.value : null,
    normalization: paths.known ? paths.value : null,
    registryOnly: outbound.known ? outbound.value : null,
    serviceExport: exported.known ? exported.value : null,
    authorizers: providers.known ? providers.value : null,
    why: auto.known ? null : auto.why,
    ...(planes === null ? {} : { revisions: planes.map(revisionOf) }),
  };
}

/** One without a revision writes `default` on the pods that it injects. (getInjectionStatus in istiod's pkg/kube/inject/webhook.go) */
export const revisionOf = ({ revision, everything }: ControlPlane) => ({
  name: everything === true ? "default" : revision,
  everything,
});

const AUTHORIZERS: ReadonlyMap<string, Authorizer> = new Map([
  ["envoyExtAuthzHttp", "http"],
  ["envoyExtAuthzGrpc", "grpc"],
]);

/** extensionProviders that CUSTOM policies may name. */
export const authorizersOf = ({ providers }: MeshConfig): Readonly<Record<string, Authorizer>> =>
  Object.fromEntries(
    [...providers].flatMap(([name, { kind }]) => {
      const asked = AUTHORIZERS.get(camel(kind));
      return asked === undefined ? [] : [[name, asked]];
    }),
  );

/** The schema's JSON has both spellings. */
const camel = (kind: string): string => kind.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
