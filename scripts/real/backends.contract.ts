/**
 * What the console's clients make of a backend: one trace goes in, and comes out of every one of them as the same model.
 * Runs unchanged on the embedded trace store, a real Jaeger and a real Zipkin.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { hasFailed, kindOf, nameOf, serviceOf, startNs, type Trace, valueAt } from "#lib/tracing/model.ts";
import type { TraceQuery, TracingBackend } from "#lib/tracing/port.ts";
import { buildTree } from "#lib/tracing/tree.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { hex, type SampleTrace, sampleTrace } from "../../lab/contract/spans.ts";

export interface BackendTarget {
  readonly backend: TracingBackend;
  send(sample: SampleTrace): Promise<void>;
  close(): Promise<void>;
}

const ASK = { timeout: seconds(10) };

export function backendContract(name: string, start: () => Promise<BackendTarget>): void {
  describe(`${name} behind the tracing port`, () => {
    let target: BackendTarget | null = null;
    let sample: SampleTrace;
    const backend = (): TracingBackend => {
      if (target === null) throw new Error("the backend isn't started");
      return target.backend;
    };
    const query = (more: Partial<TraceQuery> = {}): TraceQuery => ({
      ...{
        service: sample.web,
        operation: null,
        tags: [],
        errorsOnly: false,
        minDuration: null,
        maxDuration: null,
        limit: 20,
      },
      start: unixSeconds(sample.startMs / 1000 - 60),
      end: unixSeconds(sample.startMs / 1000 + 60),
      ...more,
    });
    const found = async (more: Partial<TraceQuery> = {}): Promise<Trace | undefined> =>
      (await backend().search(query(more), { ...ASK, whole: true })).traces.find(
        ({ traceId }) => traceId === sample.traceId,
      );

    beforeAll(async () => {
      target = await start();
      sample = sampleTrace(Date.now() - 5_000);
      await target.send(sample);
      await vi.waitFor(async () => expect((await backend().trace(sample.traceId, ASK))?.trace.length).toBe(3), {
        timeout: 20_000,
      });
    }, 120_000);
    afterAll(async () => {
      await target?.backend.close();
      await target?.close();
    });

    it("says what it can", async () => {
      expect(await backend().capabilities(ASK)).toMatchObject({
        tags: true,
        durations: true,
        operations: true,
        language: null,
      });
    });

    it("brings a trace whole", async () => {
      const { trace, partial } = (await backend().trace(sample.traceId, ASK)) ?? {};
      if (trace === undefined) throw new Error("no trace");
      expect([trace.traceId, trace.length, partial]).toEqual([sample.traceId, 3, null]);
      const tree = buildTree(trace, { nowNs: BigInt(Date.now()) * 1_000_000n, skew: true });
      const [root = -1, call = -1, select = -1] = tree.order;
      expect(Array.from(tree.order, (row) => nameOf(trace, row).toLowerCase())).toEqual([
        "get /cart",
        "query db",
        "select",
      ]);
      expect(Array.from(tree.order, (row) => tree.depth[row])).toEqual([0, 1, 2]);
      expect([root, call, select].map((row) => kindOf(trace, row))).toEqual(["server", "client", "server"]);
      expect([root, select].map((row) => serviceOf(trace, row))).toEqual([sample.web, sample.db]);
      expect([root, call, select].map((row) => hasFailed(trace, row))).toEqual([true, false, false]);
      expect(valueAt(trace, trace.attributes, root, "http.status_code")).toBe("503");
      expect(tree.warnings).toEqual([]);
      // Microseconds at least.
      expect(startNs(trace, root) / 1000n).toBe(BigInt(Math.round(sample.startMs * 1000)));
      expect(tree.to - tree.from).toBe(100e6);
    });

    it("knows when there is no such trace", async () => {
      expect(await backend().trace(hex(16), ASK)).toBeNull();
    });

    it("lists services and operations", async () => {
      expect(await backend().services(ASK)).toEqual(expect.arrayContaining([sample.web, sample.db]));
      const operations = await backend().operations(sample.web, ASK);
      expect(operations.map((each) => each.name.toLowerCase()).sort()).toEqual(["get /cart", "query db"]);
    });

    it.each<[string, Partial<TraceQuery>, boolean]>([
      ["service", {}, true],
      ["another service", { service: "nobody" }, false],
      ["operation", { operation: "query db" }, true],
      ["another operation", { operation: "nothing" }, false],
      ["tag", { tags: [["http.status_code", "503"]] }, true],
      ["tag with another value", { tags: [["http.status_code", "200"]] }, false],
      ["failures", { errorsOnly: true }, true],
      ["shortest duration", { operation: "query db", minDuration: seconds(0.07) }, true],
      ["a longer one than any", { operation: "query db", minDuration: seconds(0.2) }, false],
      ["longest duration", { operation: "query db", maxDuration: seconds(0.085) }, true],
      ["time", { start: unixSeconds(0), end: unixSeconds(1_000) }, false],
    ])("searches by %s", async (_, more, expected) => {
      expect((await found(more)) !== undefined).toBe(expected);
    });

    it("says why it refuses", async () => {
      const refused = await backend()
        .search(query({ limit: -1 }), { ...ASK, whole: true })
        .then(() => null, problemOf);
      expect(["bad_query", "upstream_bad"]).toContain(refused?.code);
      expect(refused?.detail).toContain(`"${backend().name}"`);
    });
  });
}
