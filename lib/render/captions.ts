/**
 * Semantic zoom: seen from afar a box speaks for what is in it. Where names of workloads can't be read any more, apps and
 * namespaces are named across their boxes with how many are in trouble, and from farther away clusters are. Pure.
 */
import { MARK_STATES, type SceneBox } from "#lib/layout/scene.ts";
import { type Camera, type Size, toScreen } from "./camera.ts";
import { type Block, declutter, Taken } from "./declutter.ts";
import type { FullScene } from "./hit.ts";
import type { Measure } from "./labels.ts";
import { shorten } from "./words.ts";

/** Below these zooms a kind of box speaks: apps while workloads' names still show in part, clusters last. */
export const CAPTIONS = { app: 0.5, namespace: 0.36, cluster: 0.12 } as const;
export const CAPTION_FONT = { name: 14, numbers: 11.5 } as const;
const LEAST_ROOM = 44;

export interface Caption {
  readonly box: number;
  readonly block: Block;
  readonly label: string;
  /** `12 workloads · 2 failing`, as much of it as fits. */
  readonly numbers: string;
  readonly state: (typeof MARK_STATES)[number];
}

/** Which kind of box speaks at a zoom; null: marks speak for themselves. */
export function speakingKind(k: number, boxes: readonly SceneBox[]): SceneBox["kind"] | null {
  const has = (kind: SceneBox["kind"]) => boxes.some((box) => box.kind === kind);
  if (k < CAPTIONS.cluster && has("cluster")) return "cluster";
  if (k < CAPTIONS.namespace && has("namespace")) return "namespace";
  if (k < CAPTIONS.namespace && has("cluster")) return "cluster";
  return k < CAPTIONS.app && has("app") ? "app" : null;
}

/** `2 failing, 1 degraded`; "" where all is well. */
export function troubleWords(failing: number, degraded: number): string {
  return [failing > 0 ? `${failing} failing` : "", degraded > 0 ? `${degraded} degraded` : ""]
    .filter(Boolean)
    .join(", ");
}

/** Captions of the boxes on screen, worst first, none over another. O(boxes). */
export function chooseCaptions(scene: FullScene, camera: Camera, size: Size, measure: Measure): readonly Caption[] {
  const kind = speakingKind(camera.k, scene.strings.boxes);
  if (kind === null) return [];
  const candidates = scene.strings.boxes.flatMap((box, at) => {
    if (box.kind !== kind) return [];
    const from = toScreen(camera, box);
    const [width, height] = [box.width * camera.k, box.height * camera.k];
    const out = from.x > size.width || from.y > size.height || from.x + width < 0 || from.y + height < 0;
    if (out) return [];
    const failing = scene.boxes.failing[at] ?? 0;
    const degraded = scene.boxes.degraded[at] ?? 0;
    return [
      { at, box, failing, degraded, x: from.x + width / 2, y: from.y + height / 2, room: Math.max(LEAST_ROOM, width) },
    ];
  });
  candidates.sort((a, b) => b.failing - a.failing || b.degraded - a.degraded || b.room - a.room || a.at - b.at);
  const texts = new Map<number, { readonly label: string; readonly numbers: string }>();
  const placed = declutter(
    candidates,
    ({ at, box, failing, degraded, x, y, room }) => {
      const label = shorten(box.label, (text) => measure.name(text) * CAPTION_FONT.name <= room);
      const trouble = troubleWords(failing, degraded);
      const fits = (text: string) => measure.numbers(text) * CAPTION_FONT.numbers <= room;
      const numbers = [[box.sublabel, trouble].filter(Boolean).join(" · "), trouble, box.sublabel].find(fits) ?? "";
      texts.set(at, { label, numbers });
      const half =
        Math.max(measure.name(label) * CAPTION_FONT.name, measure.numbers(numbers) * CAPTION_FONT.numbers) / 2 + 6;
      const tall = numbers === "" ? 11 : 18;
      return [{ left: x - half, right: x + half, top: y - tall, bottom: y + tall }];
    },
    new Taken(),
  );
  return placed.map(({ candidate: { at }, block }) => ({
    box: at,
    block,
    ...(texts.get(at) ?? { label: "", numbers: "" }),
    state: MARK_STATES[scene.boxes.state[at] ?? 0] ?? "nodata",
  }));
}
