/** A kept file as traces, and one of them as the page of one trace takes it. Runs in workers. */
import { instantOf, itemOf, toMs } from "#lib/api/trace-item.ts";
import type { TraceAnswer, TraceItem } from "#lib/api/traces.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { type FileRead, TraceFileReader } from "#lib/tracing/file.ts";
import type { Partial } from "#lib/tracing/port.ts";
import { summaryOf } from "#lib/tracing/summary.ts";
import { toWire } from "#lib/tracing/wire.ts";
import { type FileTrace, fileTraceId } from "./file-id.ts";
import { fileNodes } from "./file-nodes.ts";
import type { FileStore, KeptFile } from "./file-store.ts";

/** As of an answer of a backend. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What a list shows of a file. */
export interface OpenedFile {
  readonly key: string;
  readonly name: string;
  readonly items: readonly TraceItem[];
  readonly partial: Partial | null;
  readonly warnings: readonly string[];
}

/** @throws MeshscopeError `unsupported_media_type` */
export async function readBlob(blob: Blob, maxBytes: number = MAX_BYTES): Promise<FileRead> {
  const reader = new TraceFileReader();
  const decoder = new TextDecoder();
  const stream = blob.slice(0, maxBytes).stream().getReader();
  for (;;) {
    const { done, value } = await stream.read();
    if (done) break;
    if (reader.write(decoder.decode(value, { stream: true }))) continue;
    await stream.cancel();
    return reader.finish();
  }
  reader.write(decoder.decode());
  return reader.finish(blob.size > maxBytes ? maxBytes : null);
}

export function listOf({ key, name }: Pick<KeptFile, "key" | "name">, read: FileRead): OpenedFile {
  const items = read.traces.map((trace) => {
    const item = itemOf(summaryOf(trace), `file ${name}`);
    return { ...item, id: fileTraceId({ key, traceId: trace.traceId }) };
  });
  return { key, name, items, partial: read.partial, warnings: read.warnings };
}

/** @throws MeshscopeError `not_found` where the browser keeps the file no longer, and what readBlob throws */
export async function keptFile(store: FileStore, key: string): Promise<KeptFile> {
  const file = await store.get(key).catch((cause: unknown) => {
    throw new MeshscopeError("not_found", "This browser doesn’t let pages keep files. Open the file again.", { cause });
  });
  if (file !== null) return file;
  throw new MeshscopeError(
    "not_found",
    "This browser keeps the file no longer, or it was opened in another one. Open the file again: its address stays the same.",
  );
}

/** A trace of a file, as our server would answer it; its places on the map are what its spans tell alone. @throws MeshscopeError */
export async function readTrace(store: FileStore, { key, traceId }: FileTrace): Promise<TraceAnswer> {
  const file = await keptFile(store, key);
  const read = await readBlob(file.blob);
  const trace = read.traces.find((each) => each.traceId === traceId);
  if (trace === undefined)
    throw new MeshscopeError(
      "not_found",
      `The file “${file.name}” has no trace ${traceId}, or it was not read that far.`,
    );
  const summary = summaryOf(trace);
  return {
    id: fileTraceId({ key, traceId }),
    backend: `file ${file.name}`,
    start: instantOf(summary.startNs),
    durationMs: toMs(summary.durationNs),
    services: summary.services.map((each) => ({ ...each })),
    columns: { ...toWire(trace) },
    nodes: fileNodes(trace),
    // Found as the tree is built of it.
    warnings: [],
    partial: read.partial,
    sources: [],
    problems: [],
  };
}
