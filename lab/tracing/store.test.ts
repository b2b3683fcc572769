import { expect, test } from "vitest";
import { sampleTrace } from "../contract/spans.ts";
import { TraceStore } from "./store.ts";

const everything = {
  operation: "",
  tags: {},
  start: 0n,
  end: 2n ** 63n,
  minDuration: null,
  maxDuration: null,
  limit: 100,
};

test("the oldest traces go first, whole, when there are too many spans", () => {
  const store = new TraceStore(7);
  const traces = [1, 2, 3, 4].map((n) => sampleTrace(n * 1000, "same"));
  for (const { request } of traces) store.add(request);
  expect(traces.map(({ traceId }) => store.get(traceId)?.length ?? 0)).toEqual([0, 0, 3, 3]);
  // The newest come first.
  expect(store.find({ ...everything, service: "web-same.shop" }).map(([first]) => first?.span.traceId)).toEqual([
    traces[3]?.traceId,
    traces[2]?.traceId,
  ]);
});

test("attributes that come again are shared, long ones aren't", () => {
  const store = new TraceStore();
  const [one, two] = [sampleTrace(1, "a"), sampleTrace(2, "a")];
  store.add(one.request);
  store.add(two.request);
  const attribute = (id: string) => store.get(id)?.[0]?.span.attributes?.find(({ key }) => key === "http.status_code");
  expect(attribute(one.traceId)).toBe(attribute(two.traceId));
});

test("what isn't a list of spans adds nothing", () => {
  const store = new TraceStore();
  store.add({});
  store.add({ resourceSpans: [{}, { scopeSpans: [{}] }] });
  expect(store.services()).toEqual([]);
});
