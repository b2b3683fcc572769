/** What the change does to a part of one pair's calls, before it is counted. */
import type { ImpactVerdict } from "#lib/policy/impact.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";

/** A place in an object. */
export interface Place {
  readonly object: Manifest;
  readonly path: Segments;
}

export interface Part {
  readonly verdict: ImpactVerdict;
  /** It happens; else it may, depending on what is lacking. */
  readonly known: boolean;
  readonly by: Place | null;
  /** The changed object that it follows from, where that isn't what decides. */
  readonly cause?: Manifest;
  readonly why: string;
  readonly lacks: readonly string[];
  /** 0…1 of the calls that it speaks of, at least and at most; absent: none or all, by `known`. */
  readonly share?: { readonly min: number; readonly max: number };
  /** What is certain all the same, and still not looked into. */
  readonly aside?: string;
}
