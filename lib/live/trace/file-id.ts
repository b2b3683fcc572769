/** Traces of files, by ids that pages, addresses and comparisons take in place of a backend's. Pure. */

export interface FileTrace {
  /** Of the kept file. */
  readonly key: string;
  readonly traceId: string;
}

const FORM = /^file~([0-9a-f]{16})~([0-9a-f]{32})$/;

export function fileTraceId({ key, traceId }: FileTrace): string {
  return `file~${key}~${traceId}`;
}

/** null for what is no trace of a file. */
export function parseFileTraceId(id: string): FileTrace | null {
  const [, key, traceId] = FORM.exec(id) ?? [];
  return key === undefined || traceId === undefined ? null : { key, traceId };
}

/** The trace's own id, wherever it is from. */
export function ownTraceId(id: string): string {
  return parseFileTraceId(id)?.traceId ?? id;
}

/**
 * A file's key: the same for the same file, so that an address is good again once it has been opened again. FNV-1a twice, with two
 * beginnings: http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function fileKey({ name, size, lastModified }: Pick<File, "name" | "size" | "lastModified">): string {
  const text = JSON.stringify([name, size, lastModified]);
  return [0x811c9dc5, 0x1000193].map((begin) => fnv(text, begin).toString(16).padStart(8, "0")).join("");
}

function fnv(text: string, begin: number): number {
  let hash = begin;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
