/** A store of files for tests, in memory. */
import type { FileStore, KeptFile } from "./file-store.ts";

export function memoryStore(initial: readonly KeptFile[] = []): FileStore {
  let files = [...initial];
  const without = (key: string) => files.filter((file) => file.key !== key);
  return {
    async put(file) {
      files = [file, ...without(file.key)];
    },
    get: async (key) => files.find((file) => file.key === key) ?? null,
    all: async () => files,
    async forget(key) {
      files = without(key);
    },
  };
}
