/** From a program that names its traces, through a real Prometheus, to what the console asks for. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { metricsPage } from "#lab/metrics/page.ts";
import { ProgramMetrics } from "#lab/metrics/program.ts";
import { ProxyMetrics } from "#lab/metrics/proxy.ts";
import { type Prometheus, startPrometheus } from "#lab/prometheus/run.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { istio } from "#lib/mesh/istio/index.ts";
import { createPrometheusClient } from "#lib/prometheus/client.ts";
import { metric } from "#lib/promql/build.ts";
import { milliseconds, seconds, unixSeconds } from "#lib/units.ts";
import { provisionPrometheus } from "../scripts/provision/prometheus.ts";

const dir = mkdtempSync(join(tmpdir(), "meshscope-exemplars-"));
const clock = { now: () => unixSeconds(Date.now() / 1000), monotonic: () => milliseconds(performance.now()) };
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const POD = { cluster: "west-1", namespace: "shop", pod: "catalog-7d4b9c6f5d-x2k4z" };

let server: Server;
let prometheus: Prometheus;
beforeAll(async () => {
  const [proxy, program] = [new ProxyMetrics({ byteHistograms: false }), new ProgramMetrics()];
  const family = { key: "k", labels: () => [["reporter", "destination"]] as const };
  proxy.request(family, family, { durationMs: 43, requestBytes: 1, responseBytes: 1 });
  const span = { traceId: TRACE, spanId: "00f067aa0ba902b7" };
  program.served({ method: "GET", code: "200", durationMs: 42, endMs: Date.now(), span });
  server = createServer((request, response) => {
    if (request.url === "/metrics") {
      const { type, text } = metricsPage(proxy, program, request.headers.accept);
      response.writeHead(200, { "content-type": type }).end(text);
    } else {
      const { port } = server.address() as AddressInfo;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify([{ targets: [`127.0.0.1:${port}`], labels: POD }]));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const binary = await provisionPrometheus();
  prometheus = await startPrometheus({ binary, dir, discovery: `http://127.0.0.1:${port}/sd`, scrapeSeconds: 1 });
}, 120_000);

afterAll(async () => {
  await prometheus?.close();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

test("exemplars of a program are found for calls to its workload, and its proxy's numbers stay what they are", async () => {
  const client = createPrometheusClient(
    { name: "lab", url: prometheus.url, maxBytes: 1_000_000 },
    { clock, random: () => 0 },
  );
  const find = async (id: string) => {
    const calls = { from: null, to: parseNodeId(id), lens: "workload" } as const;
    const expr = istio.exemplars?.(calls, { metricsNameOf: (cluster) => cluster });
    if (expr === undefined || expr === null) throw new Error(`nothing selects exemplars of ${id}`);
    const [start, end] = [unixSeconds(Date.now() / 1000 - 300), unixSeconds(Date.now() / 1000 + 60)];
    return client.queryExemplars(expr, { start, end, timeout: seconds(10) });
  };
  await expect
    .poll(() => find("west-1/shop/workload/catalog"), { timeout: 60_000 })
    .toEqual([
      { metric: "http_server_request_duration_seconds_bucket", traceId: TRACE, value: 0.042, at: expect.any(Number) },
    ]);
  expect(await find("west-1/shop/workload/cart")).toEqual([]);
  expect(await find("west-1/orders/workload/catalog")).toEqual([]);
  const counted = await client.query(metric("istio_request_duration_milliseconds_bucket"), {
    at: unixSeconds(Date.now() / 1000),
    timeout: seconds(10),
  });
  expect(
    counted.samples.map(({ labels, value }) => [Number(labels["le"]), value]).filter(([le]) => le === 50 || le === 25),
  ).toEqual(
    expect.arrayContaining([
      [25, 0],
      [50, 1],
    ]),
  );
  await client.close();
}, 90_000);
