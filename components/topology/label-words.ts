import type { EdgeLabelKind } from "#lib/render/edge-labels.ts";

/** What edges can be made to say, as a person chooses it. */
export const LABEL_WORDS: Readonly<Record<EdgeLabelKind, string>> = {
  rate: "Rate",
  share: "Share of its source's traffic",
  mean: "Mean latency",
  p50: "p50",
  p95: "p95",
  p99: "p99",
  request: "Bytes to the server",
  response: "Bytes to the caller",
  throughput: "Bytes both ways",
  messagesSent: "gRPC messages to the server",
  messagesReceived: "gRPC messages to the caller",
  messages: "gRPC messages both ways",
  mtls: "mTLS share",
};
