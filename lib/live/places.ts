/** Layouts kept across reloads, in IndexedDB. Best effort: without it (private mode, quota) every load is laid out afresh. */
import type { Layout } from "#lib/layout/model.ts";
import { isLayout } from "./placing.ts";

export interface Places {
  load(key: string): Promise<Layout | null>;
  save(key: string, layout: Layout): void;
  forget(key: string): void;
  /** Forgets all of them: they name what whoever comes next may not see. */
  clear(): void;
}

/** Raised when an older version's places no longer fit the newer layout. */
const DATABASE = "meshscope-places-1";
const STORE = "layouts";
const KEPT = 40;

interface Entry {
  readonly key: string;
  readonly savedAt: number;
  readonly layout: unknown;
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "key" }).createIndex("savedAt", "savedAt");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("indexedDB.open failed"));
  });
}

/** Deletes the oldest entries beyond the limit, within one transaction. */
function trim(store: IDBObjectStore): void {
  const count = store.count();
  count.onsuccess = () => {
    let surplus = count.result - KEPT;
    const cursor = store.index("savedAt").openCursor();
    cursor.onsuccess = () => {
      if (cursor.result === null || surplus <= 0) return;
      surplus -= 1;
      cursor.result.delete();
      cursor.result.continue();
    };
  };
}

export function createPlaces(factory: IDBFactory | undefined, now: () => number): Places {
  let database: Promise<IDBDatabase> | null = null;
  const store = async (mode: IDBTransactionMode) => {
    if (factory === undefined) throw new Error("no indexedDB");
    database ??= open(factory);
    return (await database).transaction(STORE, mode).objectStore(STORE);
  };
  const quietly = (work: Promise<unknown>) => void work.catch(() => undefined);
  return {
    async load(key) {
      try {
        const entries = await store("readonly");
        return await new Promise((resolve) => {
          const request = entries.get(key);
          request.onsuccess = () => {
            const { layout } = (request.result ?? {}) as Partial<Entry>;
            resolve(isLayout(layout) ? layout : null);
          };
          request.onerror = () => resolve(null);
        });
      } catch {
        return null;
      }
    },
    save(key, layout) {
      quietly(
        store("readwrite").then((entries) => {
          entries.put({ key, savedAt: now(), layout } satisfies Entry);
          trim(entries);
        }),
      );
    },
    forget(key) {
      quietly(store("readwrite").then((entries) => entries.delete(key)));
    },
    clear() {
      quietly(store("readwrite").then((entries) => entries.clear()));
    },
  };
}
