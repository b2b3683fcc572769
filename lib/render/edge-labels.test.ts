import { describe, expect, it } from "vitest";
import { CHANGES, EDGE_BITS } from "#lib/layout/scene.ts";
import { chosenNumbers, EDGE_LABELS, type EdgeLabelKind } from "./edge-labels.ts";
import { sceneOf } from "./render.test-support.ts";
import { edgeNumbers } from "./words.ts";

const { edges } = sceneOf(
  [
    { id: "a", x: 0, y: 0 },
    { id: "b", x: 100, y: 0 },
  ],
  [{ from: 0, to: 1 }],
);
const f = (value: number) => Float32Array.of(value);
const full = {
  ...edges,
  rate: f(12.4),
  share: f(0.45),
  mean: f(20),
  p50: f(18),
  p95: f(38),
  p99: f(90),
  sent: f(1200),
  received: f(56_000),
  messagesSent: f(3),
  messagesReceived: f(120),
  mtls: f(1),
};

describe("what edges say", () => {
  it.each<[readonly EdgeLabelKind[], string]>([
    [["rate"], "12.4 req/s"],
    [["share"], "45 %"],
    [["mean", "p50", "p95", "p99"], "mean 20 ms · p50 18 ms · p95 38 ms · p99 90 ms"],
    [["request", "response"], "→ 1.2 kB/s · ← 56 kB/s"],
    [["throughput"], "⇄ 57.2 kB/s"],
    [["messagesSent", "messagesReceived", "messages"], "→ 3 msg/s · ← 120 msg/s · ⇄ 123 msg/s"],
    [["rate", "mtls"], "12.4 req/s · mTLS 100 %"],
    [[], ""],
  ])("%j: %s", (kinds, text) => expect(chosenNumbers(full, 0, kinds)).toBe(text));

  it("nothing is said of what nobody measured, in any mode", () => {
    const none = f(Number.NaN);
    const blind = { ...full, rate: none, bytes: none, share: none, mean: none, p50: none, p95: none, p99: none };
    const unread = { ...blind, sent: none, messagesSent: none, mtls: none };
    expect(chosenNumbers({ ...unread, received: none, messagesReceived: none }, 0, EDGE_LABELS)).toBe("");
    expect(chosenNumbers(unread, 0, ["throughput", "messages"])).toBe("");
  });

  it("gRPC: requests, messages to the server, to the caller, and both together", () => {
    const kinds = ["rate", "messagesSent", "messagesReceived", "messages"] as const;
    const grpc = { ...full, protocol: Uint8Array.of(1) };
    expect(chosenNumbers(grpc, 0, kinds)).toBe("12.4 req/s · → 3 msg/s · ← 120 msg/s · ⇄ 123 msg/s");
    // A stream that is open: no request has ended, so there is no rate of them to say.
    expect(chosenNumbers({ ...grpc, rate: f(0) }, 0, ["messages"])).toBe("⇄ 123 msg/s");
  });

  it("tcp: bytes to the server, to the caller, and both together", () => {
    const tcp = { ...full, protocol: Uint8Array.of(2), rate: f(Number.NaN), bytes: f(57_200) };
    expect(chosenNumbers(tcp, 0, ["request", "response", "throughput"])).toBe("→ 1.2 kB/s · ← 56 kB/s · ⇄ 57.2 kB/s");
  });

  it("the rate of tcp is bytes", () => {
    expect(chosenNumbers({ ...full, protocol: Uint8Array.of(2), bytes: f(2_000_000) }, 0, ["rate"])).toBe("2 MB/s");
  });

  it.each([
    ["streams", { bits: Uint8Array.of(EDGE_BITS.streaming) }, "stream · 38 ms"],
    ["newborn counts are lower bounds", { bits: Uint8Array.of(EDGE_BITS.newborn) }, "≥ 38 ms"],
    ["new edges", { change: Uint8Array.of(CHANGES.indexOf("new")) }, "new · 38 ms"],
    ["gone edges", { change: Uint8Array.of(CHANGES.indexOf("gone")) }, "gone · 38 ms"],
    ["more failures", { rateBefore: f(12), errorShare: f(0.042), errorShareBefore: f(0) }, "errors 0 % → 4.2 %"],
    ["slower", { errorShare: f(0), errorShareBefore: f(0), p95Before: f(19) }, "p95 19 ms → 38 ms"],
    ["busier", { p95Before: f(37), rateBefore: f(4) }, "4 req/s → 12.4 req/s"],
    ["the same", { p95Before: f(37), rateBefore: f(12) }, "38 ms"],
  ])("%s", (_, change, text) => expect(edgeNumbers({ ...full, ...change }, 0)).toBe(text));
});
