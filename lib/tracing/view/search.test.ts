import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../build.ts";
import { anySpans, BASE_NS, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { detailOf } from "./detail.ts";
import { findRows } from "./search.ts";

function shop() {
  const builder = new TraceBuilder("a".repeat(32));
  const resource = builder.resource("cart.shop", [["k8s.pod.name", "cart-7d4b9c6f5d-x2k4z"]]);
  const other = builder.resource("web.shop", []);
  const common = {
    kind: "client",
    status: "unset",
    statusMessage: "",
    scope: "envoy",
    links: [],
    warnings: [],
  } as const;
  builder.add({
    ...{ ...common, spanId: "00000000000000a1", parentId: "", name: "GET /", resource: other, events: [] },
    ...{ startNs: BASE_NS, durationNs: 10_000_000n },
    attributes: [
      ["response_flags", "UF,URX"],
      ["http.status_code", 503],
      ["upstream_cluster", "outbound|80||cart.shop.svc.cluster.local"],
    ],
  });
  builder.add({
    ...{ ...common, spanId: "00000000000000b2", parentId: "00000000000000a1", name: "read", resource, attributes: [] },
    ...{ kind: "server", status: "error", statusMessage: "Timed out", startNs: BASE_NS + 2_000_000n },
    durationNs: 5_000_000n,
    events: [{ atNs: BASE_NS + 3_000_000n, name: "retry", attributes: [["reason", "connection reset"]] }],
    links: [{ traceId: "b".repeat(32), spanId: "00000000000000c3", attributes: [] }],
    warnings: [{ code: "cut", detail: "Something was cut." }],
  });
  return buildTree(builder.done(), { nowNs: BASE_NS, skew: true });
}

describe("search in a trace", () => {
  it.each([
    ["cart", [0, 1]],
    ["READ", [1]],
    ["timed", [1]],
    ["connection reset", [1]],
    ["retry", [1]],
    ["x2k4z", [1]],
    ["00a1", [0]],
    ["http.status_code=503", [0]],
    ["http.status_code=50*", [0]],
    ["http.status_code=50", []],
    ["k8s.pod.name=cart-*", [1]],
    ["web 503", [0]],
    ["web read", []],
    ["", []],
    ["   ", []],
  ])("finds %s", (text, rows) => {
    expect(Array.from(findRows(shop(), text))).toEqual(rows);
  });

  it("finds rows of the timeline alone, in its order, whatever is typed", () => {
    fc.assert(
      fc.property(anySpans, fc.string(), (spans, text) => {
        const tree = buildTree(traceOf(spans), { nowNs: BASE_NS, skew: true });
        const found = new Set(findRows(tree, text));
        expect(Array.from(findRows(tree, text))).toEqual(Array.from(tree.order).filter((row) => found.has(row)));
      }),
    );
  });
});

describe("one span's detail", () => {
  it("has what it says of the call, flags and peer among it", () => {
    const detail = detailOf(shop(), 0, ["west/shop/workload/web"]);
    expect(detail).toMatchObject({
      ...{ service: "web.shop", name: "GET /", kind: "client", flags: "UF,URX", children: 1 },
      ...{ peer: "cart.shop.svc.cluster.local", node: "west/shop/workload/web", durationNs: "10000000" },
    });
  });

  it("has events at their time in the span, links and warnings", () => {
    const detail = detailOf(shop(), 1, []);
    expect(detail.events).toEqual([{ at: 1_000_000, name: "retry", attributes: [["reason", "connection reset"]] }]);
    expect(detail.links).toMatchObject([{ spanId: "00000000000000c3" }]);
    expect(detail).toMatchObject({ warnings: ["Something was cut."], flags: null, node: null, status: "error" });
  });
});
