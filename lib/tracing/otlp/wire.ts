/**
 * OTLP's JSON form, and how backends depart from it: Jaeger's /api/v3 wraps it in `result`, Tempo writes ids in base64 and
 * calls the list `batches`, older writers say instrumentationLibrarySpans.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
import type { Plan } from "../json/cut.ts";

const scoped: Plan = {
  items: {
    members: {
      scope: { take: "scope" },
      instrumentationLibrary: { take: "scope" },
      spans: { items: { take: "span" } },
    },
    end: "scope",
  },
};

const resourceSpans: Plan = {
  items: {
    members: { resource: { take: "resource" }, scopeSpans: scoped, instrumentationLibrarySpans: scoped },
    end: "resource",
  },
};

/** The three envelopes that are about. */
export const OTLP: readonly Plan[] = [
  {
    members: {
      resourceSpans,
      batches: resourceSpans,
      result: { members: { resourceSpans, batches: resourceSpans } },
      trace: { members: { resourceSpans, batches: resourceSpans } },
      error: { take: "error" },
    },
  },
];
