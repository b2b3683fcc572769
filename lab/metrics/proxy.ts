import { Histogram } from "./histogram.ts";
import type { Labels } from "./labels.ts";
import { printLabels } from "./labels.ts";

/** A request's size on the wire and its time, as one observer measured them. */
export interface Measured {
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** A label set, printed when its series is born. */
export interface Family {
  readonly key: string;
  readonly labels: () => Labels;
}

interface RequestSeries {
  readonly labels: string;
  count: number;
}

interface SizeSeries {
  readonly labels: string;
  readonly duration: Histogram;
  readonly requestBytes: Histogram | null;
  readonly responseBytes: Histogram | null;
}

interface MessageSeries {
  readonly labels: string;
  sent: number;
  received: number;
}

/** Counters of one TCP label set. Names are the metrics' own: `received` came from the client. */
export interface TcpSeries {
  readonly labels: string;
  opened: number;
  closed: number;
  failed: number;
  received: number;
  sent: number;
}

/** A counter that Envoy itself keeps, under a name of its own. */
interface PlainCounter {
  readonly name: string;
  readonly labels: string;
  value: number;
}

/**
 * Everything one proxy counts since it started, by the key its caller gives a label set. Labels are printed once per
 * set, when it is born; a restart is a new instance. Cost of a count: one map lookup.
 */
export class ProxyMetrics {
  readonly #requests = new Map<string, RequestSeries>();
  readonly #sizes = new Map<string, SizeSeries>();
  readonly #messages = new Map<string, MessageSeries>();
  readonly #tcp = new Map<string, TcpSeries>();
  readonly #plain = new Map<string, PlainCounter>();
  readonly #byteHistograms: boolean;

  /** `byteHistograms` off is what Telemetry's `metrics.overrides` for REQUEST_SIZE and RESPONSE_SIZE do. */
  constructor(options: { readonly byteHistograms: boolean }) {
    this.#byteHistograms = options.byteHistograms;
  }

  /** `sizes`: the label set of its histograms, which the counter may have more labels than. */
  request(counter: Family, sizes: Family, measured: Measured): void {
    const counted = this.#requests.get(counter.key) ?? { labels: printLabels(counter.labels()), count: 0 };
    this.#requests.set(counter.key, counted);
    counted.count += 1;
    let series = this.#sizes.get(sizes.key);
    if (series === undefined) {
      series = {
        labels: counter.key === sizes.key ? counted.labels : printLabels(sizes.labels()),
        duration: new Histogram(),
        requestBytes: this.#byteHistograms ? new Histogram() : null,
        responseBytes: this.#byteHistograms ? new Histogram() : null,
      };
      this.#sizes.set(sizes.key, series);
    }
    series.duration.observe(measured.durationMs);
    series.requestBytes?.observe(measured.requestBytes);
    series.responseBytes?.observe(measured.responseBytes);
  }

  messages(key: string, labels: () => Labels, sent: number, received: number): void {
    let series = this.#messages.get(key);
    if (series === undefined) {
      series = { labels: printLabels(labels()), sent: 0, received: 0 };
      this.#messages.set(key, series);
    }
    series.sent += sent;
    series.received += received;
  }

  /** The counters of a label set, made at its first use; the caller adds to them. */
  tcp(key: string, labels: () => Labels): TcpSeries {
    let series = this.#tcp.get(key);
    if (series === undefined) {
      series = { labels: printLabels(labels()), opened: 0, closed: 0, failed: 0, received: 0, sent: 0 };
      this.#tcp.set(key, series);
    }
    return series;
  }

  /** Adds one to a counter of Envoy's own. */
  plain(name: string, labels: Labels): void {
    const printed = printLabels(labels);
    const key = `${name}{${printed}}`;
    const known = this.#plain.get(key);
    if (known === undefined) this.#plain.set(key, { name, labels: printed, value: 1 });
    else known.value += 1;
  }

  /** Prometheus's text format 0.0.4, families together, each with its TYPE line. */
  render(): string {
    const out: string[] = [];
    const sizes = [...this.#sizes.values()];
    counters(out, "istio_requests_total", [...this.#requests.values()], (s) => s.count);
    if (sizes.length > 0) {
      histograms(out, "istio_request_duration_milliseconds", sizes, (s) => s.duration);
      if (this.#byteHistograms) {
        histograms(out, "istio_request_bytes", sizes, (s) => s.requestBytes);
        histograms(out, "istio_response_bytes", sizes, (s) => s.responseBytes);
      }
    }
    const messages = [...this.#messages.values()];
    counters(out, "istio_request_messages_total", messages, (s) => s.sent);
    counters(out, "istio_response_messages_total", messages, (s) => s.received);
    const tcp = [...this.#tcp.values()];
    counters(out, "istio_tcp_connections_opened_total", tcp, (s) => s.opened);
    counters(out, "istio_tcp_connections_closed_total", tcp, (s) => s.closed);
    counters(
      out,
      "istio_tcp_connections_failed_total",
      tcp.filter((s) => s.failed > 0),
      (s) => s.failed,
    );
    counters(out, "istio_tcp_received_bytes_total", tcp, (s) => Math.floor(s.received));
    counters(out, "istio_tcp_sent_bytes_total", tcp, (s) => Math.floor(s.sent));
    for (const [name, series] of Map.groupBy(this.#plain.values(), (each) => each.name))
      counters(out, name, series, (s) => s.value);
    return out.join("");
  }
}

function counters<S extends { readonly labels: string }>(
  out: string[],
  name: string,
  series: readonly S[],
  value: (s: S) => number,
): void {
  if (series.length === 0) return;
  out.push(`# TYPE ${name} counter\n`);
  for (const s of series) out.push(`${name}{${s.labels}} ${value(s)}\n`);
}

function histograms(
  out: string[],
  name: string,
  series: readonly SizeSeries[],
  of: (s: SizeSeries) => Histogram | null,
): void {
  out.push(`# TYPE ${name} histogram\n`);
  for (const s of series) of(s)?.render(name, s.labels, out);
}
