/** Starts the topology worker: if need be on its first view, before anything of the page has asked for it. */
import type { FromWorker, ToWorker } from "./messages.ts";

/** The part of a Worker that is used. */
export interface LiveWorker {
  postMessage(message: ToWorker): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

export interface Spawned {
  readonly worker: LiveWorker;
  /** It follows for this viewer already, and what it said meanwhile. */
  readonly heard: readonly MessageEvent<FromWorker>[];
  readonly begun: boolean;
}

interface Early {
  readonly viewer: string;
  readonly worker: LiveWorker;
  readonly heard: MessageEvent<FromWorker>[];
}

/**
 * The page's first script and the page itself are bundled apart and share no module, so that the worker is handed on by the
 * window. `over`: somebody has asked for a worker already.
 */
export interface Slot {
  meshscopeEarly?: Early | "over";
}

/** The literal `new URL` is what the bundler looks for. */
const start = (): LiveWorker => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

/**
 * Has a worker follow a view for the next `spawn`: its script and the graph take as long as waking up the page does, and
 * come beside it. What it is told first is its name, since messages would wait until the page's own thread, which is busy
 * waking up, has heard that it runs. Nothing is done where the page is awake.
 */
export function startEarly(
  viewer: string,
  first: readonly ToWorker[],
  make: (name: string) => LiveWorker,
  slot: Slot,
): void {
  if (slot.meshscopeEarly !== undefined) return;
  const told: readonly ToWorker[] = [{ type: "restart", viewer, keepPlaces: true }, ...first];
  const worker = make(JSON.stringify(told));
  const heard: MessageEvent<FromWorker>[] = [];
  slot.meshscopeEarly = { viewer, worker, heard };
  worker.onmessage = (event) => heard.push(event);
  // Whoever asks gets a new one, and hears what is wrong with it.
  worker.onerror = () => {
    delete slot.meshscopeEarly;
  };
}

/** The worker that was started for this viewer, or a new one. One that follows for somebody else is ended. */
export function spawn(viewer: string | undefined, make = start, slot: Slot = globalThis as Slot): Spawned {
  const before = slot.meshscopeEarly;
  slot.meshscopeEarly = "over";
  if (typeof before !== "object") return { worker: make(), heard: [], begun: false };
  if (before.viewer === viewer) return { worker: before.worker, heard: before.heard, begun: true };
  before.worker.terminate();
  return { worker: make(), heard: [], begun: false };
}
