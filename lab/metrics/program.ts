/**
 * What a program measures of itself, by OpenTelemetry's convention for HTTP servers, with exemplars: the newest sampled call of
 * each bucket names its trace. Envoy writes no exemplars; programs with OpenTelemetry's SDK do.
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration
 */
import { printLabels } from "./labels.ts";

/** Seconds, as the convention advises them. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;
const LE: readonly string[] = [...BUCKETS.map((bound) => bound.toFixed(3).replace(/0{1,2}$/, "")), "+Inf"];
const NAME = "http_server_request_duration_seconds";

/** One request that the program has answered. */
export interface ServedRequest {
  readonly method: string;
  readonly code: string;
  readonly durationMs: number;
  readonly endMs: number;
  /** null where the call isn't sampled. */
  readonly span: { readonly traceId: string; readonly spanId: string } | null;
}

interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly seconds: number;
  /** Unix seconds. */
  readonly at: number;
}

interface Series {
  readonly labels: string;
  readonly slots: Uint32Array;
  readonly exemplars: (Exemplar | undefined)[];
  sum: number;
  count: number;
}

export class ProgramMetrics {
  readonly #series = new Map<string, Series>();

  served({ method, code, durationMs, endMs, span }: ServedRequest): void {
    const key = `${method} ${code}`;
    const series = this.#series.get(key) ?? {
      labels: printLabels([
        ["http_request_method", method],
        ["http_response_status_code", code],
      ]),
      ...{ slots: new Uint32Array(LE.length), exemplars: [], sum: 0, count: 0 },
    };
    this.#series.set(key, series);
    const seconds = durationMs / 1000;
    const found = BUCKETS.findIndex((bound) => seconds <= bound);
    const slot = found < 0 ? BUCKETS.length : found;
    series.slots[slot] = (series.slots[slot] ?? 0) + 1;
    series.sum += seconds;
    series.count += 1;
    if (span !== null) series.exemplars[slot] = { ...span, seconds, at: endMs / 1000 };
  }

  /** `exemplars`: as OpenMetrics has them; the older text format has none. */
  render(exemplars: boolean): string {
    if (this.#series.size === 0) return "";
    const out = [`# TYPE ${NAME} histogram\n`];
    for (const { labels, slots, exemplars: newest, sum, count } of this.#series.values()) {
      let cumulative = 0;
      for (const [slot, le] of LE.entries()) {
        cumulative += slots[slot] ?? 0;
        const named = exemplars ? newest[slot] : undefined;
        out.push(`${NAME}_bucket{${labels},le="${le}"} ${cumulative}${named === undefined ? "" : print(named)}\n`);
      }
      out.push(`${NAME}_sum{${labels}} ${sum}\n${NAME}_count{${labels}} ${count}\n`);
    }
    return out.join("");
  }
}

const print = ({ traceId, spanId, seconds, at }: Exemplar): string =>
  ` # {trace_id="${traceId}",span_id="${spanId}"} ${seconds} ${at.toFixed(3)}`;
