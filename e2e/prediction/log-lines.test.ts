import { expect, it } from "vitest";
import { accessLine } from "#lab/sim/access-log.ts";
import type { NotedCall } from "#lab/sim/noted.ts";
import { type NotedConnection, REFUSED, ztunnelLine } from "#lab/sim/ztunnel-log.ts";
import { readPassedLine } from "#lib/mesh/istio/access/passed.ts";
import { readAccessLine } from "#lib/mesh/istio/access-log.ts";
import { readZtunnelLine } from "#lib/mesh/istio/ztunnel-log.ts";

/** As a server's proxy in the lab notes it: of a caller without a proxy it knows where the connection came from, and no more. */
const call = (more: Partial<NotedCall> = {}): NotedCall => ({
  ...{ kind: "server", pod: "west-1/shop/cart-1", ip: "10.0.0.5", peerIp: null, remoteIp: "10.0.0.1" },
  ...{ startMs: Date.parse("2026-01-01T12:00:00Z"), durationMs: 12, method: "GET", path: "/carts", host: "cart.shop" },
  ...{ upstreamCluster: "inbound|8080||", requestBytes: 10, responseBytes: 20, traceId: null, spanId: null },
  outcome: { protocol: "http", code: "200", grpcStatus: "", flags: "-" },
  ...more,
});

it.each<[string, Partial<NotedCall>, object | "other"]>([
  ["plaintext", {}, { sends: "plaintext", refused: false }],
  ["mutual TLS", { sni: "outbound_.80_._.cart.shop.svc.cluster.local" }, { sends: "mutual TLS", refused: false }],
  [
    "a connection that STRICT refused",
    { details: "filter_chain_not_found", outcome: { protocol: "http", code: "0", grpcStatus: "", flags: "NR" } },
    { sends: "plaintext", refused: true },
  ],
  ["a call of its own", { kind: "client", upstreamCluster: "outbound|80||cart.shop.svc.cluster.local" }, "other"],
])("a line of the lab is read as what it is: %s", (_, more, expected) => {
  const line = readAccessLine(accessLine(call(more)).text);
  expect(line).toMatchObject(
    expected === "other"
      ? { kind: "other" }
      : { kind: "inbound", call: { address: "10.0.0.1", claimed: false, ...expected } },
  );
});

it("a line of a gateway of the lab says to which Service and pod it sent the call", () => {
  const to = { upstreamCluster: "outbound|80||cart.shop.svc.cluster.local", upstream: "10.0.0.5:8080" };
  const noted = call({ ...to, kind: "client", pod: "west-1/edge/gate-1", ip: "10.0.0.9", peerIp: "10.0.0.5" });
  expect(readPassedLine(accessLine(noted).text)).toMatchObject({
    kind: "passed",
    call: {
      ...{ host: "cart.shop.svc.cluster.local", to: { address: "10.0.0.5", port: 8080 }, bytes: false },
      request: { method: "GET", path: "/carts", authority: "cart.shop" },
    },
  });
});

it.each<[string, Partial<NotedConnection>, object | "other"]>([
  ["plaintext", {}, { sends: "plaintext", refused: false }],
  ["mutual TLS", { mtls: true }, { sends: "mutual TLS", refused: false }],
  ["a connection that STRICT refused", { error: REFUSED.strict }, { sends: "plaintext", refused: true }],
  ["one that a policy refused", { error: REFUSED.policy, mtls: true }, { sends: "mutual TLS", refused: false }],
  ["a connection out", { direction: "outbound" }, "other"],
])("a line of a ztunnel of the lab is read as what it is: %s", (_, more, expected) => {
  const end = (ip: string, pod: string) => ({ ip, pod, namespace: "shop", identity: `spiffe://x/ns/shop/sa/${pod}` });
  const noted: NotedConnection = {
    ...{ ztunnel: "west-1/istio-system/ztunnel-a", direction: "inbound", host: "cart.shop.svc.cluster.local" },
    ...{ from: end("10.0.0.1", "till-1"), to: end("10.0.0.5", "cart-1"), mtls: false, error: null },
    ...{ startMs: Date.parse("2026-01-01T12:00:00Z"), endMs: Date.parse("2026-01-01T12:00:30Z"), sent: 1, received: 2 },
    ...more,
  };
  expect(readZtunnelLine(ztunnelLine(noted).text)).toMatchObject(
    expected === "other"
      ? { kind: "other" }
      : {
          ...{ kind: "inbound", to: { namespace: "shop", name: "cart-1" } },
          call: { address: "10.0.0.1", pod: { namespace: "shop", name: "till-1" }, ...expected },
        },
  );
});
