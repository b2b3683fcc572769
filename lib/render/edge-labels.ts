/** What edges can be made to say, several at once; docs/numbers.md has each number's meaning. */
import { formatBytesRate, formatMs, formatPercent, formatRate } from "#lib/format.ts";
import { type EdgeArrays, PROTOCOLS } from "#lib/layout/scene.ts";
import { bytesPerSecond, milliseconds, perSecond, ratio } from "#lib/units.ts";

export const EDGE_LABELS = [
  "rate",
  "share",
  "mean",
  "p50",
  "p95",
  "p99",
  "request",
  "response",
  "throughput",
  "messagesSent",
  "messagesReceived",
  "messages",
  "mtls",
] as const;
export type EdgeLabelKind = (typeof EDGE_LABELS)[number];

const known = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value);

function latency(name: string, value: number | undefined): string {
  return known(value) ? `${name} ${formatMs(milliseconds(value))}` : "";
}

const flow = (arrow: string, value: number | undefined) =>
  known(value) ? `${arrow} ${formatBytesRate(bytesPerSecond(value))}` : "";

const messages = (arrow: string, value: number | undefined) =>
  known(value) ? `${arrow} ${formatRate(perSecond(value), "msg/s")}` : "";

/** Of both directions; nothing where one isn't known. */
const both = (a: Float32Array, b: Float32Array, at: number) => (a[at] ?? Number.NaN) + (b[at] ?? Number.NaN);

const TEXTS: Readonly<Record<EdgeLabelKind, (edges: EdgeArrays, edge: number) => string>> = {
  rate: ({ rate, bytes, protocol }, edge) => {
    const tcp = PROTOCOLS[protocol[edge] ?? 0] === "tcp";
    const value = (tcp ? bytes : rate)[edge];
    if (!known(value)) return "";
    return tcp ? formatBytesRate(bytesPerSecond(value)) : formatRate(perSecond(value));
  },
  share: ({ share }, edge) => {
    const value = share[edge];
    return known(value) ? formatPercent(ratio(value)) : "";
  },
  mean: ({ mean }, edge) => latency("mean", mean[edge]),
  p50: ({ p50 }, edge) => latency("p50", p50[edge]),
  p95: ({ p95 }, edge) => latency("p95", p95[edge]),
  p99: ({ p99 }, edge) => latency("p99", p99[edge]),
  request: ({ sent }, edge) => flow("→", sent[edge]),
  response: ({ received }, edge) => flow("←", received[edge]),
  throughput: ({ sent, received }, edge) => flow("⇄", both(sent, received, edge)),
  messagesSent: ({ messagesSent }, edge) => messages("→", messagesSent[edge]),
  messagesReceived: ({ messagesReceived }, edge) => messages("←", messagesReceived[edge]),
  messages: ({ messagesSent, messagesReceived }, edge) => messages("⇄", both(messagesSent, messagesReceived, edge)),
  mtls: ({ mtls }, edge) => {
    const value = mtls[edge];
    return known(value) ? `mTLS ${formatPercent(ratio(value))}` : "";
  },
};

/** `12 req/s · 45 % · p95 38 ms`; what nobody measured is left out, so that no number stands for nothing. */
export function chosenNumbers(edges: EdgeArrays, edge: number, kinds: readonly EdgeLabelKind[]): string {
  return kinds
    .map((kind) => TEXTS[kind](edges, edge))
    .filter(Boolean)
    .join(" · ");
}
