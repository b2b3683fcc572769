/** What calls of one pair have to expect, share by share. */
import type { NodeKey } from "#lib/graph/id.ts";
import type { Protocol } from "#lib/graph/model.ts";
import type { ImpactEvidence, Seen } from "#lib/policy/impact.ts";
import type { Part } from "./part.ts";

export interface Expected {
  readonly source: NodeKey;
  readonly target: NodeKey;
  readonly protocol: Protocol;
  /** Requests/s, of tcp connections/s. */
  readonly rate: number;
  readonly seen: Seen;
  /** As of an ObservedCall. */
  readonly beside?: number;
  readonly shares: readonly Shared[];
  /** What some of it rests on, and what would be expected without. */
  readonly rests?: { readonly on: readonly ImpactEvidence[]; readonly without: readonly Shared[] };
}

/** Parts of one share (0…1) of the calls. */
export interface Shared {
  readonly share: number;
  readonly parts: readonly Part[];
}
