/** Spans out of Zipkin's v2 JSON. https://zipkin.io/zipkin-api/#/ (model Span) */
import type { Pairs, SpanDraft } from "../build.ts";
import type { Collector, ResourceDraft } from "../collect.ts";
import { spanIdOf } from "../ids.ts";
import type { Sink } from "../json/cut.ts";
import { isObject, listOf, type Obj, stringOf } from "../json/shape.ts";
import { KINDS, type Scalar, type WarningCode } from "../model.ts";
import { microsToNs } from "../numbers.ts";

export class ZipkinSink implements Sink {
  readonly #collector: Collector;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  piece(_name: string, value: unknown): void {
    const draft = isObject(value) ? draftOf(value) : null;
    if (draft === null || !isObject(value)) this.#collector.skip();
    else this.#collector.add(value.traceId, resourceOf(value.localEndpoint), draft);
  }
}

/** Zipkin has no resources: what runs where is the span's local endpoint. */
function resourceOf(raw: unknown): ResourceDraft {
  const endpoint = isObject(raw) ? raw : {};
  const service = stringOf(endpoint.serviceName);
  const attributes = endpointPairs(endpoint, "host");
  return { key: JSON.stringify([service, attributes]), service, attributes };
}

function endpointPairs(endpoint: Obj, prefix: string): [string, Scalar][] {
  const address = stringOf(endpoint.ipv4) || stringOf(endpoint.ipv6);
  return [
    ...(address === "" ? [] : [[`${prefix}.ip`, address] as [string, Scalar]]),
    ...(typeof endpoint.port === "number" ? [[`${prefix}.port`, endpoint.port] as [string, Scalar]] : []),
  ];
}

function draftOf(span: Obj): Omit<SpanDraft, "resource"> | null {
  const startNs = microsToNs(span.timestamp ?? 0);
  const durationNs = microsToNs(span.duration ?? 0);
  if (startNs === null || durationNs === null) return null;
  const spanId = spanIdOf(span.id);
  const tags = tagsOf(span.tags);
  const error = tags.find(([key]) => key === "error")?.[1];
  const remote = isObject(span.remoteEndpoint) ? span.remoteEndpoint : {};
  const peer = stringOf(remote.serviceName);
  const warnings: { code: WarningCode; detail: string }[] = [];
  if (spanId === "") warnings.push({ code: "bad-id", detail: "The span has no id that can be read." });
  if (span.timestamp === undefined)
    warnings.push({ code: "bad-time", detail: "The span was sent without the time of its start." });
  return {
    spanId,
    parentId: spanIdOf(span.parentId),
    name: stringOf(span.name),
    kind: KINDS.find((kind) => kind === stringOf(span.kind).toLowerCase()) ?? "unspecified",
    // The tag's presence is the error, its value the message. https://zipkin.io/public/thrift/v1/zipkinCore.html#Const_ERROR
    status: error === undefined || error === "false" ? "unset" : "error",
    statusMessage: error === undefined || error === "true" || error === "false" ? "" : String(error),
    startNs,
    durationNs,
    scope: "",
    shared: span.shared === true,
    attributes: [...tags, ...(peer === "" ? [] : [["peer.service", peer] as const]), ...endpointPairs(remote, "peer")],
    events: listOf(span.annotations).flatMap((annotation) => {
      if (!isObject(annotation)) return [];
      return [{ atNs: microsToNs(annotation.timestamp) ?? startNs, name: stringOf(annotation.value), attributes: [] }];
    }),
    links: [],
    warnings,
  };
}

function tagsOf(raw: unknown): Pairs {
  if (!isObject(raw)) return [];
  return Object.entries(raw).flatMap(([key, value]): [string, Scalar][] =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[key, value]] : [],
  );
}
