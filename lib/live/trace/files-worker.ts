/** The entry of the worker that reads files. Loaded by files.ts alone. */
import { createFileStore } from "./file-store.ts";
import { FilesSession, type ToFilesWorker } from "./files-session.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

const session = new FilesSession({
  store: createFileStore(indexedDB),
  post: (message) => scope.postMessage(message),
  now: Date.now,
});

scope.onmessage = ({ data }: MessageEvent<ToFilesWorker>) => void session.receive(data);
