import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeExemplars, MOST_EXEMPLARS } from "./exemplars.ts";

const ID = "0af7651916cd43dd8448eb211c80319c";
/** As Prometheus's documentation has it, with a trace id of full length. */
const recorded = [
  {
    seriesLabels: { __name__: "test_exemplar_metric_total", instance: "localhost:8090", job: "prometheus" },
    exemplars: [
      { labels: { traceID: ID }, value: "6", timestamp: 1600096945.479 },
      { labels: { trace_id: "EpTxMJ40fUus7aGY" }, value: "7", timestamp: 1600096955.479 },
    ],
  },
  {
    seriesLabels: { __name__: "test_exemplar_metric_total", instance: "localhost:8090", job: "other" },
    exemplars: [
      { labels: { trace_id: ID.slice(16).toUpperCase(), span_id: "b7ad" }, value: "2.5", timestamp: 1600096965 },
    ],
  },
];

describe("exemplars", () => {
  it("are those that name a trace, newest first", () => {
    const metric = "test_exemplar_metric_total";
    expect(decodeExemplars({ data: recorded })).toEqual([
      { metric, traceId: ID.slice(16), value: 2.5, at: 1600096965 },
      { metric, traceId: ID, value: 6, at: 1600096945.479 },
    ]);
  });

  it.each([
    ["nothing", null],
    ["another shape", { exemplars: [] }],
    ["no labels", [{ exemplars: [{ value: "1", timestamp: 1 }] }]],
    ["no number", [{ exemplars: [{ labels: { trace_id: ID }, value: "NaN", timestamp: 1 }] }]],
    ["an empty number", [{ exemplars: [{ labels: { trace_id: ID }, value: " ", timestamp: 1 }] }]],
    ["no time", [{ exemplars: [{ labels: { trace_id: ID }, value: "1", timestamp: "soon" }] }]],
    ["an id that is none", [{ exemplars: [{ labels: { trace_id: "<img onerror=x>" }, value: "1", timestamp: 1 }] }]],
  ])("are none of %s", (_, data) => {
    expect(decodeExemplars({ data })).toEqual([]);
  });

  it("are bounded, and the newest of many", () => {
    const exemplars = Array.from({ length: 5_000 }, (_, at) => ({
      labels: { trace_id: ID },
      value: "1",
      timestamp: at,
    }));
    const found = decodeExemplars({ data: [{ exemplars }] });
    expect(found).toHaveLength(MOST_EXEMPLARS);
    expect([found[0]?.at, found.at(-1)?.at]).toEqual([4_999, 5_000 - MOST_EXEMPLARS]);
  });

  it("of any JSON are well formed", () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.record({
          exemplars: fc.array(
            fc.record({
              labels: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.record({ trace_id: fc.jsonValue() })),
              value: fc.oneof(fc.double().map(String), fc.jsonValue()),
              timestamp: fc.oneof(fc.double(), fc.jsonValue()),
            }),
          ),
        }),
      ),
    );
    fc.assert(
      fc.property(odd, (data) => {
        for (const { traceId, value, at } of decodeExemplars({ data })) {
          expect(traceId).toMatch(/^[0-9a-f]{16,32}$/);
          expect(Number.isFinite(value) && Number.isFinite(at)).toBe(true);
        }
      }),
    );
  });
});
