/** Addresses of opened files. Pure. */
import { parseFileTraceId } from "#lib/live/trace/file-id.ts";

/** The traces of a kept file; null: the files that are kept. */
export function filesHref(key: string | null): string {
  return key === null ? "/traces/file" : `/traces/file?${new URLSearchParams({ key })}`;
}

/** The file of a trace; null for traces of backends. */
export function fileOfHref(id: string): string | null {
  const trace = parseFileTraceId(id);
  return trace === null ? null : filesHref(trace.key);
}
