/** Ways for spans into a backend. */
import { milliseconds, unixSeconds } from "#lib/units.ts";
import type { SampleTrace } from "../../lab/contract/spans.ts";
import { KINDS, textOf } from "../../lab/tracing/model.ts";

export const CLOCK = { now: () => unixSeconds(Date.now() / 1000), monotonic: () => milliseconds(performance.now()) };

export async function sendOtlp(url: string, { request }: SampleTrace): Promise<void> {
  await post(url, request);
}

/** The same spans in Zipkin's form: failure is a tag, and so is every attribute. https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/ */
export async function sendZipkin(url: string, { request }: SampleTrace): Promise<void> {
  const spans = (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const serviceName = textOf(resource?.attributes?.find(({ key }) => key === "service.name")?.value ?? {});
    return scopeSpans.flatMap(({ spans: list = [] }) =>
      list.map((span) => ({
        traceId: span.traceId,
        id: span.spanId,
        ...(span.parentSpanId ? { parentId: span.parentSpanId } : {}),
        name: span.name,
        kind: KINDS[span.kind ?? 0]?.toUpperCase(),
        timestamp: Number(BigInt(span.startTimeUnixNano) / 1000n),
        duration: Number((BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1000n),
        localEndpoint: { serviceName },
        tags: Object.fromEntries((span.attributes ?? []).map(({ key, value }) => [key, textOf(value)])),
        annotations: (span.events ?? []).map((event) => ({
          timestamp: Number(BigInt(event.timeUnixNano) / 1000n),
          value: event.name,
        })),
      })),
    );
  });
  await post(url, spans);
}

async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}
