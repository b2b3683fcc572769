/**
 * The canvas engine's door. Imperative: it holds the last scene and the camera, and draws a frame when something changed,
 * never otherwise. The graph's meaning stays outside: scenes come in, ids go out.
 */
import type { Scene } from "#lib/layout/scene.ts";
import type { Sight as LookedFrom } from "#lib/layout/sight-text.ts";
import {
  type Bounds,
  between,
  type Camera,
  centreOn,
  fitBelow,
  fitCamera,
  MAX_ZOOM,
  type Point,
  panBy,
  type Size,
  sees,
  sightOf,
  zoomAt,
} from "./camera.ts";
import type { EdgeLabelKind } from "./edge-labels.ts";
import { boundsOf, extentOf } from "./extent.ts";
import { edgeBounds, type FullScene, type Picked, pick } from "./hit.ts";
import { attachInput } from "./input.ts";
import type { Measure } from "./labels.ts";
import { Listeners } from "./listeners.ts";
import { changedLooks, type Looked, type Looks, looksOf } from "./looks.ts";
import { createMeasure } from "./paint-labels.ts";
import { createPainter, type Sight } from "./painter.ts";
import { type Prepared, prepare } from "./prepared.ts";
import type { RenderTheme } from "./theme.ts";
import { middleIn, Things } from "./things.ts";

export type { Camera, Point } from "./camera.ts";
export type { Picked } from "./hit.ts";

export interface RendererOptions {
  readonly theme: RenderTheme;
  /** Where it says no, the camera jumps instead of flying. Default: the browser's preference. */
  readonly motion?: () => boolean;
  /** Whether a press there takes what is there into the hand; somebody else follows it then, and the map stays. */
  readonly grips?: (at: Point) => boolean;
  /** Where the first scene is looked at from, with this world point in the middle; all of it is shown where nothing would be seen. */
  readonly from?: LookedFrom | null;
}

export interface Renderer {
  /** Strings may be left out while the structure stays. The first scene, and one of a wholly new graph, is fitted to the view. */
  setScene(scene: Scene): void;
  setTheme(theme: RenderTheme): void;
  /** What edges say; empty: what fits their state. */
  setLabels(kinds: readonly EdgeLabelKind[]): void;
  getCamera(): Camera;
  /** Where the view comes to rest: the world point in the middle and the zoom; null while that shows everything, as `fit` does. */
  getSight(): LookedFrom | null;
  /** Of the canvas, in CSS pixels. */
  getSize(): Size;
  /** How far the drawing reaches, in world units. */
  getExtent(): Bounds;
  setCamera(camera: Camera): void;
  /** Moves there as a flight, where motion is welcome. */
  flyTo(camera: Camera): void;
  /** Shows everything. */
  fit(): void;
  /** So many pixels at the top are covered by something else: what is fitted stands below. */
  setCovered(pixels: number): void;
  /** Brings a node, edge or box to the middle at a readable zoom. */
  focus(id: string): void;
  /** Shows all of these nodes, as near as can be; nothing where none is there. */
  fitTo(ids: Iterable<string>): void;
  /** Flies to an area of the drawing, in world units, as near as it fits; never nearer than a graph is shown whole, unless `near`. */
  showArea(area: Bounds, near?: boolean): void;
  /** Zooms around the middle of the view. */
  zoomBy(factor: number): void;
  select(id: string | null): void;
  hover(id: string | null): void;
  /** What is at a point of the canvas, in CSS pixels. */
  pick(at: Point): Picked | null;
  /** The person clicked on something, or on nothing. */
  onSelect(call: (id: string | null) => void): () => void;
  onHover(call: (picked: Picked | null, at: Point | null) => void): () => void;
  /** The person double-clicked on something. */
  onActivate(call: (picked: Picked) => void): () => void;
  onCamera(call: (camera: Camera) => void): () => void;
  destroy(): void;
}

const FIT_PADDING = 40;
const FLIGHT_MS = 320;
const READABLE = 0.85;
/** A graph of which less was there before is another one: it is shown whole. */
const KNOWN = 1 / 3;

/** A scene and what it is drawn from. */
interface Shown extends Looked {
  readonly prepared: Prepared;
}

function showScene(scene: FullScene, looks: Looks, theme: RenderTheme): Shown {
  return { scene, looks, prepared: prepare({ scene, looks }, theme) };
}

const prefersMotion = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Takes over a canvas that the page has sized by CSS, until `destroy`. */
export function createRenderer(canvas: HTMLCanvasElement, options: RendererOptions): Renderer {
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) throw new Error("This browser gives no 2D canvas.");
  const motion = options.motion ?? prefersMotion;
  const selects = new Listeners<[string | null]>();
  const hovers = new Listeners<[Picked | null, Point | null]>();
  const activations = new Listeners<[Picked]>();
  const cameras = new Listeners<[Camera]>();

  let theme = options.theme;
  let measure: Measure = createMeasure(context, theme);
  let shown: Shown | null = null;
  let bounds: Float32Array = new Float32Array(0);
  let extent: Bounds = { left: 0, top: 0, right: 0, bottom: 0 };
  let things = new Things(null);
  let camera: Camera = { x: 0, y: 0, k: 1 };
  let size: Size = { width: 0, height: 0 };
  let ratio = 1;
  let placed = false;
  let covered = 0;
  let labels: readonly EdgeLabelKind[] = [];
  let selected: string | null = null;
  let hovered: string | null = null;
  let flight: { readonly from: Camera; readonly to: Camera; readonly began: number } | null = null;

  const painter = createPainter(canvas, context, sightAt);
  const { schedule } = painter;
  const indexOf = (id: string | null, kind: Picked["kind"]) => {
    const thing = id === null ? undefined : things.get(id);
    return thing?.kind === kind ? thing.index : null;
  };
  const view = (next: Camera) => {
    camera = next;
    cameras.emit(camera);
  };
  /** Moves the view without a hand. */
  const moveTo = (next: Camera) => {
    view(next);
    input.place(next);
    schedule();
  };
  const flyTo = (next: Camera) => {
    // From a picture that nobody has seen there is nowhere to fly from.
    if (motion() && shown !== null && size.width > 0 && !painter.isBlank()) {
      flight = { from: camera, to: next, began: performance.now() };
      schedule();
    } else {
      flight = null;
      moveTo(next);
    }
  };
  const steer = (next: Camera) => {
    flight = null;
    painter.gesture();
    view(next);
    schedule();
  };
  const fitted = (area: Bounds): Camera => fitBelow(area, size, FIT_PADDING, covered);
  const whole = (): Camera => fitted(extent);
  const opening = (): Camera => {
    const { from = null } = options;
    if (from === null) return whole();
    const camera = centreOn(from, size, from.k);
    return sees(camera, size, extent) ? camera : whole();
  };

  function sightAt(now: number): Sight | null {
    if (shown === null || size.width === 0) return null;
    if (flight !== null) {
      const share = Math.max(0, (now - flight.began) / FLIGHT_MS);
      view(between(flight.from, flight.to, share, size));
      if (share >= 1) flight = null;
      input.place(camera);
    }
    const focus = {
      selected: indexOf(selected, "node"),
      hovered: indexOf(hovered, "node"),
      edge: indexOf(selected, "edge"),
      hoveredEdge: indexOf(hovered, "edge"),
    };
    const frame = { ...shown, bounds, camera, size, ratio, theme, measure, focus, labels };
    return { frame, flying: flight !== null, pointing: hovered !== null };
  }

  const measureCanvas = () => {
    const box = canvas.getBoundingClientRect();
    const next = { width: Math.round(box.width), height: Math.round(box.height) };
    const nextRatio = Math.min(3, globalThis.devicePixelRatio || 1);
    if (next.width === size.width && next.height === size.height && nextRatio === ratio) return;
    // What was in the middle stays in the middle when a panel opens.
    const shift = { x: (next.width - size.width) / 2, y: (next.height - size.height) / 2 };
    const first = size.width === 0;
    size = next;
    ratio = nextRatio;
    canvas.width = Math.max(1, Math.round(size.width * ratio));
    canvas.height = Math.max(1, Math.round(size.height * ratio));
    moveTo(first ? opening() : panBy(camera, shift.x, shift.y));
    painter.repaint();
    // Setting a canvas's size clears it: drawn at once, nothing flickers.
    painter.now();
  };
  const observer = new ResizeObserver(measureCanvas);
  observer.observe(canvas);

  const pickAt = (at: Point) => (shown === null ? null : pick(shown.scene, bounds, camera, at));
  const setHover = (id: string | null) => {
    if (id === hovered) return;
    hovered = id;
    schedule();
  };
  const grips = (at: Point) => options.grips?.(at) === true;
  const input = attachInput(canvas, {
    grips,
    steer,
    slide(dx) {
      painter.gesture();
      flight = null;
      moveTo(panBy(camera, dx, 0));
    },
    hover: (at) => {
      const picked = at === null ? null : pickAt(at);
      canvas.style.cursor = picked === null ? "" : at !== null && grips(at) ? "grab" : "pointer";
      setHover(picked?.kind === "box" ? null : (picked?.id ?? null));
      hovers.emit(picked, at);
    },
    click: (at) => selects.emit(pickAt(at)?.id ?? null),
    doubleClick: (at) => {
      const picked = pickAt(at);
      if (picked === null) flyTo(zoomAt(camera, at, 1.8));
      else activations.emit(picked);
    },
  });

  const middleOf = (id: string) => (shown === null ? null : middleIn(shown.scene, things.get(id)));

  return {
    setScene(next) {
      const before = shown;
      const strings = next.strings ?? before?.scene.strings;
      if (strings === undefined) return;
      const scene = { ...next, strings };
      shown = showScene(scene, looksOf(scene), theme);
      painter.announce(before === null ? "first" : "delta");
      if (before?.scene.strings !== strings) {
        const another = !placed || things.share(strings.nodeIds) < KNOWN;
        bounds = edgeBounds(scene);
        extent = extentOf(scene, bounds);
        things = new Things(strings);
        if (another) {
          // A link is of what its page opens with: what comes where nothing was is shown whole, as on a plain page.
          const camera = before === null && strings.nodeIds.length > 0 ? opening() : whole();
          placed = strings.nodeIds.length > 0;
          flight = null;
          moveTo(camera);
        }
      }
      painter.repaint(before && changedLooks(before, shown));
      // Neither the first picture nor new numbers wait for a frame: the next one shows them.
      if (size.width === 0) measureCanvas();
      else painter.now();
    },
    setTheme(next) {
      theme = next;
      measure = createMeasure(context, theme);
      if (shown !== null) shown = showScene(shown.scene, shown.looks, theme);
      painter.repaint();
    },
    setLabels(next) {
      if (next.join() === labels.join()) return;
      labels = next;
      painter.retell();
    },
    getCamera: () => camera,
    getSight: () => (size.width === 0 ? null : sightOf(flight?.to ?? camera, size, whole())),
    getSize: () => size,
    getExtent: () => extent,
    setCamera(next) {
      flight = null;
      placed = true;
      moveTo(next);
    },
    flyTo(next) {
      placed = true;
      flyTo(next);
    },
    fit: () => flyTo(whole()),
    setCovered(pixels) {
      covered = pixels;
    },
    focus(id) {
      const at = middleOf(id);
      if (at !== null) flyTo(centreOn(at, size, Math.max(camera.k, READABLE)));
    },
    fitTo(ids) {
      const points = [...ids].flatMap((id) => middleOf(id) ?? []);
      if (points.length > 0) flyTo(fitted(boundsOf(points)));
    },
    showArea: (area, near) => flyTo(near ? fitCamera(area, size, 0, MAX_ZOOM) : fitted(area)),
    zoomBy: (factor) => flyTo(zoomAt(flight?.to ?? camera, { x: size.width / 2, y: size.height / 2 }, factor)),
    select(id) {
      if (id === selected) return;
      selected = id;
      painter.retell();
    },
    hover: setHover,
    pick: pickAt,
    onSelect: selects.add,
    onHover: hovers.add,
    onActivate: activations.add,
    onCamera: cameras.add,
    destroy() {
      painter.destroy();
      observer.disconnect();
      input.detach();
      for (const listeners of [selects, hovers, activations, cameras]) listeners.clear();
    },
  };
}
