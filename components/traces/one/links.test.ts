import { expect, it } from "vitest";
import { backendHref, topologyHref, tracedHref, traceHref } from "./links.ts";

it.each([
  ["west-1/shop/workload/cart", "/topology?detail=workloads&selected=west-1/shop/workload/cart&trace=ab12"],
  ["west-1/shop/app/cart", "/topology?lens=app&detail=workloads&selected=west-1/shop/app/cart&trace=ab12"],
])("shows %s on the topology, drawn whatever would be folded", (node, href) => {
  expect(topologyHref(node, { id: "ab12", backends: [] })).toBe(href);
});

it("draws the trace on the topology, from the backends that the page asked", () => {
  expect(tracedHref({ id: "ab12", backends: ["jaeger", "old"] })).toBe("/topology?trace=ab12&traceFrom=jaeger,old");
});

it.each([
  ["a".repeat(32), "00000000000000a1", `/traces/${"a".repeat(32)}?span=00000000000000a1`],
  ["a".repeat(32), "", `/traces/${"a".repeat(32)}`],
  ["../policies?x=", "javascript:1", "/traces/..%2Fpolicies%3Fx%3D"],
])("links to trace %s at span %s", (trace, span, href) => {
  expect(traceHref(trace, span)).toBe(href);
});

it.each([
  ["https://jaeger.example/", "jaeger", "https://jaeger.example/trace/abc"],
  ["https://mesh.example/jaeger", "jaeger", "https://mesh.example/jaeger/trace/abc"],
  ["http://127.0.0.1:9411", "zipkin", "http://127.0.0.1:9411/zipkin/traces/abc"],
  ["https://grafana.example/explore", "tempo", "https://grafana.example/explore"],
  ["javascript:alert(1)", "jaeger", null],
  ["data:text/html,x", "jaeger", null],
  ["no address", "jaeger", null],
  [undefined, "jaeger", null],
])("takes %s of a %s for %s", (text, kind, href) => {
  expect(backendHref(text, kind, "abc")).toBe(href);
});
