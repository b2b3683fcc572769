/** Traces of a test's own in the demo's trace store. */
import { randomUUID } from "node:crypto";
import type { DemoState } from "../../scripts/demo/state.ts";

type Value = string | number;

/** Times in milliseconds after the trace's begin, which is a minute ago. */
export interface SentSpan {
  readonly id: number;
  readonly parent?: number;
  readonly service: string;
  readonly name: string;
  /** OTLP's number: 2 server, 3 client. */
  readonly kind?: number;
  readonly at: number;
  readonly ms: number;
  readonly error?: string;
  readonly tags?: Readonly<Record<string, Value>>;
  readonly events?: readonly { readonly at: number; readonly name: string; readonly tags?: Record<string, Value> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

const attributes = (tags: Readonly<Record<string, Value>> = {}) =>
  Object.entries(tags).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));

export const spanId = (id: number): string => id.toString(16).padStart(16, "0");

/** Sends one trace, under an id that no other has: what is sent twice is there twice. @returns its id */
export async function sendTrace({ tracing }: DemoState, spans: readonly SentSpan[]): Promise<string> {
  const traceId = randomUUID().replaceAll("-", "");
  if (tracing === null) throw new Error("the demo has no trace store");
  const base = BigInt(Date.now() - 60_000) * 1_000_000n;
  const instant = (ms: number) => (base + BigInt(Math.round(ms * 1e6))).toString();
  const resourceSpans = Map.groupBy(spans, ({ service }) => service)
    .entries()
    .map(([service, own]) => ({
      resource: { attributes: attributes({ "service.name": service, "k8s.pod.name": `${service}-0` }) },
      scopeSpans: [
        {
          scope: { name: "test" },
          spans: own.map((span) => ({
            ...{ traceId, spanId: spanId(span.id), name: span.name, kind: span.kind ?? 1 },
            ...(span.parent === undefined ? {} : { parentSpanId: spanId(span.parent) }),
            startTimeUnixNano: instant(span.at),
            endTimeUnixNano: instant(span.at + span.ms),
            attributes: attributes(span.tags),
            status: span.error === undefined ? {} : { code: 2, message: span.error },
            events: (span.events ?? []).map(({ at, name, tags }) => ({
              ...{ name, timeUnixNano: instant(at), attributes: attributes(tags) },
            })),
            links: span.links ?? [],
          })),
        },
      ],
    }));
  const sent = await fetch(`${tracing}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceSpans: [...resourceSpans] }),
  });
  if (!sent.ok) throw new Error(`the trace store answered ${sent.status}: ${await sent.text()}`);
  return traceId;
}

/** A checkout that fails at its first attempt to pay, with one clock that is behind. */
export const CHECKOUT: readonly SentSpan[] = [
  { id: 1, service: "storefront.shop", name: "GET /checkout", kind: 2, at: 0, ms: 200 },
  { id: 2, parent: 1, service: "storefront.shop", name: "read the cart", kind: 3, at: 5, ms: 40 },
  { id: 3, parent: 2, service: "cart.shop", name: "GET /cart", kind: 2, at: 7, ms: 36 },
  {
    ...{ id: 4, parent: 1, service: "storefront.shop", name: "pay", kind: 3, at: 50, ms: 130 },
    error: "upstream timeout",
    tags: {
      response_flags: "UT",
      "http.status_code": 504,
      "istio.cluster_id": "west-1",
      node_id: "sidecar~10.0.0.1~storefront-7d4b9c6f5d-x2k4z.shop~shop.svc.cluster.local",
    },
  },
  {
    id: 5,
    parent: 4,
    service: "payments.pay",
    name: "POST /charge",
    kind: 2,
    at: 52,
    ms: 40,
    error: "deadline exceeded",
  },
  {
    ...{ id: 6, parent: 4, service: "payments.pay", name: "POST /charge", kind: 2, at: 100, ms: 78 },
    events: [{ at: 120, name: "card network asked", tags: { attempt: 2 } }],
    links: [{ traceId: "d".repeat(32), spanId: "00000000000000aa" }],
  },
  { id: 7, parent: 1, service: "shipping.shop", name: "GET /rates", kind: 2, at: -40, ms: 20 },
];
