import { describe, expect, it } from "vitest";
import { writeTrace, writeTraces } from "#lib/tracing/encode.ts";
import { BASE_NS, id, type Sketch, traceOf } from "#lib/tracing/spans.test-support.ts";
import { buildTree } from "#lib/tracing/tree.ts";
import { flameOf } from "#lib/tracing/view/flame.ts";
import { toWire } from "#lib/tracing/wire.ts";
import { createTrace, type TraceWorker } from "./client.ts";
import { fileTraceId } from "./file-id.ts";
import { memoryStore } from "./files.test-support.ts";
import type { FromTraceWorker, TraceRequest, TraceState } from "./messages.ts";
import { type TraceDeps, TraceSession } from "./session.ts";

const KEY = "0".repeat(16);
const NOW_MS = Number(BASE_NS / 1_000_000n) + 60_000;

const SHOP: readonly Sketch[] = [
  { id: "a", service: "web", name: "GET /", kind: "server", at: 0, ms: 100 },
  { id: "b", parent: "a", service: "cart", name: "GET /cart", kind: "server", at: -20, ms: 30, error: true },
];

function answerOf(spans: readonly Sketch[]): string {
  const trace = traceOf(spans);
  const { warnings } = buildTree(trace, { nowNs: BigInt(NOW_MS) * 1_000_000n, skew: true });
  return JSON.stringify({
    ...{ id: trace.traceId, backend: "jaeger", start: "2025-11-13T02:13:20Z", durationMs: 100, services: [] },
    ...{ columns: toWire(trace), nodes: ["west/shop/workload/web", null], partial: null, sources: [], problems: [] },
    warnings: warnings.map((each) => ({ ...each, spanId: trace.spanId[each.row] ?? null })),
  });
}

/** A handle on a session in the same thread; messages go over as they do between threads, buffers and all. */
function opened(fetch: TraceDeps["fetch"], files: TraceDeps["files"] = memoryStore(), now = NOW_MS) {
  const worker: TraceWorker = {
    postMessage: (message) => session.receive(message),
    onmessage: null,
    onerror: null,
    terminate() {},
  };
  const session = new TraceSession({
    files,
    fetch,
    now: () => now,
    post: (message, transfer = []) => {
      const data: FromTraceWorker = structuredClone(message, { transfer });
      worker.onmessage?.({ data } as MessageEvent<FromTraceWorker>);
    },
  });
  const handle = createTrace(worker);
  const settled = () =>
    new Promise<TraceState>((resolve) => {
      const look = () => handle.state().phase !== "reading" && resolve(handle.state());
      handle.subscribe(look);
      look();
    });
  return { handle, worker, settled };
}

const REQUEST: TraceRequest = { id: "a".repeat(32), backends: ["jaeger", "old one"], skew: true };

async function shown(spans: readonly Sketch[], skew = true) {
  const source = opened(async () => new Response(answerOf(spans)));
  source.handle.open({ ...REQUEST, skew });
  const state = await source.settled();
  if (state.phase !== "shown") throw new Error(JSON.stringify(state));
  return { ...source, ...state };
}

describe("a trace's worker", () => {
  it("asks our server for columns, of the backends that are named", async () => {
    const asked: string[] = [];
    const { handle, settled } = opened(async (url) => {
      asked.push(url);
      return new Response(answerOf(SHOP));
    });
    handle.open(REQUEST);
    await settled();
    expect(asked).toEqual([`/api/v1/traces/${"a".repeat(32)}?format=columns&backends=jaeger%2Cold+one`]);
  });

  it("turns the clocks of what it has read, also while the server is away; asked the same again it reads anew", async () => {
    let there = true;
    const asked: string[] = [];
    const { handle, settled } = opened(async (url) => {
      asked.push(url);
      if (!there) throw new TypeError("fetch failed");
      return new Response(answerOf(SHOP));
    });
    handle.open(REQUEST);
    const before = await settled();
    there = false;
    handle.open({ ...REQUEST, skew: false });
    const after = await settled();
    expect(asked).toHaveLength(1);
    const skewed = (state: TraceState) => state.phase === "shown" && state.head.warnings.map(({ code }) => code);
    expect([skewed(before), skewed(after)]).toEqual([["clock-skew"], []]);
    handle.open({ ...REQUEST, skew: false });
    expect(await settled()).toMatchObject({ phase: "failed", problem: { code: "upstream_unreachable" } });
    expect(asked).toHaveLength(2);
  });

  it("hands the picture over and goes on answering", async () => {
    const { handle, picture, head } = await shown(SHOP);
    expect(picture.services).toEqual(["web", "cart"]);
    expect(head.fromNs).toBe(BASE_NS.toString());
    expect(await handle.ask("search", { text: "cart" })).toEqual(Uint32Array.of(1));
    expect(await handle.ask("detail", { row: 0 })).toMatchObject({ kind: "server", node: "west/shop/workload/web" });
    expect(await handle.ask("flame", {})).toMatchObject({ length: 2 });
    expect(await handle.ask("groups", { by: "service", sort: "name", down: false })).toHaveLength(2);
    expect(await handle.ask("calls", { by: "service" })).toMatchObject({ graph: { edges: [{ calls: 1, failed: 1 }] } });
    expect(await handle.ask("places", {})).toMatchObject({ nodes: [{ id: "west/shop/workload/web" }], unplaced: 1 });
    const flame = flameOf(picture);
    const { services, names } = picture;
    expect(
      await handle.ask("paths", { other: { picture: { services, names }, flame }, sort: "difference" }),
    ).toMatchObject({ length: 2, only: 0, depth: Uint32Array.of(0, 1) });
    const rows = await handle.ask("sorted", { sort: "duration", down: false, text: "" });
    expect(Array.from(rows ?? [])).toEqual([1, 0]);
    expect(await handle.ask("file", { format: "jaeger" })).toContain(id("b"));
  });

  it("says how far clocks were moved, and moves none on request", async () => {
    const corrected = await shown(SHOP);
    expect(corrected.picture.shift[1]).not.toBe(0);
    expect(corrected.head.warnings).toMatchObject([{ code: "clock-skew", count: 1, rows: [1] }]);
    const recorded = await shown(SHOP, false);
    expect(recorded.picture.shift[1]).toBe(0);
    expect(recorded.head.warnings).toEqual([]);
  });

  it.each([
    ["behind", -3_600_000, []],
    ["ahead", 3_600_000, ["future"]],
  ])(
    "says which spans are of the future by the server's clock, where the browser's is an hour %s",
    async (_, off, codes) => {
      const at = codes.length > 0 ? 1_800_000 : 0;
      const date = new Date(NOW_MS).toUTCString();
      const answer = async () => new Response(answerOf([{ id: "a", at, ms: 1 }]), { headers: { date } });
      const { handle, settled } = opened(answer, memoryStore(), NOW_MS + off);
      handle.open(REQUEST);
      const state = await settled();
      expect(state.phase === "shown" && state.head.warnings.map(({ code }) => code)).toEqual(codes);
    },
  );

  it("adds warnings of one kind up, but for those of the whole trace", async () => {
    const lost = ["x", "y", "z"].map((word, at): Sketch => ({ id: word, parent: `no-${word}`, at, ms: 1 }));
    const { head } = await shown(lost);
    expect(head.warnings.map(({ code, count }) => [code, count])).toEqual([
      ["missing-parent", 3],
      ["several-roots", 1],
      ["no-root", 1],
    ]);
  });

  it.each<[string, TraceDeps["fetch"], string, RegExp]>([
    [
      "our server's problems",
      async () =>
        new Response(JSON.stringify({ code: "not_found", detail: "No backend has this trace." }), { status: 404 }),
      "not_found",
      /No backend has this trace/,
    ],
    ["a web page in its place", async () => new Response("<html>", { status: 502 }), "internal", /answered 502/],
    ["half an answer", async () => new Response(answerOf(SHOP).slice(0, 90)), "upstream_unreachable", /broke off/],
    ["no answer", () => Promise.reject(new TypeError("refused")), "upstream_unreachable", /does not answer/],
  ])("says %s", async (_, fetch, code, detail) => {
    const { handle, settled } = opened(fetch);
    handle.open(REQUEST);
    expect(await settled()).toMatchObject({
      phase: "failed",
      problem: { code, detail: expect.stringMatching(detail) },
    });
    expect(await handle.ask("search", { text: "cart" })).toBeNull();
  });

  it("shows a trace of a kept file, and asks our server nothing", async () => {
    const text = writeTraces("otlp", [traceOf(SHOP), traceOf([{ id: "z", at: 0, ms: 1 }], "b".repeat(32))]);
    const files = memoryStore([{ key: KEY, name: "shift.json", openedAt: 0, blob: new Blob([text]) }]);
    const { handle, settled } = opened(() => Promise.reject(new Error("asked")), files);
    handle.open({ ...REQUEST, id: fileTraceId({ key: KEY, traceId: "a".repeat(32) }) });
    const state = await settled();
    expect(state).toMatchObject({
      phase: "shown",
      head: { id: `file~${KEY}~${"a".repeat(32)}`, backend: "file shift.json", warnings: [{ code: "clock-skew" }] },
      picture: { length: 2, services: ["web", "cart"] },
    });
    expect(await handle.ask("file", { format: "otlp" })).toBe(writeTrace("otlp", traceOf(SHOP)));
    expect(await handle.ask("detail", { row: 0 })).toMatchObject({ node: null });
  });

  it.each([
    ["a file that isn't kept", "f".repeat(16), /keeps the file no longer/],
    ["a trace that isn't in it", KEY, /has no trace a{32}/],
  ])("says %s", async (_, key, detail) => {
    const text = writeTrace("zipkin", traceOf(SHOP, "c".repeat(32)));
    const files = memoryStore([{ key: KEY, name: "shift.json", openedAt: 0, blob: new Blob([text]) }]);
    const { handle, settled } = opened(() => Promise.reject(new Error("asked")), files);
    handle.open({ ...REQUEST, id: fileTraceId({ key, traceId: "a".repeat(32) }) });
    expect(await settled()).toMatchObject({
      phase: "failed",
      problem: { code: "not_found", detail: expect.stringMatching(detail) },
    });
  });

  it("forgets an answer that another question has overtaken", async () => {
    const answers: ((response: Response) => void)[] = [];
    const { handle, settled } = opened(() => new Promise((resolve) => answers.push(resolve)));
    handle.open(REQUEST);
    handle.open({ ...REQUEST, id: "b".repeat(32) });
    answers[0]?.(new Response("", { status: 500 }));
    answers[1]?.(new Response(answerOf(SHOP)));
    expect(await settled()).toMatchObject({ phase: "shown" });
  });

  it("says so when it has failed itself, and leaves nobody waiting", async () => {
    const { handle, worker } = await shown(SHOP);
    worker.postMessage = () => undefined;
    const asked = handle.ask("search", { text: "cart" });
    worker.onerror?.({} as ErrorEvent);
    expect(handle.state()).toMatchObject({ phase: "failed", problem: { code: "internal" } });
    expect(await asked).toBeNull();
    const late = handle.ask("search", { text: "cart" });
    handle.close();
    expect(await late).toBeNull();
  });
});
