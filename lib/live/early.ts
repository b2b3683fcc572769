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

let early: { readonly viewer: string; readonly worker: LiveWorker; readonly heard: MessageEvent<FromWorker>[] } | null =
  null;

/** The literal `new URL` is what the bundler looks for. */
const start = (): LiveWorker => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

/**
 * Has a worker follow a view for the next `spawn`: its script and the graph take as long as waking up the page does, and
 * come beside it.
 */
export function startEarly(viewer: string, first: readonly ToWorker[], make = start): void {
  const worker = make();
  const heard: MessageEvent<FromWorker>[] = [];
  early = { viewer, worker, heard };
  worker.onmessage = (event) => heard.push(event);
  // Whoever asks gets a new one, and hears what is wrong with it.
  worker.onerror = () => {
    early = null;
  };
  for (const message of [{ type: "restart", viewer, keepPlaces: true } as const, ...first]) worker.postMessage(message);
}

/** The worker that was started for this viewer, or a new one. One that follows for somebody else is ended. */
export function spawn(viewer: string | undefined, make = start): Spawned {
  const before = early;
  early = null;
  if (before !== null && before.viewer === viewer) return { worker: before.worker, heard: before.heard, begun: true };
  before?.worker.terminate();
  return { worker: make(), heard: [], begun: false };
}
