import { describe, expect, test } from "vitest";
import { BASE_NS, type Sketch, traceOf } from "../spans.test-support.ts";
import { buildTree } from "../tree.ts";
import { detailOf } from "./detail.ts";

const SPANS: readonly Sketch[] = [
  { id: "a", kind: "client", at: 0, ms: 100 },
  { id: "b", parent: "a", kind: "server", at: 1, ms: 20 },
  { id: "c", parent: "a", kind: "server", at: 40, ms: 50, tags: { "grpc.status_code": "14" } },
  { id: "d", parent: "c", kind: "internal", at: 41, ms: 1 },
  { id: "e", parent: "c", kind: "client", at: 45, ms: 1 },
  { id: "f", kind: "server", at: 0, ms: 5 },
];
const NODES = ["web", "cart-a", "cart-b", "cart-b", null, "cart-a"];
const callOf = (row: number) => detailOf(buildTree(traceOf(SPANS), { nowNs: BASE_NS, skew: false }), row, NODES).call;

describe("the call that a span is a side of", () => {
  test.each<[string, number, object | null]>([
    ["the client's goes where its last attempt was answered", 0, { side: "client", source: "web", target: "cart-b" }],
    ["the server's comes from its caller", 1, { side: "server", source: "web", target: "cart-a", grpc: false }],
    ["gRPC is told by its status", 2, { grpc: true }],
    ["what happens inside is none", 3, null],
    ["nothing is known of a side that left no span", 4, { side: "client", source: null, target: null }],
    ["nor of a caller that isn't there", 5, { side: "server", source: null, target: "cart-a" }],
  ])("%s", (_, row, call) => {
    if (call === null) expect(callOf(row)).toBeNull();
    else expect(callOf(row)).toMatchObject(call);
  });
});
