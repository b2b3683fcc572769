/** Secrets and certificates that the configuration names by file. */
import { readFile } from "node:fs/promises";
import { MeshscopeError } from "#lib/errors.ts";

/** A file's text without the line break that editors add. @throws MeshscopeError `bad_config` naming the setting */
export async function readSetting(setting: string, file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  } catch (cause) {
    const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "unreadable";
    throw new MeshscopeError("bad_config", `${setting}: can't read ${file} (${code}).`, { cause });
  }
}

/**
 * A token that others rotate: read again for each use. While the file is being replaced it may be empty or absent; the
 * last good token then serves.
 */
export function rotatedToken(setting: string, file: string): () => Promise<string> {
  let last: string | null = null;
  return async () => {
    try {
      const token = (await readSetting(setting, file)).trim();
      if (token !== "") last = token;
    } catch (thrown) {
      if (last === null) throw thrown;
    }
    if (last === null) throw new MeshscopeError("bad_config", `${setting}: ${file} is empty.`);
    return last;
  };
}
