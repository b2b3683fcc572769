import type { Paths } from "#lib/layout/route.ts";
import type { Strings } from "#lib/layout/scene.ts";

/** What holds while the structure does: where everything is, and how edges run. */
export interface Skeleton {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly radius: Float32Array;
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly paths: Paths;
  readonly strings: Strings;
  /** Indexes into `strings.boxes` of what is around each drawn node. */
  readonly boxesOf: readonly (readonly number[])[];
  readonly width: number;
  readonly height: number;
}
