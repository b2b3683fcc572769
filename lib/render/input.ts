/**
 * Gestures on the canvas as what they mean: steer, hover, click. d3-zoom reads mouse, pen, touch and wheel and keeps its own
 * transform on the element, so that one gesture goes on from where another left the view.
 */
import { type D3ZoomEvent, pointer, select, zoom, zoomIdentity } from "d3";
import { type Camera, MAX_ZOOM, MIN_ZOOM, type Point } from "./camera.ts";

export interface InputSink {
  /** Whether a press there isn't the map's. */
  readonly grips: (at: Point) => boolean;
  /** A hand moves the view there. */
  readonly steer: (camera: Camera) => void;
  /** A wheel with Shift asks for a step sideways, in pixels. */
  readonly slide: (dx: number) => void;
  /** The pointer is here and holds nothing; null: it left. */
  readonly hover: (at: Point | null) => void;
  readonly click: (at: Point) => void;
  readonly doubleClick: (at: Point) => void;
}

export interface Input {
  /** The view has moved without a hand: the next gesture starts from there. */
  place(camera: Camera): void;
  detach(): void;
}

/** A press that moves less than this is a click. */
const SLOP = 4;
const LINE = 16;

/** Zoom factor of a wheel step: mice send lines or hundreds of pixels, trackpads a few, a pinch comes with ctrlKey. */
export function wheelFactor(event: Pick<WheelEvent, "deltaY" | "deltaMode" | "ctrlKey">): number {
  const pixels = event.deltaY * (event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? 400 : 1);
  const limited = Math.max(-240, Math.min(240, pixels));
  return Math.exp(-limited * (event.ctrlKey ? 0.01 : 0.0022));
}

const isWheel = (event: Event): event is WheelEvent => event.type === "wheel";
const slides = (event: WheelEvent): boolean => event.shiftKey && !event.ctrlKey;

/** Listens on one element until detached. */
export function attachInput(element: HTMLCanvasElement, sink: InputSink): Input {
  let holds = false;
  const at = (event: Event | Touch): Point => {
    const [x, y] = pointer(event, element);
    return { x, y };
  };
  /** With Shift an area is drawn; and a thing may be taken into the hand. */
  const isMaps = (event: MouseEvent | TouchEvent): boolean => {
    const held = "changedTouches" in event ? event.changedTouches[0] : event;
    return !event.shiftKey && !(held !== undefined && sink.grips(at(held)));
  };
  const behaviour = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([MIN_ZOOM, MAX_ZOOM])
    .clickDistance(SLOP)
    .tapDistance(SLOP)
    .filter((event: MouseEvent | TouchEvent) =>
      isWheel(event) ? !slides(event) : !("button" in event && event.button > 1) && isMaps(event),
    )
    .wheelDelta((event) => Math.log2(wheelFactor(event)))
    .on("start", (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
      holds = event.sourceEvent instanceof Event && !isWheel(event.sourceEvent);
    })
    .on("end", () => {
      holds = false;
    })
    .on("zoom", ({ sourceEvent, transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
      // What `place` moves has no event behind it, and is known to who placed it.
      if (sourceEvent instanceof Event) sink.steer({ x: transform.x, y: transform.y, k: transform.k });
    });
  const target = select(element).call(behaviour);
  target
    .on("dblclick.zoom", null)
    .on("dblclick.map", (event: MouseEvent) => sink.doubleClick(at(event)))
    .on("click.map", (event: MouseEvent) => sink.click(at(event)))
    .on("pointermove.map", (event: PointerEvent) => {
      if (!holds && event.pointerType !== "touch") sink.hover(at(event));
    })
    .on("pointerleave.map", () => sink.hover(null))
    .on(
      "wheel.map",
      (event: WheelEvent) => {
        event.preventDefault();
        if (slides(event)) sink.slide(-(event.deltaX || event.deltaY));
      },
      { passive: false },
    );
  return {
    place: ({ x, y, k }) => behaviour.transform(target, zoomIdentity.translate(x, y).scale(k)),
    detach: () => void target.on(".zoom", null).on(".map", null),
  };
}
