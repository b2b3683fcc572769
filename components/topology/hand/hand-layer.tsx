"use client";

import type { Drawing } from "../drawing.ts";
import { AreaZoom } from "./area-zoom.tsx";
import { MoveLayer } from "./move-layer.tsx";
import type { Hand } from "./press.ts";

/** Over the map while a hand draws an area or moves a thing. */
export function HandLayer({
  hand,
  drawing,
  onClose,
}: {
  readonly hand: Hand;
  readonly drawing: Drawing;
  readonly onClose: () => void;
}) {
  if (hand.do === "area") return <AreaZoom start={hand.start} drawing={drawing} onClose={onClose} />;
  return <MoveLayer id={hand.id} start={hand.start} drawing={drawing} onClose={onClose} />;
}
