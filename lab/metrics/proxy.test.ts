import { describe, expect, it } from "vitest";
import { ENVOY_BUCKETS, Histogram } from "./histogram.ts";
import { type Family, ProxyMetrics } from "./proxy.ts";

describe("Histogram", () => {
  it("cumulates, with bounds inclusive and +Inf last", () => {
    const h = new Histogram();
    for (const value of [0.5, 0.6, 5, 7_200_000]) h.observe(value);
    const out: string[] = [];
    h.render("x", 'a="b"', out);
    const text = out.join("");
    expect(text).toContain('x_bucket{a="b",le="0.5"} 1\n');
    expect(text).toContain('x_bucket{a="b",le="1"} 2\n');
    expect(text).toContain('x_bucket{a="b",le="5"} 3\n');
    expect(text).toContain('x_bucket{a="b",le="3600000"} 3\n');
    expect(text).toContain('x_bucket{a="b",le="+Inf"} 4\n');
    expect(text).toContain('x_count{a="b"} 4\n');
    expect(text).toContain('x_sum{a="b"} 7200007\n');
    expect(out).toHaveLength(ENVOY_BUCKETS.length + 2);
  });
});

const labels = (): [string, string][] => [["reporter", "source"]];
const served = (): [string, string][] => [["reporter", "destination"]];
const own = (key: string, of: Family["labels"]): Family => ({ key, labels: of });
const measured = { durationMs: 3, requestBytes: 400, responseBytes: 2000 };

describe("ProxyMetrics", () => {
  it("writes nothing before anything was counted", () => {
    expect(new ProxyMetrics({ byteHistograms: true }).render()).toBe("");
  });

  it("keeps families together, each under one TYPE line", () => {
    const metrics = new ProxyMetrics({ byteHistograms: true });
    metrics.request(own("a", labels), own("a", labels), measured);
    metrics.request(own("b", served), own("b", served), measured);
    metrics.request(own("a", labels), own("a", labels), measured);
    const lines = metrics.render().trimEnd().split("\n");
    const types = lines.filter((l) => l.startsWith("# TYPE"));
    expect(types).toEqual([
      "# TYPE istio_requests_total counter",
      "# TYPE istio_request_duration_milliseconds histogram",
      "# TYPE istio_request_bytes histogram",
      "# TYPE istio_response_bytes histogram",
    ]);
    let family = "";
    for (const line of lines) {
      if (line.startsWith("# TYPE")) family = line.split(" ")[2] ?? "";
      else expect(line.startsWith(family)).toBe(true);
    }
    expect(lines).toContain('istio_requests_total{reporter="source"} 2');
    expect(lines).toHaveLength(4 + 2 * (1 + 3 * 22));
  });

  it("leaves the size histograms out where Telemetry turned them off", () => {
    const metrics = new ProxyMetrics({ byteHistograms: false });
    metrics.request(own("a", labels), own("a", labels), measured);
    expect(metrics.render()).not.toContain("_bytes");
  });

  it("counts whole bytes, and failed connections only where there are any", () => {
    const metrics = new ProxyMetrics({ byteHistograms: true });
    const series = metrics.tcp("t", labels);
    series.opened += 1;
    series.received += 10.7;
    const text = metrics.render();
    expect(text).toContain('istio_tcp_connections_opened_total{reporter="source"} 1');
    expect(text).toContain('istio_tcp_received_bytes_total{reporter="source"} 10');
    expect(text).not.toContain("connections_failed");
    series.failed += 1;
    expect(metrics.render()).toContain('istio_tcp_connections_failed_total{reporter="source"} 1');
  });
});
