import { expect, test } from "vitest";
import type { ServicePort } from "#lib/inventory/model.ts";
import { carriedBy, carriesHttp, protocolOf } from "./port-protocol.ts";

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
  [{ port: 53, name: "dns", protocol: "UDP" }, "udp", "protocol", "UDP"],
])("%j is %s by its %s, %s", (more, carries = null, by = null, said = null) => {
  expect(protocolOf(port(more), false)).toEqual({ carries, by, said });
  if (carries === "udp") return;
  expect(carriedBy(port(more)) ?? null).toBe(carries);
  expect(carriesHttp(port(more)) ?? null).toBe(carries === null ? null : carries === "http");
});

test("a ServiceEntry’s port says it by its own field", () => {
  expect(protocolOf(port({ appProtocol: "HTTPS" }), true)).toEqual({ carries: "tls", by: "protocol", said: "https" });
});
