/** What of the mesh's settings decides about calls; null: not known. Pure. */
import type { Normalization } from "../meaning/paths.ts";
import { type MeshSettings, setting } from "./settings.ts";

export interface MeshFacts {
  /** enableAutoMtls. */
  readonly autoMtls: boolean | null;
  /** The mesh's own, then its aliases. */
  readonly trustDomains: readonly string[] | null;
  readonly normalization: Normalization | null;
  /** outboundTrafficPolicy is REGISTRY_ONLY. */
  readonly registryOnly: boolean | null;
  /** Why automatic mutual TLS isn't known; null: it is. */
  readonly why: string | null;
}

export function meshFacts(settings: MeshSettings): MeshFacts {
  const [auto, domains, paths, outbound] = [
    setting(settings, ({ enableAutoMtls }) => enableAutoMtls),
    setting(settings, ({ trustDomains }) => trustDomains),
    setting(settings, ({ pathNormalization }) => pathNormalization),
    setting(settings, ({ registryOnly }) => registryOnly),
  ];
  return {
    autoMtls: auto.known ? auto.value : null,
    trustDomains: domains.known ? domains.value : null,
    normalization: paths.known ? paths.value : null,
    registryOnly: outbound.known ? outbound.value : null,
    why: auto.known ? null : auto.why,
  };
}
