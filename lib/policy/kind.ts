/** A kind of object that the console shows and edits as policy. A mesh adapter lists those it knows (PolicyPort.kinds). */

/** What a kind is about, for grouping and filters. */
export type PolicyArea = "routing" | "security" | "telemetry" | "extension" | "gateway-api" | "membership";

export interface PolicyKind {
  readonly group: string;
  /** Served versions the adapter can read, the preferred first; discovery decides which a cluster has. */
  readonly versions: readonly [string, ...string[]];
  readonly kind: string;
  /** Plural, lower case, as in paths. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly area: PolicyArea;
  /** One sentence: what objects of this kind do. */
  readonly about: string;
}

/** Names that two groups use: Istio's Gateway and Gateway API's are different things. */
const AMBIGUOUS: ReadonlySet<string> = new Set(["Gateway"]);

/**
 * What names a kind wherever one text must do: PolicyWorld.objects, PolicyStore, filters, addresses. The kind itself
 * (`VirtualService`), or with its group where the name alone is ambiguous: `Gateway.networking.istio.io`,
 * `Gateway.gateway.networking.k8s.io`. Takes a PolicyKind, an ObjectRef, or any other group and kind.
 */
export function kindKey({ group, kind }: { readonly group: string; readonly kind: string }): string {
  return AMBIGUOUS.has(kind) && group !== "" ? `${kind}.${group}` : kind;
}

/** The key of a manifest's kind. */
export function manifestKindKey(manifest: { readonly apiVersion: string; readonly kind: string }): string {
  const slash = manifest.apiVersion.indexOf("/");
  return kindKey({ group: slash < 0 ? "" : manifest.apiVersion.slice(0, slash), kind: manifest.kind });
}
