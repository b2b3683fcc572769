import { describe, expect, it } from "vitest";
import { metricsPage } from "./page.ts";
import { ProgramMetrics } from "./program.ts";
import { ProxyMetrics } from "./proxy.ts";

const NOW = 1_763_000_000_000;
const span = (digit: string) => ({ traceId: digit.repeat(32), spanId: digit.repeat(16) });
const OPEN = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3";

function measured(): ProgramMetrics {
  const program = new ProgramMetrics();
  const served = { method: "GET", code: "200", endMs: NOW };
  program.served({ ...served, durationMs: 5, span: null });
  program.served({ ...served, durationMs: 5.1, span: span("a") });
  program.served({ ...served, durationMs: 9, endMs: NOW + 1500, span: span("b") });
  program.served({ ...served, durationMs: 11_000, span: span("c") });
  program.served({ ...served, code: "503", durationMs: 80, span: null });
  return program;
}

function proxy(): ProxyMetrics {
  const metrics = new ProxyMetrics({ byteHistograms: true });
  const family = { key: "k", labels: () => [["reporter", "destination"]] as const };
  metrics.request(family, family, { durationMs: 9, requestBytes: 1, responseBytes: 1 });
  return metrics;
}

describe("a program's metrics", () => {
  it("are cumulated buckets by method and code, with the newest sampled call of each bucket as its exemplar", () => {
    const lines = measured().render(true).split("\n");
    const of = (code: string) =>
      lines.filter((line) => line.startsWith(`http_server_request_duration_seconds`) && line.includes(`"${code}"`));
    const ok = of("200");
    expect(ok[0]).toBe(
      'http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",le="0.005"} 1',
    );
    expect(ok[1]).toMatch(/le="0\.01"\} 3 # \{trace_id="b{32}",span_id="b{16}"\} 0\.009 1763000001\.500$/);
    expect(ok.filter((line) => line.includes("trace_id"))).toHaveLength(2);
    expect(ok.find((line) => line.includes('le="+Inf"'))).toMatch(/\} 4 # \{trace_id="c{32}",.*\} 11 1763000000\.000$/);
    expect(ok.at(-1)).toMatch(/_count\{.*\} 4$/);
    expect(ok.map((line) => /le="([^"]+)"/.exec(line)?.[1] ?? "").filter((le) => le !== "")).toEqual(
      "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 +Inf".split(" "),
    );
    expect(of("503").join()).not.toContain("trace_id");
  });

  it("come after the proxy's own, which stay as they are; exemplars go to who asks for OpenMetrics", () => {
    const own = proxy().render();
    const plain = metricsPage(proxy(), measured(), undefined);
    expect(plain).toEqual({
      type: expect.stringMatching(/^text\/plain; version=0\.0\.4/),
      text: own + measured().render(false),
    });
    expect(plain.text).not.toMatch(/trace_id|EOF/);
    const open = metricsPage(proxy(), measured(), OPEN);
    expect(open.type).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    expect(open.text).toBe(`${own}${measured().render(true)}# EOF\n`);
  });

  it("aren't there where the program measures nothing, and the proxy's page is Envoy's", () => {
    expect(metricsPage(proxy(), null, OPEN)).toEqual({
      type: expect.stringMatching(/^text\/plain/),
      text: proxy().render(),
    });
  });
});
