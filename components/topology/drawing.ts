import type { FullScene } from "#lib/render/hit.ts";

/** What the page may ask of the drawing. */
export interface Drawing {
  /** Centres on a node or an edge; null fits everything. */
  readonly focus: (id: string | null) => void;
  /** What is drawn now, to be taken along; null before the first scene. */
  readonly picture: () => { readonly canvas: HTMLCanvasElement; readonly scene: FullScene } | null;
}
