/** The entry of a trace's worker: hands the browser's own things to a session. Loaded by client.ts alone. */
import { createFileStore } from "./file-store.ts";
import type { ToTraceWorker } from "./messages.ts";
import { TraceSession } from "./session.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

const session = new TraceSession({
  files: createFileStore(indexedDB),
  fetch: (url, { signal }) =>
    fetch(url, { signal, cache: "no-store", credentials: "same-origin", headers: { accept: "application/json" } }),
  post: (message, transfer) => scope.postMessage(message, transfer ?? []),
  now: Date.now,
});

scope.onmessage = ({ data }: MessageEvent<ToTraceWorker>) => session.receive(data);
