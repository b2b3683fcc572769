/**
 * Opened files, kept by the browser (IndexedDB), so that a reload or a second tab shows them still. They never leave it. The
 * newest are kept, up to a number and a size; the others are forgotten as new ones come.
 */

export interface KeptFile {
  readonly key: string;
  readonly name: string;
  /** Unix milliseconds. */
  readonly openedAt: number;
  readonly blob: Blob;
}

export interface FileStore {
  /** Keeps a file, and forgets what is too much by then. */
  put(file: KeptFile): Promise<void>;
  get(key: string): Promise<KeptFile | null>;
  /** The newest first. */
  all(): Promise<readonly KeptFile[]>;
  forget(key: string): Promise<void>;
}

const MOST_FILES = 8;
const MOST_BYTES = 512 * 1024 * 1024;

/** Keys of the files that are too much; `files` the newest first, which stays whatever its size. */
export function surplus(files: readonly KeptFile[]): readonly string[] {
  let bytes = 0;
  return files
    .filter(({ blob }, at) => {
      bytes += blob.size;
      return at > 0 && (at >= MOST_FILES || bytes > MOST_BYTES);
    })
    .map(({ key }) => key);
}

const DATABASE = "meshscope-trace-files";
const FILES = "files";

/** `factory`: the browser's indexedDB. Every method rejects where the browser keeps nothing. */
export function createFileStore(factory: IDBFactory): FileStore {
  const database = async () => {
    const opening = factory.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(FILES, { keyPath: "key" });
    return settled(opening);
  };
  const within = async <Result>(mode: IDBTransactionMode, ask: (files: IDBObjectStore) => IDBRequest<Result>) => {
    const db = await database();
    try {
      return await settled(ask(db.transaction(FILES, mode).objectStore(FILES)));
    } finally {
      db.close();
    }
  };
  const all = async () => {
    const files: KeptFile[] = await within("readonly", (store) => store.getAll());
    return files.sort((a, b) => b.openedAt - a.openedAt);
  };
  const forget = async (key: string) => {
    await within("readwrite", (store) => store.delete(key));
  };
  return {
    async put(file) {
      await within("readwrite", (store) => store.put(file));
      for (const key of surplus(await all())) await forget(key);
    },
    async get(key) {
      const file: KeptFile | undefined = await within("readonly", (store) => store.get(key));
      return file ?? null;
    },
    all,
    forget,
  };
}

/** Forgets all of them: whoever comes next at this browser is somebody else. `factory`: undefined where there is none. */
export function forgetFiles(factory: Pick<IDBFactory, "deleteDatabase"> | undefined): void {
  factory?.deleteDatabase(DATABASE);
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The database gave up without a reason."));
  });
}
