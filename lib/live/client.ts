/** The main thread's handle on the topology worker. Holds no graph: the last scene's arrays, the status, one thing's details. */
import type { GraphView } from "#lib/api/view.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { Move } from "#lib/layout/move.ts";
import type { ByHand } from "#lib/layout/pins.ts";
import type { Scene, Strings } from "#lib/layout/scene.ts";
import type { TracePlaces } from "#lib/tracing/view/places.ts";
import { type LiveWorker, spawn } from "./early.ts";
import type { Look } from "./look.ts";
import type { Assistance, Details, FromWorker, LiveStatus, ReplaySpan, Row, ToWorker } from "./messages.ts";
import { FIRST_STATUS } from "./status.ts";

export interface LiveScene {
  /** Always with strings: the last ones, where this step brought none. */
  readonly scene: Scene & { readonly strings: Strings };
  /** The first of a view: a good moment to fit the camera. */
  readonly first: boolean;
  readonly layoutMs: number | null;
}

export interface Live {
  /** Looks at a view; asking again for the same one does nothing, unless it had failed. */
  readonly open: (view: GraphView, detail: "auto" | "groups" | "workloads") => void;
  /** What of the graph is drawn and how; acts at once, without asking the server. */
  readonly look: (look: Look) => void;
  readonly pause: (paused: boolean) => void;
  /** Reads all frames of a span, so that its instants are shown at once; null = they aren't needed any more. */
  readonly frames: (span: ReplaySpan | null) => void;
  /** Shows the frame nearest to an instant while a hand is on the axis; null = what is followed again. */
  readonly peek: (at: string | null) => void;
  /** Whose details to keep up to date; null = nobody's. */
  readonly select: (id: string | null) => void;
  /** Search and table rows, worst first; null when the handle was closed meanwhile. */
  readonly rows: (
    text: string,
    limit: number,
  ) => Promise<{ readonly rows: readonly Row[]; readonly total: number } | null>;
  /** The whole last answer, for taking it along; null where there is none. */
  readonly graph: () => Promise<Graph | null>;
  /** Marks what `find` says and leaves out what `hide` does; see docs/find.md. */
  readonly find: (find: string, hide: string) => void;
  /** Draws where a trace went; null: none. */
  readonly trace: (places: TracePlaces | null) => void;
  /** What could be typed at a place of an expression, and what is wrong with it; null when the handle was closed meanwhile. */
  readonly assist: (text: string, cursor: number) => Promise<Assistance | null>;
  /** Forgets the places of this view and lays it out afresh. */
  readonly relayout: () => void;
  /** Moves a mark or a box by hand; null: takes the last move or fresh layout back. Whether anything moved, once it is drawn. */
  readonly move: (move: Move | null) => Promise<boolean>;
  /** What was moved by hand, for a link; null when the handle was closed meanwhile. */
  readonly byHand: () => Promise<ByHand | null>;
  /** Forgets what was seen and follows the view afresh as `viewer` (messages.ts). */
  readonly restart: (viewer: string, keepPlaces: boolean) => void;
  /** Forgets what was seen and follows nothing, until `restart`. */
  readonly stop: () => void;
  /** Calls back when status or details change (for useSyncExternalStore). */
  readonly subscribe: (changed: () => void) => () => void;
  readonly status: () => LiveStatus;
  readonly details: () => Details | null;
  /** Calls back with each scene, at once with the last one if there is any. */
  readonly onScene: (take: (scene: LiveScene) => void) => () => void;
  readonly close: () => void;
}

export interface LiveOptions {
  /** Who looks: only tabs of the same viewer share a stream. */
  readonly viewer?: string;
  readonly worker?: () => LiveWorker;
  readonly origin?: string;
  /** Tells whether the tab can be seen, now and on change. */
  readonly visibility?: { hidden(): boolean; onChange(call: () => void): () => void };
}

const BROKEN: LiveStatus["problem"] = {
  code: "internal",
  detail: "The part of the page that keeps the graph has failed. Reload the page.",
};

const documentVisibility = {
  hidden: () => document.hidden,
  onChange(call: () => void) {
    document.addEventListener("visibilitychange", call);
    return () => document.removeEventListener("visibilitychange", call);
  },
};

/** Takes or starts the worker. */
export function createLive(options: LiveOptions = {}): Live {
  const { worker, heard, begun } = spawn(options.viewer, options.worker);
  const visibility = options.visibility ?? documentVisibility;
  const origin = options.origin ?? location.origin;
  const listeners = new Set<() => void>();
  const sceneListeners = new Set<(scene: LiveScene) => void>();
  let status = FIRST_STATUS;
  let details: Details | null = null;
  let selected: string | null = null;
  let last: LiveScene | null = null;
  let request = 0;
  const asked = new Map<number, (rows: { rows: readonly Row[]; total: number } | null) => void>();
  const taken = new Map<number, (graph: Graph | null) => void>();
  const moving = new Map<number, (moved: boolean) => void>();
  const sharing = new Map<number, (byHand: ByHand | null) => void>();
  const typing = new Map<number, (assistance: Assistance | null) => void>();

  const changed = () => {
    for (const listener of listeners) listener();
  };
  const onScene = ({ scene, first, layoutMs }: Extract<FromWorker, { type: "scene" }>) => {
    const strings = scene.strings ?? last?.scene.strings;
    if (strings === undefined) return;
    last = { scene: { ...scene, strings }, first, layoutMs };
    for (const listener of sceneListeners) listener(last);
  };
  worker.onmessage = ({ data }) => {
    switch (data.type) {
      case "status":
        status = data.status;
        changed();
        return;
      case "details":
        if (data.id !== selected) return;
        details = data.details;
        changed();
        return;
      case "scene":
        onScene(data);
        return;
      case "rows":
        asked.get(data.request)?.({ rows: data.rows, total: data.total });
        asked.delete(data.request);
        return;
      case "graph":
        taken.get(data.request)?.(data.graph);
        taken.delete(data.request);
        return;
      case "moved":
        moving.get(data.request)?.(data.moved);
        moving.delete(data.request);
        return;
      case "byHand":
        sharing.get(data.request)?.(data);
        sharing.delete(data.request);
        return;
      case "assist":
        typing.get(data.request)?.(data);
        typing.delete(data.request);
        return;
      case "mark":
        performance.mark(data.name, {
          startTime: Math.max(0, data.at - performance.timeOrigin),
          ...(data.ms === undefined ? {} : { detail: { ms: data.ms } }),
        });
    }
  };
  worker.onerror = () => {
    status = { ...status, phase: "failed", problem: BROKEN };
    changed();
  };
  const send = (message: ToWorker) => worker.postMessage(message);
  const tellVisible = () => send({ type: "visible", visible: !visibility.hidden() });
  const stopWatching = visibility.onChange(tellVisible);
  tellVisible();
  for (const event of heard) worker.onmessage(event);
  if (options.viewer !== undefined && !begun) send({ type: "restart", viewer: options.viewer, keepPlaces: true });

  return {
    open: (view, detail) => send({ type: "open", view, detail, origin }),
    look: (look) => send({ type: "look", look }),
    pause: (paused) => send({ type: "pause", paused }),
    frames: (span) => send({ type: "frames", span }),
    peek: (at) => send({ type: "peek", at }),
    select(id) {
      if (id === selected) return;
      selected = id;
      details = null;
      send({ type: "select", id });
      changed();
    },
    rows(text, limit) {
      request += 1;
      const id = request;
      return new Promise((resolve) => {
        asked.set(id, resolve);
        send({ type: "rows", request: id, text, limit });
      });
    },
    graph() {
      request += 1;
      const id = request;
      return new Promise((resolve) => {
        taken.set(id, resolve);
        send({ type: "graph", request: id });
      });
    },
    find: (find, hide) => send({ type: "find", find, hide }),
    trace: (places) => send({ type: "trace", places }),
    assist(text, cursor) {
      request += 1;
      const id = request;
      return new Promise((resolve) => {
        typing.set(id, resolve);
        send({ type: "assist", request: id, text, cursor });
      });
    },
    relayout: () => send({ type: "relayout" }),
    move(move) {
      request += 1;
      const id = request;
      return new Promise((resolve) => {
        moving.set(id, resolve);
        send({ type: "move", request: id, move });
      });
    },
    byHand() {
      request += 1;
      const id = request;
      return new Promise((resolve) => {
        sharing.set(id, resolve);
        send({ type: "byHand", request: id });
      });
    },
    restart(viewer, keepPlaces) {
      details = null;
      send({ type: "restart", viewer, keepPlaces });
      changed();
    },
    stop() {
      details = null;
      send({ type: "stop" });
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    status: () => status,
    details: () => details,
    onScene(take) {
      sceneListeners.add(take);
      if (last !== null) take({ ...last, first: true });
      return () => sceneListeners.delete(take);
    },
    close() {
      stopWatching();
      for (const answer of asked.values()) answer(null);
      asked.clear();
      for (const answer of taken.values()) answer(null);
      taken.clear();
      for (const answer of typing.values()) answer(null);
      typing.clear();
      for (const answer of moving.values()) answer(false);
      moving.clear();
      for (const answer of sharing.values()) answer(null);
      sharing.clear();
      send({ type: "close" });
      worker.terminate();
      listeners.clear();
      sceneListeners.clear();
    },
  };
}
