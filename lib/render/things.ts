/** What is in a scene, by id, and where. */
import type { Strings } from "#lib/layout/scene.ts";
import type { Point } from "./camera.ts";
import { pointAt } from "./geometry.ts";
import { chainOf, type FullScene, type Picked } from "./hit.ts";

/** Everything that has an id; a node before an edge before a box of the same. Gathered when first asked. */
export class Things {
  private readonly strings: Strings | null;
  private byId: Map<string, Picked> | null = null;

  constructor(strings: Strings | null) {
    this.strings = strings;
  }

  get(id: string): Picked | undefined {
    this.byId ??= gather(this.strings);
    return this.byId.get(id);
  }

  /** Of these nodes, the share that is here; 1 where there are none. */
  share(nodeIds: readonly string[]): number {
    const known = nodeIds.filter((id) => this.get(id)?.kind === "node").length;
    return nodeIds.length === 0 ? 1 : known / nodeIds.length;
  }
}

function gather(strings: Strings | null): Map<string, Picked> {
  const found = new Map<string, Picked>();
  strings?.boxes.forEach(({ id }, index) => found.set(id, { kind: "box", id, index }));
  strings?.edgeIds.forEach((id, index) => found.set(id, { kind: "edge", id, index }));
  strings?.nodeIds.forEach((id, index) => found.set(id, { kind: "node", id, index }));
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
