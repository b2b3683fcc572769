import type { Point } from "#lib/render/camera.ts";
import type { FullScene } from "#lib/render/hit.ts";
import type { Area } from "./hand/area.ts";

/** What the page may ask of the drawing; nothing happens while none stands there. */
export interface Drawing {
  /** Centres on a node or an edge; null fits everything. */
  readonly focus: (id: string | null) => void;
  /** Zooms to a thing with what touches it: a node with its neighbours, an edge with its ends, all of a box. */
  readonly enclose: (id: string) => void;
  /** Zooms to a part of what is on the screen. */
  readonly showArea: (area: Area) => void;
  /** Names of the nodes there. */
  readonly within: (area: Area) => readonly string[];
  /** A mark or a box as it stands on the screen, for moving it by hand; null where it isn't there. */
  readonly held: (id: string) => Held | null;
  /** Where it is looked at from, as a link says it; "" while everything is shown, and where nothing is drawn. A flight ends. */
  readonly camera: () => string;
  /** What is drawn now, to be taken along; null before the first scene. */
  readonly picture: () => { readonly canvas: HTMLCanvasElement; readonly scene: FullScene } | null;
}

export interface Held {
  /** Around a mark's ring, or all of a box. */
  readonly area: Area;
  readonly round: boolean;
  /** Where its neighbours are; none of a box. */
  readonly links: readonly Point[];
  /** Zoom: CSS pixels of a world unit. */
  readonly k: number;
}

export interface DrawingSlot extends Drawing {
  readonly fill: (drawing: Drawing | null) => void;
}

/** Stands for whatever drawing is there, so that what asks it needn't be rendered when one comes or goes. */
export function drawingSlot(): DrawingSlot {
  let inside: Drawing | null = null;
  return {
    focus: (id) => inside?.focus(id),
    enclose: (id) => inside?.enclose(id),
    showArea: (area) => inside?.showArea(area),
    within: (area) => inside?.within(area) ?? [],
    held: (id) => inside?.held(id) ?? null,
    camera: () => inside?.camera() ?? "",
    picture: () => inside?.picture() ?? null,
    fill(drawing) {
      inside = drawing;
    },
  };
}
