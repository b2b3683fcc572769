import { describe, expect, it } from "vitest";
import { istio, workload } from "../scenarios/manifests.ts";
import { samples, total } from "./reading.test-support.ts";
import { api, base, client, edges, flow, run } from "./run.test-support.ts";

describe("mutual TLS", () => {
  const outside = { "sidecar.istio.io/inject": "false" };
  const strict = istio("security", "PeerAuthentication", "a", "default", { mtls: { mode: "STRICT" } });

  it("an outside client is unknown and plain", () => {
    const r = run([...base, client([flow()], outside), api()]);
    r.pass(10);
    const [seen] = samples(r.world, "istio_requests_total");
    expect(seen?.labels).toMatchObject({
      reporter: "destination",
      source_workload: "unknown",
      connection_security_policy: "none",
      source_principal: "unknown",
    });
    expect(edges(r)[0]).toMatchObject({ source: "west-1/unknown/unknown/unknown", mtls: 0 });
  });

  it("STRICT turns it away, and nothing can tell", () => {
    const r = run([...base, client([flow()], outside), api(), strict]);
    r.pass(10);
    expect(samples(r.world, "istio_requests_total")).toEqual([]);
    expect(edges(r).every((e) => e.unobservable)).toBe(true);
  });

  it("DISABLE makes proxies talk in the clear", () => {
    const off = istio("security", "PeerAuthentication", "a", "default", { mtls: { mode: "DISABLE" } });
    const r = run([...base, client([flow()]), api(), off]);
    r.pass(10);
    expect(edges(r)[0]).toMatchObject({ mtls: 0, failures: 0 });
    expect(samples(r.world, "istio_requests_total", { connection_security_policy: "none" })).toHaveLength(1);
  });

  it("a client told to use plaintext fails at a STRICT server", () => {
    const plain = istio("networking", "DestinationRule", "a", "api", {
      host: "api",
      trafficPolicy: { tls: { mode: "DISABLE" } },
    });
    const r = run([...base, client([flow()]), api(), strict, plain]);
    r.pass(10);
    expect(edges(r)[0]?.failures).toBe(edges(r)[0]?.requests);
    expect(samples(r.world, "istio_requests_total", { reporter: "destination" })).toEqual([]);
  });
});

it("TLS that the server doesn't speak fails to connect, again and again", () => {
  const tls = istio("networking", "DestinationRule", "a", "api", {
    host: "api",
    trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
  });
  const off = istio("security", "PeerAuthentication", "a", "default", { mtls: { mode: "DISABLE" } });
  const r = run([...base, client([flow()]), api(), tls, off]);
  r.pass(10);
  const seen = samples(r.world, "istio_requests_total");
  expect(seen).toHaveLength(1);
  expect(seen[0]?.labels).toMatchObject({
    ...{ reporter: "source", response_code: "503", response_flags: "UF,URX", destination_workload: "unknown" },
  });
});

it("each cluster goes by its own objects", () => {
  const strict = istio("security", "PeerAuthentication", "a", "default", { mtls: { mode: "STRICT" } });
  const r = run([...base, client([flow()], { "sidecar.istio.io/inject": "false" }), api()]);
  r.world.upsert("east-1", "PeerAuthentication", strict);
  r.pass(5);
  expect(edges(r)[0]).toMatchObject({ failures: 0, mtls: 0 });
});

describe("TCP", () => {
  const tcp = flow({ protocol: "tcp", rate: 2, connection: { seconds: 12, sent: 100, received: 1000 } });

  it("counts what the client sent as received, at both ends", () => {
    const r = run([...base, client([tcp]), workload("StatefulSet", { namespace: "a", name: "api" })]);
    r.pass(120);
    const [edge] = edges(r);
    for (const reporter of ["source", "destination"]) {
      const received = total(r.world, "istio_tcp_received_bytes_total", { reporter });
      expect(received * 5).toBeLessThan(total(r.world, "istio_tcp_sent_bytes_total", { reporter }));
      expect(Math.abs(received - (edge?.bytes?.sent ?? 0))).toBeLessThan(5);
      expect(total(r.world, "istio_tcp_connections_opened_total", { reporter })).toBe(edge?.requests);
    }
    const open =
      total(r.world, "istio_tcp_connections_opened_total") - total(r.world, "istio_tcp_connections_closed_total");
    expect(open).toBeGreaterThan(0);
  });

  it("a failed connect carries its flag and an unknown peer", () => {
    const r = run([...base, client([tcp])]);
    r.pass(20);
    const [seen] = samples(r.world, "istio_tcp_connections_closed_total");
    expect(seen?.labels).toMatchObject({ response_flags: "UH", destination_workload: "unknown" });
    expect(edges(r)[0]).toMatchObject({ protocol: "tcp", failures: seen?.value });
  });
});

it("a stream counts messages while it lasts and its request only at its end", () => {
  const r = run([
    ...base,
    client([flow({ protocol: "grpc", rate: 0.5, stream: { seconds: 3000, messagesPerSecond: 4 } })]),
    api(),
  ]);
  r.pass(60);
  expect(samples(r.world, "istio_requests_total")).toEqual([]);
  expect(total(r.world, "istio_response_messages_total", { reporter: "source" })).toBeGreaterThan(500);
  expect(edges(r)).toEqual([]);
});
