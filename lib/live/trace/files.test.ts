import { describe, expect, it } from "vitest";
import { writeTrace, writeTraces } from "#lib/tracing/encode.ts";
import { traceOf } from "#lib/tracing/spans.test-support.ts";
import { fileKey, fileTraceId, ownTraceId, parseFileTraceId } from "./file-id.ts";
import { type FileStore, type KeptFile, surplus } from "./file-store.ts";
import { memoryStore } from "./files.test-support.ts";
import { createFiles, type FilesWorker } from "./files.ts";
import { FilesSession } from "./files-session.ts";
import { readBlob } from "./read-file.ts";

const ONE = traceOf([{ id: "a", service: "web", at: 0, ms: 5, error: true }]);
const TWO = traceOf([{ id: "b", at: 10, ms: 1 }], "b".repeat(32));

const fileOf = (name: string, text: string) => new File([text], name, { lastModified: 1_700_000_000_000 });

/** A handle on a session in the same thread. */
function opened(store: FileStore = memoryStore()) {
  const worker: FilesWorker = {
    postMessage: (message) => void session.receive(message),
    onmessage: null,
    onerror: null,
    terminate() {},
  };
  const session = new FilesSession({
    store,
    now: () => 1_800_000_000_000,
    post: (message) => worker.onmessage?.({ data: structuredClone(message) } as MessageEvent),
  });
  return { files: createFiles(worker), worker };
}

describe("opened files", () => {
  it("are listed as searches are, by ids that lead back to the file, and kept", async () => {
    const { files } = opened();
    const file = fileOf("shift.json", writeTraces("jaeger", [ONE, TWO]));
    const key = fileKey(file);
    const found = await files.ask("open", { file });
    expect(found).toMatchObject({
      answer: {
        ...{ key, name: "shift.json", partial: null, warnings: [] },
        items: [
          { id: `file~${key}~${"a".repeat(32)}`, backend: "file shift.json", spans: 1, errors: 1, durationMs: 5 },
          { id: `file~${key}~${"b".repeat(32)}`, errors: 0, root: { operation: "b" } },
        ],
      },
    });
    expect(await files.ask("read", { key })).toEqual(found);
    expect(await files.ask("kept", {})).toEqual({
      answer: [{ key, name: "shift.json", bytes: file.size, openedAt: 1_800_000_000_000 }],
    });
    expect(await files.ask("forget", { key })).toEqual({ answer: [] });
  });

  it("are read again where another page kept them", async () => {
    const store = memoryStore();
    const file = fileOf("a.json", writeTrace("otlp", ONE));
    await opened(store).files.ask("open", { file });
    expect(await opened(store).files.ask("read", { key: fileKey(file) })).toMatchObject({
      answer: { name: "a.json", items: [{ spans: 1 }] },
    });
  });

  it.each<[string, File, string, RegExp]>([
    [
      "no traces",
      fileOf("page.html", "<html>"),
      "unsupported_media_type",
      /^“page\.html” can’t be read\. The file begins with “<”/,
    ],
    [
      "what is gone",
      Object.assign(fileOf("x", ""), {
        slice: () => {
          throw new DOMException("", "NotFoundError");
        },
      }),
      "not_found",
      /was moved or changed/,
    ],
  ])("say what is wrong with %s, and change nothing", async (_, file, code, detail) => {
    const { files } = opened();
    expect(await files.ask("open", { file })).toMatchObject({
      problem: { code, detail: expect.stringMatching(detail) },
    });
    expect(await files.ask("kept", {})).toEqual({ answer: [] });
  });

  it("say so where the browser keeps nothing", async () => {
    const refuses = () => Promise.reject(new DOMException("", "SecurityError"));
    const { files } = opened({ put: refuses, get: refuses, all: refuses, forget: refuses });
    const said = (detail: RegExp) => ({ problem: { detail: expect.stringMatching(detail) } });
    expect(await files.ask("open", { file: fileOf("a.json", writeTrace("otlp", ONE)) })).toMatchObject(
      said(/this browser refuses to keep it/),
    );
    expect(await files.ask("read", { key: "0" })).toMatchObject(said(/doesn’t let pages keep files/));
    expect(await files.ask("kept", {})).toEqual({ answer: [] });
  });

  it("leave nobody waiting when their worker fails or the page is left", async () => {
    const { files, worker } = opened();
    worker.postMessage = () => undefined;
    const asked = files.ask("kept", {});
    worker.onerror?.({} as ErrorEvent);
    expect(await asked).toMatchObject({ problem: { code: "internal" } });
    const late = files.ask("kept", {});
    files.close();
    expect(await late).toMatchObject({ problem: { code: "cancelled" } });
  });

  it("are read up to a size", async () => {
    const text = writeTrace("zipkin", traceOf(["a", "b", "c"].map((id, at) => ({ id, at, ms: 1 }))));
    const read = await readBlob(new Blob([text]), text.length - 20);
    expect(read.partial?.reason).toBe("bytes");
    expect(read.traces[0]?.length).toBe(2);
  });

  it("are forgotten, the oldest first, where they are too many or too large", () => {
    const kept = (key: string, bytes: number) => ({ key, blob: { size: bytes } }) as KeptFile;
    const small = Array.from({ length: 10 }, (_, at) => kept(String(at), 1));
    expect(surplus(small)).toEqual(["8", "9"]);
    const large = 300 * 1024 * 1024;
    expect(surplus([kept("new", 3 * large), kept("old", 1)])).toEqual(["old"]);
    expect(surplus([kept("new", large), kept("mid", large), kept("old", 1)])).toEqual(["mid", "old"]);
  });
});

describe("ids of traces of files", () => {
  it("are told from those of backends", () => {
    const trace = { key: "0123456789abcdef", traceId: "c".repeat(32) };
    expect(parseFileTraceId(fileTraceId(trace))).toEqual(trace);
    expect(ownTraceId(fileTraceId(trace))).toBe(trace.traceId);
    for (const other of ["c".repeat(32), "file~~", `file~x~${"c".repeat(32)}`, `file~0123456789abcdef~../..`]) {
      expect(parseFileTraceId(other)).toBeNull();
      expect(ownTraceId(other)).toBe(other);
    }
  });

  it("are the same for the same file alone", () => {
    const file = { name: "a.json", size: 1, lastModified: 2 };
    expect(fileKey(file)).toMatch(/^[0-9a-f]{16}$/);
    expect(fileKey({ ...file })).toBe(fileKey(file));
    const others = [
      { ...file, name: "b.json" },
      { ...file, size: 2 },
      { ...file, lastModified: 3 },
    ];
    expect(new Set([file, ...others].map(fileKey)).size).toBe(4);
  });
});
