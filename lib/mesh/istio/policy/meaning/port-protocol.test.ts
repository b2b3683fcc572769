import { expect, test } from "vitest";
import type { ServicePort } from "#lib/inventory/model.ts";
import { carriedBy, carriesHttp, isTcp, isUdp, protocolOf, tcpPort } from "./port-protocol.ts";

const port = (more: Partial<ServicePort> = {}): ServicePort => ({
  ...{ name: null, port: 80, protocol: "TCP", appProtocol: null },
  ...more,
});

test.each<[Partial<ServicePort>, ...(string | null)[]]>([
  [{ name: "http" }, "http", "name", "http"],
  [{ name: "gRPC-web" }, "http", "name", "grpc"],
  [{ name: "tcp-db" }, "tcp", "name", "tcp"],
  [{ name: "https" }, "tls", "name", "https"],
  // appProtocol goes before the name, also where it says nothing that Istio knows.
  [{ name: "tcp", appProtocol: "HTTP" }, "http", "appProtocol", "http"],
  [{ name: "http", appProtocol: "kubernetes.io/wss" }, "tls", "appProtocol", "kubernetes.io/wss"],
  [{ name: "http", appProtocol: "acme.org/own" }, null, null, null],
  [{ name: "kubernetes.io/ws" }, null, null, null],
  [{ name: "web" }, null, null, null],
  [{}, null, null, null],
  // Where the server speaks first nothing is detected.
  [{ port: 3306 }, "tcp", "number", null],
  [{ port: 27017, name: "db" }, "tcp", "number", null],
  [{ port: 25, name: "http" }, "http", "name", "http"],
  [{ name: "http", appProtocol: "http_proxy" }, "http", "appProtocol", "http_proxy"],
  // UDP goes before all that a port says else.
  [{ port: 53, name: "dns", protocol: "UDP" }, "udp", "protocol", "UDP"],
  [{ name: "http", protocol: "UDP" }, "udp", "protocol", "UDP"],
  [{ name: "http", protocol: "SCTP" }, "sctp", "protocol", "SCTP"],
  [{ port: 53, name: "udp-dns" }, "udp", "name", "udp"],
  [{ name: "http", appProtocol: "UDP" }, "udp", "appProtocol", "udp"],
])("%j is %s by its %s, %s", (more, carries = null, by = null, said = null) => {
  expect(protocolOf(port(more))).toEqual({ carries, by, said });
  const bytes = carries === "udp" || carries === "sctp" ? null : carries;
  if (carries !== "sctp") expect(carriedBy(port(more)) ?? null).toBe(bytes);
  if (carries !== "sctp") expect(carriesHttp(port(more)) ?? null).toBe(bytes === null ? null : bytes === "http");
  expect([isTcp(port(more)), isUdp(port(more))]).toEqual([more.protocol === undefined, carries === "udp"]);
});

test.each<[Partial<ServicePort>, ...(string | null)[]]>([
  [{ appProtocol: "HTTPS" }, "tls", "protocol", "https"],
  [{ appProtocol: "HTTP_PROXY" }, "http", "protocol", "http_proxy"],
  [{ appProtocol: "GRPC-Web" }, "http", "protocol", "grpc-web"],
  // Where it doesn't say it nothing else counts.
  [{ port: 443, name: "https" }, null, null, null],
  [{ port: 3306, name: "db" }, null, null, null],
  [{ appProtocol: "kubernetes.io/ws" }, null, null, null],
  [{ appProtocol: "tcp-db" }, null, null, null],
  [{ protocol: "UDP", appProtocol: "UDP" }, "udp", "protocol", "UDP"],
])("a ServiceEntry’s port %j is %s by its %s, %s", (more, carries = null, by = null, said = null) => {
  const own = port({ ...more, entry: true });
  expect(protocolOf(own)).toEqual({ carries, by, said });
  expect(carriedBy(own) ?? null).toBe(carries === "udp" ? null : carries);
});

test("of two ports of one number the one that connections come to", () => {
  const [udp, tcp] = [port({ protocol: "UDP" }), port({ name: "dns" })];
  expect(tcpPort([udp, tcp], 80)).toBe(tcp);
  expect(tcpPort([udp], 80)).toBeUndefined();
  expect(tcpPort([tcp], 81)).toBeUndefined();
});
