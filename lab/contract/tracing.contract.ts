/**
 * What Jaeger v2 answers, as far as the console and the lab rely on it. Runs unchanged on the embedded trace store and on a
 * real Jaeger; where they differ, the embedded one is wrong.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hex, type SampleTrace, sampleTrace } from "./spans.ts";

export interface TracingTarget {
  readonly url: string;
  readonly otlp: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** Registers the contract's tests for one server. */
export function tracingContract(name: string, start: () => Promise<TracingTarget>): void {
  describe(`${name} keeps Jaeger's contract`, () => {
    let target: TracingTarget | null = null;
    let sample: SampleTrace;
    const get = async (path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> => {
      const answer = await fetch(`${target?.url}${path}?${new URLSearchParams(query)}`);
      const text = await answer.text();
      const json = text.startsWith("{");
      return {
        status: answer.status,
        type: answer.headers.get("content-type") ?? "",
        body: json ? (JSON.parse(text) as unknown) : text,
      };
    };
    const send = async (trace: SampleTrace): Promise<void> => {
      const headers = { "content-type": "application/json" };
      const sent = await fetch(target?.otlp ?? "", { method: "POST", headers, body: JSON.stringify(trace.request) });
      expect([sent.status, await sent.json()]).toEqual([200, { partialSuccess: {} }]);
      // It writes after it has answered.
      await vi.waitFor(async () => expect(await spansOf(trace.traceId)).toHaveLength(3), { timeout: 20_000 });
    };
    const spansOf = async (traceId: string): Promise<readonly Span[]> =>
      v3Spans((await get(`/api/v3/traces/${traceId}`)).body);

    beforeAll(async () => {
      target = await start();
      sample = sampleTrace(Date.now() - 5_000);
      await send(sample);
    }, 120_000);
    afterAll(() => target?.close());

    describe("/api/v3", () => {
      const window = (more: Readonly<Record<string, string>> = {}) => ({
        "query.start_time_min": new Date(sample.startMs - 60_000).toISOString(),
        "query.start_time_max": new Date(sample.startMs + 60_000).toISOString(),
        "query.num_traces": "20",
        ...more,
      });
      const found = async (more: Readonly<Record<string, string>>): Promise<boolean> => {
        const { status, body } = await get("/api/v3/traces", window({ "query.service_name": sample.web, ...more }));
        expect([200, 404]).toContain(status);
        return v3Spans(body).some(({ traceId }) => traceId === sample.traceId);
      };

      it("answers a trace as OTLP, with what is empty left out", async () => {
        const { status, type, body } = await get(`/api/v3/traces/${sample.traceId}`);
        expect([status, type]).toEqual([200, "text/plain; charset=utf-8"]);
        const [web, db] = (body as V3).result?.resourceSpans ?? [];
        const [root, call] = web?.scopeSpans[0]?.spans ?? [];
        expect(web?.resource.attributes?.map(({ key }) => key)).toEqual(["k8s.pod.name", "service.name"]);
        expect(web?.scopeSpans[0]?.scope).toEqual({ name: "envoy", version: "1" });
        expect(root).toMatchObject({ name: "GET /cart", kind: 2, status: { code: 2, message: "out of stock" } });
        expect(root?.startTimeUnixNano).toBe(`${BigInt(Math.round(sample.startMs * 1000)) * 1000n + 7n}`);
        expect(root?.attributes).toEqual([
          { key: "cached", value: { boolValue: true } },
          { key: "error", value: { stringValue: "true" } },
          { key: "http.status_code", value: { stringValue: "503" } },
          { key: "items", value: { intValue: "42" } },
          { key: "list", value: { arrayValue: { values: [{ stringValue: "x" }] } } },
          { key: "share", value: { doubleValue: 0.5 } },
        ]);
        expect(root?.events).toMatchObject([{ name: "exception", attributes: [{ key: "exception.type" }] }]);
        expect([root?.parentSpanId, call?.parentSpanId, call?.status, call?.attributes]).toEqual([
          undefined,
          sample.ids[0],
          {},
          undefined,
        ]);
        expect(call?.links).toHaveLength(1);
        expect(db?.scopeSpans[0]).toMatchObject({ scope: {}, spans: [{ name: "select", status: { code: 1 } }] });
      });

      it("finds a trace by its id in capitals, and says 404 in JSON where there is none", async () => {
        expect(await spansOf(sample.traceId.toUpperCase())).toHaveLength(3);
        const { status, body } = await get(`/api/v3/traces/${hex(16)}`);
        expect([status, body]).toEqual([404, { error: { httpCode: 404, message: "No traces found" } }]);
        expect((await get("/api/v3/traces/xyz")).status).toBe(400);
      });

      it("lists services and operations", async () => {
        expect((await get("/api/v3/services")).body).toMatchObject({
          services: expect.arrayContaining([sample.web, sample.db]),
        });
        const { operations } = (await get("/api/v3/operations", { service: sample.web })).body as {
          operations: object[];
        };
        expect(operations).toHaveLength(2);
        expect(operations).toEqual(
          expect.arrayContaining([
            { name: "GET /cart", spanKind: "server" },
            { name: "query db", spanKind: "client" },
          ]),
        );
        expect((await get("/api/v3/operations", { service: "nobody" })).body).toEqual({ operations: [] });
      });

      it.each<[string, Readonly<Record<string, string>>, boolean]>([
        ["by service", {}, true],
        ["by another service", { "query.service_name": "nobody" }, false],
        ["by operation", { "query.operation_name": "query db" }, true],
        ["by another service's operation", { "query.operation_name": "select" }, false],
        [
          "by a shortest duration of one span",
          { "query.operation_name": "query db", "query.duration_min": "70ms" },
          true,
        ],
        ["by a longer one", { "query.operation_name": "query db", "query.duration_min": "90000us" }, false],
        ["by a longest duration", { "query.operation_name": "query db", "query.duration_max": "0.085s" }, true],
        ["by attributes, which it doesn't read", { "query.attributes": '{"http.status_code":"200"}' }, true],
      ])("searches %s", async (_, more, expected) => {
        expect(await found(more)).toBe(expected);
      });

      it("searches by the time of a span's start", async () => {
        const at = (ms: number) => new Date(sample.startMs + ms).toISOString();
        expect(await found({ "query.start_time_min": at(-10), "query.start_time_max": at(5) })).toBe(true);
        expect(await found({ "query.start_time_min": at(11), "query.start_time_max": at(60_000) })).toBe(false);
      });

      it.each<[string, Readonly<Record<string, string>>, number]>([
        ["times", { "query.start_time_min": "" }, 400],
        ["a time that is none", { "query.start_time_min": "soon" }, 400],
        ["a duration that is none", { "query.duration_min": "abc" }, 400],
        ["no limit", { "query.num_traces": "" }, 500],
        ["more than it could hold", { "query.num_traces": "1000000" }, 500],
      ])("refuses a search with a wrong parameter: %s", async (_, more, status) => {
        const answer = await get("/api/v3/traces", window({ "query.service_name": sample.web, ...more }));
        expect([answer.status, answer.body]).toEqual([
          status,
          { error: { httpCode: status, message: expect.any(String) } },
        ]);
      });

      it("has no summaries yet: what isn't there is a page", async () => {
        const answer = await get("/api/v3/trace-summaries");
        expect([answer.status, answer.type]).toEqual([200, "text/html; charset=utf-8"]);
        expect((await get("/nowhere")).type).toBe("text/html; charset=utf-8");
      });
    });

    describe("/api", () => {
      const search = (more: Readonly<Record<string, string>> = {}) =>
        get("/api/traces", {
          service: sample.web,
          start: String((sample.startMs - 60_000) * 1000),
          end: String((sample.startMs + 60_000) * 1000),
          limit: "20",
          ...more,
        });
      const found = async (more: Readonly<Record<string, string>>): Promise<boolean> => {
        const { status, body } = await search(more);
        expect(status).toBe(200);
        return (body as Legacy).data?.some(({ traceID }) => traceID === sample.traceId) ?? false;
      };

      it("answers a trace in microseconds, with fields as tags and processes by name", async () => {
        const { status, type, body } = await get(`/api/traces/${sample.traceId}`);
        expect([status, type]).toEqual([200, "application/json"]);
        const [trace] = (body as Legacy).data ?? [];
        const root = trace?.spans.find(({ spanID }) => spanID === sample.ids[0]);
        const call = trace?.spans.find(({ spanID }) => spanID === sample.ids[1]);
        expect(root).toMatchObject({
          operationName: "GET /cart",
          startTime: Math.round(sample.startMs * 1000),
          duration: 100_000,
          references: [],
        });
        expect(root?.tags).toEqual(
          expect.arrayContaining([
            { key: "cached", type: "bool", value: true },
            { key: "http.status_code", type: "string", value: "503" },
            { key: "items", type: "int64", value: 42 },
            { key: "list", type: "string", value: '["x"]' },
            { key: "otel.scope.name", type: "string", value: "envoy" },
            { key: "otel.status_code", type: "string", value: "ERROR" },
            { key: "otel.status_description", type: "string", value: "out of stock" },
            { key: "share", type: "float64", value: 0.5 },
            { key: "span.kind", type: "string", value: "server" },
          ]),
        );
        expect(root?.logs).toEqual([
          {
            timestamp: Math.round((sample.startMs + 50) * 1000),
            fields: [
              { key: "event", type: "string", value: "exception" },
              { key: "exception.type", type: "string", value: "OutOfStock" },
            ],
          },
        ]);
        expect(call?.references.map(({ refType }) => refType)).toEqual(["CHILD_OF", "FOLLOWS_FROM"]);
        expect(trace?.processes[root?.processID ?? ""]).toEqual({
          serviceName: sample.web,
          tags: [{ key: "k8s.pod.name", type: "string", value: "web-1" }],
        });
      });

      it("lists services and operations", async () => {
        expect((await get("/api/services")).body).toMatchObject({
          data: expect.arrayContaining([sample.web]),
          errors: null,
        });
        expect((await get("/api/operations", { service: sample.db })).body).toMatchObject({
          data: [{ name: "select", spanKind: "server" }],
        });
        expect((await get(`/api/services/${sample.db}/operations`)).body).toMatchObject({ data: ["select"] });
      });

      it.each<[string, Readonly<Record<string, string>>, boolean]>([
        ["by service", {}, true],
        ["by a text", { tags: '{"http.status_code":"503"}' }, true],
        ["by another text", { tags: '{"http.status_code":"200"}' }, false],
        ["by a number and a truth", { tags: '{"items":"42","cached":"true"}' }, true],
        ["by one tag", { tag: "http.status_code:503" }, true],
        ["by error, which its memory storage takes for a status that isn't there", { tags: '{"error":"true"}' }, false],
        ["by a resource's attribute", { tags: '{"k8s.pod.name":"web-1"}' }, true],
        ["by an event's attribute", { tags: '{"exception.type":"OutOfStock"}' }, true],
        ["by another service's tag", { tags: '{"k8s.pod.name":"db-0"}' }, false],
        ["by a status, which is no tag", { tags: '{"otel.status_code":"ERROR"}' }, false],
        ["by operation and duration", { operation: "query db", minDuration: "70ms", maxDuration: "85000us" }, true],
        ["by operation and a longer duration", { operation: "query db", minDuration: "90ms" }, false],
      ])("searches %s", async (_, more, expected) => {
        expect(await found(more)).toBe(expected);
      });

      it.each<[string, Readonly<Record<string, string>>, number]>([
        ["service", { service: "" }, 400],
        ["tags", { tags: "{" }, 400],
        ["tag", { tag: "x" }, 400],
        ["minDuration", { minDuration: "x" }, 400],
        ["start", { start: "x" }, 400],
        ["limit", { limit: "0" }, 500],
      ])("refuses a search with a wrong parameter: %s", async (_, more, status) => {
        const answer = await search(more);
        expect([answer.status, answer.body]).toMatchObject([
          status,
          { data: null, errors: [{ code: status, msg: expect.any(String) }] },
        ]);
      });

      it("says 404 in JSON where there is no such trace", async () => {
        const { status, body } = await get(`/api/traces/${hex(16)}`);
        expect([status, body]).toMatchObject([404, { data: null, errors: [{ code: 404, msg: "trace not found" }] }]);
        expect((await get("/api/traces/xyz")).status).toBe(400);
      });

      it("keeps spans of one trace together, whichever request they came with", async () => {
        const { request } = sample;
        const late = { ...sample, request: { resourceSpans: [{ ...request.resourceSpans?.[1] }] } };
        const span = { ...request.resourceSpans?.[1]?.scopeSpans?.[0]?.spans?.[0], spanId: hex(8), name: "late" };
        const body = {
          resourceSpans: [{ ...late.request.resourceSpans[0], scopeSpans: [{ scope: {}, spans: [span] }] }],
        };
        await fetch(target?.otlp ?? "", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        await vi.waitFor(async () => expect(await spansOf(sample.traceId)).toHaveLength(4), { timeout: 20_000 });
      });
    });
  });
}

interface KeyValue {
  readonly key: string;
  readonly value: unknown;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly unknown[];
  readonly links?: readonly unknown[];
  readonly status: unknown;
}

interface V3 {
  readonly result?: {
    readonly resourceSpans?: readonly {
      readonly resource: { readonly attributes?: readonly KeyValue[] };
      readonly scopeSpans: readonly { readonly scope: unknown; readonly spans: readonly Span[] }[];
    }[];
  };
}

interface Legacy {
  readonly data:
    | readonly {
        readonly traceID: string;
        readonly spans: readonly {
          readonly spanID: string;
          readonly processID: string;
          readonly tags: readonly unknown[];
          readonly logs: readonly unknown[];
          readonly references: readonly { readonly refType: string }[];
        }[];
        readonly processes: Readonly<Record<string, unknown>>;
      }[]
    | null;
}

function v3Spans(body: unknown): readonly Span[] {
  return ((body as V3).result?.resourceSpans ?? []).flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );
}
