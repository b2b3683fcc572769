"use client";

import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { readSight } from "#lib/layout/sight-text.ts";
import type { Live } from "#lib/live/client.ts";
import type { Look } from "#lib/live/look.ts";
import { WHOLE } from "#lib/live/whole.ts";
import { toScreen } from "#lib/render/camera.ts";
import type { EdgeLabelKind } from "#lib/render/edge-labels.ts";
import { createRenderer, type Renderer } from "#lib/render/renderer.ts";
import { readTheme } from "#lib/render/theme.ts";
import { canvasDrawing } from "./canvas-drawing.ts";
import type { Drawing } from "./drawing.ts";
import { type Drawn, gripped, isBox, movable, onTitle, type Pointed, placeOf, sameStop, showTip } from "./drawn.ts";
import { createFocusFraming, type FocusFraming, tabMemory } from "./focus-framing.ts";
import { createFraming, type Framing } from "./framing.ts";
import { moveByKey } from "./hand/move-key.ts";
import { type Hand, watchDrag } from "./hand/press.ts";
import type { MenuAt } from "./menu/graph-menu.tsx";
import { OverlayLayers, type OverlayRefs } from "./overlay-layers.tsx";
import { createOverlays, type OverlayElements, type Overlays } from "./overlays.ts";
import { useThemeChange } from "./theme-change.ts";
import { type Cursor, cursorId, describeCursor, findCursor, type Step, startWalk, travel, walk } from "./walk.ts";

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
/** So many stops lead back. */
const TRAIL = 50;
const ZOOM: Readonly<Record<string, number>> = { "+": 1.25, "=": 1.25, "-": 0.8 };

/**
 * The canvas and its keyboard. The canvas itself says nothing to a screen reader: the table does, and the live region
 * here speaks while somebody walks the graph by arrow keys.
 */
export function CanvasHost({
  live,
  selected,
  onSelect,
  onActivate,
  onDrawing,
  onFirst,
  look,
  labels,
  animate,
  onMenu,
  onHand,
  covered,
}: {
  readonly live: Live | null;
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  /** A double press on a mark or a box. */
  readonly onActivate: (id: string, isBox: boolean) => void;
  readonly onDrawing: (drawing: Drawing | null) => void;
  /** The first picture of a view is there. */
  readonly onFirst: () => void;
  readonly look: Look;
  readonly labels: readonly EdgeLabelKind[];
  readonly animate: boolean;
  /** Asked for the menu of something, by pointer or key. */
  readonly onMenu: (at: MenuAt) => void;
  /** A drag has begun that isn't the map's own. */
  readonly onHand: (hand: Hand) => void;
  /** Pixels at the top that something else stands on. */
  readonly covered: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const renderer = useRef<Renderer | null>(null);
  const framing = useRef<Framing | null>(null);
  const drawn = useRef<Drawn | null>(null);
  const cursor = useRef<Cursor | null>(null);
  /** Stops of the walk before this one, for the way back. */
  const trail = useRef<Cursor[]>([]);
  // What the pointer chose needs no centring: it is where the person looks.
  const picked = useRef<string | null>(null);
  const wanted = useRef(selected);
  const opened = useRef(look.camera);
  const tip = useRef<HTMLDivElement>(null);
  const layers = useRef<OverlayRefs>({ corner: null, minimap: null, frame: null, traffic: null });
  const takeLayer = useCallback((part: Partial<OverlayRefs>) => {
    layers.current = { ...layers.current, ...part };
  }, []);
  const overlays = useRef<Overlays | null>(null);
  const around = useRef<FocusFraming | null>(null);
  const pointed = useRef<Pointed>({ thing: null, at: null });
  const latest = useRef({ onSelect, onActivate });
  const [spoken, speak] = useState("");

  useEffect(() => {
    latest.current = { onSelect, onActivate };
  }, [onSelect, onActivate]);

  useEffect(() => {
    if (canvas.current === null) return;
    const theme = readTheme(canvas.current);
    const from = readSight(opened.current);
    const created: Renderer = createRenderer(canvas.current, {
      theme,
      from,
      grips: (at) => gripped(drawn.current, wanted.current, created, at) !== null,
    });
    renderer.current = created;
    const over = createOverlays(layers.current as OverlayElements, created, theme);
    overlays.current = over;
    around.current = createFocusFraming(created, tabMemory, from !== null);
    created.onSelect((id) => {
      const at = pointed.current.at;
      const inside = id !== null && isBox(drawn.current, id) && !onTitle(drawn.current, id, created, at);
      const thing = inside ? null : id;
      picked.current = thing;
      latest.current.onSelect(thing);
    });
    created.onActivate(({ id, kind }) => latest.current.onActivate(id, kind === "box"));
    created.onHover((thing, at) => {
      pointed.current = { thing, at };
      showTip(tip.current, drawn.current, pointed.current);
    });
    const frame = createFraming(canvas.current, created, (id) => placeOf(drawn.current, id), from !== null);
    framing.current = frame;
    onDrawing(canvasDrawing(canvas.current, created, frame, () => drawn.current));
    return () => {
      frame.close();
      framing.current = null;
      renderer.current = null;
      drawn.current = null;
      onDrawing(null);
      over.close();
      overlays.current = null;
      around.current = null;
      created.destroy();
    };
  }, [onDrawing]);

  useThemeChange(
    useCallback(() => {
      if (canvas.current === null) return;
      const theme = readTheme(canvas.current);
      renderer.current?.setTheme(theme);
      overlays.current?.theme(theme);
    }, []),
  );

  useEffect(() => {
    if (live === null) return;
    return live.onScene(({ scene, first }) => {
      const { strings } = scene;
      const fresh = first || drawn.current === null;
      if (strings !== drawn.current?.strings) {
        cursor.current = sameStop(drawn.current, strings, cursor.current);
        trail.current = trail.current.flatMap((stop) => sameStop(drawn.current, strings, stop) ?? []);
      }
      drawn.current = { scene, strings };
      renderer.current?.setScene(scene);
      overlays.current?.scene(scene);
      around.current?.scene(scene);
      // The pointer may rest while the numbers under it change.
      showTip(tip.current, drawn.current, pointed.current);
      if (!fresh) return;
      framing.current?.begin(wanted.current);
      onFirst();
    });
  }, [live, onFirst]);

  useEffect(() => {
    wanted.current = selected;
    renderer.current?.select(selected);
    // At the first load the first frame decides: it shows the whole where that can be read.
    if (selected !== null && selected !== WHOLE && selected !== picked.current && drawn.current !== null)
      framing.current?.focus(selected);
    picked.current = null;
  }, [selected]);

  useEffect(() => framing.current?.cover(covered), [covered]);
  useEffect(() => renderer.current?.setLabels(labels), [labels]);
  useEffect(() => overlays.current?.animate(animate), [animate]);
  const { focus, steps, side, rest } = look;
  useEffect(() => {
    around.current?.turn(focus === null ? null : `${focus} ${steps} ${side} ${rest}`);
  }, [focus, steps, side, rest]);
  const stand = (on: Cursor) => {
    if (drawn.current === null) return;
    const { scene, strings } = drawn.current;
    cursor.current = on;
    const id = cursorId(strings, on);
    renderer.current?.hover(id);
    if (id !== null) framing.current?.reveal(id);
    speak(describeCursor(scene, strings, on));
  };
  /** The first time selects; on what is selected already it goes into the panel. */
  const enter = (id: string | null) => {
    if (id !== null && id === wanted.current) document.querySelector<HTMLElement>("[data-panel-body]")?.focus();
    else onSelect(id);
  };
  const menuAt = (on: Cursor) => {
    const id = drawn.current === null ? null : cursorId(drawn.current.strings, on);
    const place = id === null ? null : placeOf(drawn.current, id);
    const box = canvas.current?.getBoundingClientRect();
    const view = renderer.current?.getCamera();
    if (id === null || place === null || box === undefined || view === undefined) return;
    const { x, y } = toScreen(view, place);
    onMenu({ thing: { kind: on.kind, id }, x: box.left + x, y: box.top + y });
  };
  const onContextMenu = (event: MouseEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return;
    const picked = renderer.current?.pick({ x: event.clientX - box.left, y: event.clientY - box.top }) ?? null;
    // On nothing the browser's own menu is the useful one.
    if (picked === null) return;
    event.preventDefault();
    onMenu({ thing: picked, x: event.clientX, y: event.clientY });
  };

  const onPointerDown = (event: PointerEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    if (event.button !== 0 || box === undefined || event.target !== canvas.current) return;
    if (event.shiftKey) watchDrag(event, (start) => onHand({ do: "area", start }));
    else {
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      const id = gripped(drawn.current, wanted.current, renderer.current, at);
      if (id !== null) watchDrag(event, (start) => onHand({ do: "move", id, start }));
    }
  };

  /** Of presses that aren't the map's own, which don't come here: else the browser would mark the page's text. */
  const onMouseDown = (event: MouseEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.focus({ preventScroll: true });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || drawn.current === null) return;
    if (event.altKey) {
      const thing = movable(drawn.current, cursor.current, wanted.current);
      if (moveByKey(event.key, live, thing, speak)) event.preventDefault();
      return;
    }
    const { scene, strings } = drawn.current;
    const step = STEPS[event.key];
    const zoom = ZOOM[event.key];
    if (step !== undefined) {
      const before = cursor.current ?? (wanted.current === null ? null : findCursor(strings, wanted.current));
      const next = before === null ? startWalk(scene) : (event.shiftKey ? travel : walk)(scene, before, step);
      if (next === null) return;
      if (before !== null) trail.current = [...trail.current.slice(1 - TRAIL), before];
      stand(next);
    } else if (event.key === "Backspace" && trail.current.length > 0) {
      const back = trail.current.at(-1);
      trail.current = trail.current.slice(0, -1);
      if (back !== undefined) stand(back);
    } else if ((event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) && cursor.current !== null) {
      menuAt(cursor.current);
    } else if (zoom !== undefined) renderer.current?.zoomBy(zoom);
    else if (event.key === "Enter" && cursor.current !== null) enter(cursorId(strings, cursor.current));
    else return;
    event.preventDefault();
  };

  return (
    <div
      role="application"
      aria-label="Service graph"
      aria-roledescription="graph"
      aria-describedby="graph-keys"
      tabIndex={0}
      onKeyDown={onKeyDown}
      onContextMenu={onContextMenu}
      onPointerDown={onPointerDown}
      onMouseDown={onMouseDown}
      onBlur={() => renderer.current?.hover(null)}
      data-testid="graph"
      className="absolute inset-0 outline-offset-[-2px]"
    >
      <canvas ref={canvas} aria-hidden="true" className="size-full touch-none" />
      <div
        ref={tip}
        hidden
        aria-hidden="true"
        className="pointer-events-none absolute top-0 left-0 z-10 max-w-72 rounded-md border border-line-strong bg-raised px-2 py-1 text-[11px] shadow-float"
      />
      <OverlayLayers take={takeLayer} />
      <p id="graph-keys" className="sr-only">
        Arrow keys walk from a node along its edges, with Shift to the next node in that direction; Backspace goes back.
        Enter selects, and once more leads into the details. The menu key opens what can be done. Press t for the same
        as a table.
      </p>
      <p className="sr-only" aria-live="polite">
        {spoken}
      </p>
    </div>
  );
}
