/** The main thread's handle on the worker that reads files. */
import type { Problem } from "#lib/errors.ts";
import type { FileQuestion, FileQuestions, FromFilesWorker, ToFilesWorker } from "./files-session.ts";

export type FileAnswer<Kind extends FileQuestion> =
  | { readonly answer: FileQuestions[Kind]["answer"] }
  | { readonly problem: Problem };

export interface FilesHandle {
  readonly ask: <Kind extends FileQuestion>(kind: Kind, ask: FileQuestions[Kind]["ask"]) => Promise<FileAnswer<Kind>>;
  /** Gives up what is under way: it is answered with a problem that nobody reads. */
  readonly close: () => void;
}

/** The part of a Worker that is used. */
export interface FilesWorker {
  postMessage(message: ToFilesWorker): void;
  onmessage: ((event: MessageEvent<FromFilesWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

const BROKEN: Problem = {
  code: "internal",
  detail: "The part of the page that reads files has failed. Reload the page, and open the file again.",
};
const CLOSED: Problem = { code: "cancelled", detail: "The page was left." };

/** Starts the worker. The literal `new URL` is what the bundler looks for. */
export function createFiles(
  worker: FilesWorker = new Worker(new URL("./files-worker.ts", import.meta.url), { type: "module" }),
): FilesHandle {
  const waiting = new Map<number, (answer: FileAnswer<FileQuestion>) => void>();
  let asked = 0;
  const giveUp = (problem: Problem) => {
    for (const answer of waiting.values()) answer({ problem });
    waiting.clear();
  };
  worker.onmessage = ({ data: { id, ...answer } }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  };
  worker.onerror = () => giveUp(BROKEN);
  return {
    ask<Kind extends FileQuestion>(kind: Kind, ask: FileQuestions[Kind]["ask"]) {
      asked += 1;
      const id = asked;
      return new Promise<FileAnswer<Kind>>((resolve) => {
        waiting.set(id, resolve);
        worker.postMessage({ id, kind, ask });
      });
    },
    close() {
      worker.terminate();
      giveUp(CLOSED);
    },
  };
}
