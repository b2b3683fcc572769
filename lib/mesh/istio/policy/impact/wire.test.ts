import { expect, test } from "vitest";
import type { ServicePort } from "#lib/inventory/model.ts";
import { worldOf } from "../meaning/effective/simulate.test-support.ts";
import type { ObservedCall } from "./calls.ts";
import type { ImpactWorld } from "./sides.ts";
import { portsOf } from "./wire.ts";

const port = (number: number, more: Partial<ServicePort> = {}): ServicePort => ({
  ...{ name: null, port: number, protocol: "TCP", appProtocol: null, ...more },
});

test.each(["tcp", "http"] as const)("what proxies counted as %s came to a port of TCP", (protocol) => {
  const ports = [port(53, { protocol: "UDP" }), port(5060, { protocol: "SCTP" }), port(8053)];
  const { inventory } = worldOf({ service: { ports } });
  const end = { namespace: "shop", name: "web" };
  const call = { service: { namespace: "shop", name: "api" }, protocol, source: end, target: end } as ObservedCall;
  expect(portsOf(call, { inventory } as ImpactWorld).map((each) => each.port)).toEqual([8053]);
});
