/** How a graph is looked at, beyond what the server is asked for: what the worker decides at once, from what it holds. */
import type { Protocol } from "#lib/graph/model.ts";
import type { LayoutStyle } from "#lib/layout/model.ts";

export const BOX_KINDS = ["cluster", "namespace", "app"] as const;
/** What a box stands for. */
export type BoxKind = (typeof BOX_KINDS)[number];

export const ALL_PROTOCOLS: readonly Protocol[] = ["http", "grpc", "tcp"];

/** Which way a neighbourhood is followed: against the calls, along them, or both. */
export const SIDES = ["both", "up", "down"] as const;
export type Side = (typeof SIDES)[number];

/** Whose word on ambient traffic is drawn: all of it, that of waypoints (layer 7) or of ztunnels (layer 4) alone, or none. */
export const AMBIENT = ["total", "waypoint", "ztunnel", "none"] as const;
export type Ambient = (typeof AMBIENT)[number];

/** Which edges are drawn by how they are. */
export const LINES = ["all", "unhealthy", "none"] as const;
export type Lines = (typeof LINES)[number];

export const MOST_STEPS = 5;

export interface Look {
  /** Boxes drawn around marks, outermost first; cluster boxes only where there are several clusters. */
  readonly boxes: readonly BoxKind[];
  /** Protocols whose edges are drawn. */
  readonly protocols: readonly Protocol[];
  readonly ambient: Ambient;
  readonly lines: Lines;
  /** Id of the node whose neighbourhood stands out; null: all stand alike. */
  readonly focus: string | null;
  /** How many calls away from it still count, 1 to `MOST_STEPS`. */
  readonly steps: number;
  readonly side: Side;
  /** What becomes of everything else: dimmed in its place, or not drawn, the rest laid out by itself (drill-down). */
  readonly rest: "dim" | "hide";
  /** Everything, or only what is degraded or failing and its neighbours. */
  readonly show: "all" | "trouble";
  /** Nodes that touch over 30 % of the others: drawn, or badges on their callers. */
  readonly hubs: "drawn" | "badges";
  /** What the rank beside a name counts: callers, callees; none is shown when off. */
  readonly rank: "off" | "in" | "out";
  /** How marks are put in order; `layered` alone has boxes. */
  readonly layout: LayoutStyle;
  /** What a link says was moved by hand (lib/layout/pin-text.ts); "": nothing. */
  readonly moved: string;
  /** Where a link has the map looked at from as it opens (lib/layout/sight-text.ts); "": all of it is shown. */
  readonly camera: string;
}

export const DEFAULT_LOOK: Look = {
  boxes: ["cluster", "namespace"],
  protocols: ALL_PROTOCOLS,
  ambient: "total",
  lines: "all",
  focus: null,
  steps: 2,
  side: "both",
  rest: "dim",
  show: "all",
  hubs: "drawn",
  rank: "off",
  layout: "layered",
  moved: "",
  camera: "",
};

/** The boxes that are drawn. */
export const boxesOf = ({ boxes, layout }: Look): readonly BoxKind[] => (layout === "layered" ? boxes : []);

/** Looks with one key draw the same things in the same boxes, so that they share their places; "" for the default. */
export function placesOfLook(look: Look): string {
  const { focus, steps, side, rest, show, hubs, layout, moved, camera } = look;
  const boxes = layout === "layered" ? look.boxes : DEFAULT_LOOK.boxes;
  const parts: string[] = [];
  if (boxes.join() !== DEFAULT_LOOK.boxes.join()) parts.push(`boxes ${boxes.join()}`);
  if (focus !== null && rest === "hide") parts.push(`around ${steps} ${side} ${focus}`);
  if (show !== "all") parts.push(show);
  if (hubs !== "drawn") parts.push(`hubs ${hubs}`);
  if (layout !== "layered") parts.push(layout);
  if (moved !== "") parts.push(`moved ${moved}`);
  else if (camera !== "") parts.push("as in a link");
  return parts.join(" ");
}
