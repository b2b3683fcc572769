import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { shop } from "../scenarios/shop.ts";
import { Engine } from "../sim/engine.ts";
import { createRandom } from "../sim/random.ts";
import { START } from "../sim/run.test-support.ts";
import { stillWorld } from "../sim/still-world.test-support.ts";
import type { SpanRecord } from "../sim/trace.ts";
import { Ledger } from "../truth/ledger.ts";
import type { OtlpSpan } from "./encode.ts";
import { encodeRequest, encodeSpan } from "./encode.ts";
import { startOtlp } from "./exporter.ts";

/** Every span of some seconds of the shop, with every call sampled. */
function record(seconds: number): readonly SpanRecord[] {
  const spans: SpanRecord[] = [];
  const random = createRandom(1, "ids");
  const hex = (n: number): string => Array.from({ length: n }, () => random.below(16).toString(16)).join("");
  const traces = {
    begin: () => ({ traceId: hex(32), parentId: null, newId: () => hex(16) }),
    add: (span: SpanRecord) => {
      spans.push(span);
    },
  };
  const engine = new Engine({
    world: stillWorld(shop.clusters),
    ledger: new Ledger(60),
    seed: 1,
    tickMs: 100,
    startMs: START,
    traces,
  });
  for (let now = START; now <= START + seconds * 1000; now += 100) engine.advance(now);
  return spans;
}

const spans = record(8);
const attributes = (span: OtlpSpan): Record<string, string> =>
  Object.fromEntries(span.attributes.map((a) => [a.key, a.value.stringValue]));
const encoded = spans.map((record) => ({ record, span: encodeSpan(record), tags: attributes(encodeSpan(record)) }));

describe("traces of the shop", () => {
  it("hang together: a server's span under its client's, a program's calls under its server's", () => {
    const byId = new Map(spans.map((s) => [s.spanId, s]));
    expect(byId.size).toBe(spans.length);
    let nested = 0;
    for (const s of spans) {
      if (s.parentId === null) continue;
      const parent = byId.get(s.parentId);
      // An exchange that was still under way when the recording stopped has all its spans, too: they are made at once.
      expect(parent?.traceId).toBe(s.traceId);
      if (parent === undefined) continue;
      nested += 1;
      expect(s.startMs).toBeGreaterThanOrEqual(parent.startMs - 0.001);
      if (s.kind === "server" && s.pod.dataplane === "sidecar" && parent.kind === "client") {
        expect(parent.pod).not.toBe(s.pod);
        expect(parent.upstreamCluster).toMatch(/^outbound\|\d+\|[^|]*\|[a-z-]+\.[a-z-]+\.svc\.cluster\.local$/);
      }
      if (s.kind === "client")
        expect([s.pod.name, "waypoint"]).toContain(parent.pod === s.pod ? s.pod.name : parent.pod.identity.workload);
    }
    expect(nested).toBeGreaterThan(500);
    expect(
      spans
        .filter((s) => s.parentId === null)
        .every((s) => s.pod.dataplane === "gateway" || s.pod.identity.workload === "settlement"),
    ).toBe(true);
  });

  it("shows retries as attempts under one client span", () => {
    const attempts = new Map<string, number>();
    for (const s of spans)
      if (s.kind === "server" && s.pod.identity.workload === "fraud" && s.parentId !== null)
        attempts.set(s.parentId, (attempts.get(s.parentId) ?? 0) + 1);
    expect(Math.max(...attempts.values())).toBeGreaterThan(1);
  });

  it("carries the tags of Envoy and Istio", () => {
    for (const { span, tags, record } of encoded) {
      expect(tags).toMatchObject({
        component: "proxy",
        "istio.mesh_id": "cluster.local",
        "istio.cluster_id": record.pod.cluster,
        "istio.namespace": record.pod.namespace,
        "http.status_code": record.outcome.code,
        response_flags: record.outcome.flags,
      });
      expect(tags["node_id"]).toMatch(
        /^(sidecar|router|waypoint)~10\.\d+\.\d+\.\d+~[a-z0-9-]+\.[a-z-]+~[a-z-]+\.svc\.cluster\.local$/,
      );
      expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
      expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
      if (record.outcome.protocol === "http") expect(tags["grpc.status_code"]).toBeUndefined();
      if (record.kind === "server" && record.pod.dataplane === "sidecar")
        expect(tags["upstream_cluster"]).toMatch(/^inbound\|\d+\|\|$/);
    }
    const waypoint = encoded.find((e) => e.record.pod.dataplane === "waypoint");
    expect(waypoint?.tags).toMatchObject({ "istio.source_workload": "profiles", "istio.source_namespace": "insights" });
    const failed = encoded.find((e) => e.record.outcome.flags === "UH");
    expect(failed?.tags).toMatchObject({ error: "true" });
    expect(failed?.span.status).toEqual({ code: 2 });
  });

  it("groups spans by the service that made them", () => {
    const request = encodeRequest(spans.slice(0, 50)) as {
      resourceSpans: { resource: { attributes: { key: string; value: { stringValue: string } }[] } }[];
    };
    const names = request.resourceSpans.map((r) => r.resource.attributes[0]?.value.stringValue);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((n) => /^[a-z-]+\.[a-z-]+$/.test(n ?? ""))).toBe(true);
  });
});

describe("startOtlp", () => {
  it("sends what it sampled, and says once that a receiver is away", async () => {
    const bodies: string[] = [];
    const receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += String(part);
      });
      request.on("end", () => {
        bodies.push(body);
        response.end("{}");
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const address = receiver.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const said: string[] = [];
    const sink = startOtlp({ url: `http://127.0.0.1:${port}/v1/traces`, seed: 1, log: (m) => said.push(m) });
    const begun = Array.from({ length: 1000 }, () => sink.begin()).filter((t) => t !== null);
    expect(begun.length).toBeGreaterThan(5);
    expect(begun.length).toBeLessThan(60);
    for (const span of spans.slice(0, 3)) sink.add(span);
    await sink.close();
    expect(bodies).toHaveLength(1);
    expect(said).toEqual([]);
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));

    const lost = startOtlp({ url: `http://127.0.0.1:${port}/v1/traces`, seed: 1, log: (m) => said.push(m) });
    for (const span of spans.slice(0, 3)) lost.add(span);
    await lost.close();
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("spans are lost");
  });
});
