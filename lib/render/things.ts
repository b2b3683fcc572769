/** What is in a scene, by id, and where. */
import type { Strings } from "#lib/layout/scene.ts";
import type { Point } from "./camera.ts";
import { pointAt } from "./geometry.ts";
import { chainOf, type FullScene, type Picked } from "./hit.ts";

/** Everything that has an id; a node before an edge before a box of the same. */
export function thingsOf({ nodeIds, edgeIds, boxes }: Strings): Map<string, Picked> {
  const found = new Map<string, Picked>();
  boxes.forEach(({ id }, index) => found.set(id, { kind: "box", id, index }));
  edgeIds.forEach((id, index) => found.set(id, { kind: "edge", id, index }));
  nodeIds.forEach((id, index) => found.set(id, { kind: "node", id, index }));
  return found;
}

/** The middle of a thing, in world units; null where there is none. */
export function middleIn(scene: FullScene, thing: Picked | undefined): Point | null {
  if (thing === undefined) return null;
  if (thing.kind === "edge") return pointAt(chainOf(scene, thing.index), 0.5);
  if (thing.kind === "node")
    return { x: scene.nodes.x[thing.index] as number, y: scene.nodes.y[thing.index] as number };
  const box = scene.strings.boxes[thing.index];
  return box === undefined ? null : { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
