import { expect, it } from "vitest";
import { topologyHref, traceHref, webHref } from "./links.ts";

it("shows a node on the topology, drawn whatever would be folded", () => {
  expect(topologyHref("west-1/shop/workload/cart")).toBe(
    "/topology?detail=workloads&selected=west-1/shop/workload/cart",
  );
});

it.each([
  ["a".repeat(32), "00000000000000a1", `/traces/${"a".repeat(32)}?span=00000000000000a1`],
  ["a".repeat(32), "", `/traces/${"a".repeat(32)}`],
  ["../policies?x=", "javascript:1", "/traces/..%2Fpolicies%3Fx%3D"],
])("links to trace %s at span %s", (trace, span, href) => {
  expect(traceHref(trace, span)).toBe(href);
});

it.each([
  ["https://jaeger.example/", "https://jaeger.example/"],
  ["http://127.0.0.1:16686", "http://127.0.0.1:16686/"],
  ["javascript:alert(1)", null],
  ["data:text/html,x", null],
  ["no address", null],
  [undefined, null],
])("takes %s for a link to %s", (text, href) => {
  expect(webHref(text)).toBe(href);
});
