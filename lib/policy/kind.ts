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
