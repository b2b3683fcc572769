/** The worker's side of opened files: reads, keeps, lists and forgets them. */
import { MeshscopeError, type Problem, problemOf } from "#lib/errors.ts";
import { fileKey } from "./file-id.ts";
import type { FileStore } from "./file-store.ts";
import { keptFile, listOf, type OpenedFile, readBlob } from "./read-file.ts";

export interface KeptHead {
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly openedAt: number;
}

/** What is asked about files, and what the answer is. */
export interface FileQuestions {
  /** Reads a file and keeps it; one that can't be read isn't kept. */
  open: { readonly ask: { readonly file: File }; readonly answer: OpenedFile };
  read: { readonly ask: { readonly key: string }; readonly answer: OpenedFile };
  kept: { readonly ask: Record<never, never>; readonly answer: readonly KeptHead[] };
  forget: { readonly ask: { readonly key: string }; readonly answer: readonly KeptHead[] };
}

export type FileQuestion = keyof FileQuestions;

export interface ToFilesWorker<Kind extends FileQuestion = FileQuestion> {
  readonly id: number;
  readonly kind: Kind;
  readonly ask: FileQuestions[Kind]["ask"];
}

export type FromFilesWorker =
  | { readonly id: number; readonly answer: FileQuestions[FileQuestion]["answer"] }
  | { readonly id: number; readonly problem: Problem };

export interface FilesDeps {
  readonly store: FileStore;
  readonly post: (message: FromFilesWorker) => void;
  /** Unix milliseconds. */
  readonly now: () => number;
}

type Answers = {
  [Kind in FileQuestion]: (ask: FileQuestions[Kind]["ask"]) => Promise<FileQuestions[Kind]["answer"]>;
};

export class FilesSession {
  readonly #deps: FilesDeps;
  readonly #answers: Answers = {
    open: ({ file }) => this.#open(file),
    read: ({ key }) => this.#read(key),
    kept: () => this.#kept(),
    forget: async ({ key }) => {
      await this.#deps.store.forget(key);
      return this.#kept();
    },
  };
  /** The list that was made last: who opens a file is shown it next. */
  #last: OpenedFile | null = null;

  constructor(deps: FilesDeps) {
    this.#deps = deps;
  }

  receive<Kind extends FileQuestion>({ id, kind, ask }: ToFilesWorker<Kind>): Promise<void> {
    return this.#answers[kind](ask).then(
      (answer) => this.#deps.post({ id, answer }),
      (thrown: unknown) => this.#deps.post({ id, problem: problemOf(thrown) }),
    );
  }

  async #open(file: File): Promise<OpenedFile> {
    const read = await readBlob(file).catch((thrown: unknown) => {
      throw unread(file, thrown);
    });
    const head = { key: fileKey(file), name: file.name };
    try {
      await this.#deps.store.put({ ...head, openedAt: this.#deps.now(), blob: file });
    } catch (cause) {
      const detail = `“${file.name}” can be read, but this browser refuses to keep it: its storage is full, or pages may not use it.`;
      throw new MeshscopeError("too_large", detail, { cause });
    }
    this.#last = listOf(head, read);
    return this.#last;
  }

  async #read(key: string): Promise<OpenedFile> {
    if (this.#last?.key === key) return this.#last;
    const file = await keptFile(this.#deps.store, key);
    this.#last = listOf(file, await readBlob(file.blob));
    return this.#last;
  }

  /** A browser that keeps nothing has nothing. */
  async #kept(): Promise<readonly KeptHead[]> {
    const files = await this.#deps.store.all().catch(() => []);
    return files.map(({ key, name, openedAt, blob }) => ({ key, name, openedAt, bytes: blob.size }));
  }
}

/** What is wrong with a file, by its name; a file that vanished while it was read says so. */
function unread({ name }: File, thrown: unknown): MeshscopeError {
  const { code, detail } = problemOf(thrown);
  if (code === "unsupported_media_type")
    return new MeshscopeError(code, `“${name}” can’t be read. ${detail}`, { cause: thrown });
  const gone = `“${name}” can’t be read: it was moved or changed since it was chosen, or is a folder. Choose it again.`;
  return new MeshscopeError("not_found", gone, { cause: thrown });
}
