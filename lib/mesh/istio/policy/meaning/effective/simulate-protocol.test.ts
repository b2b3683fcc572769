import { describe, expect, test } from "vitest";
import type { ServicePort } from "#lib/inventory/model.ts";
import { listensForAll } from "./called.ts";
import { portsOf } from "./ports.ts";
import { ask, DENY, said, worldOf } from "./simulate.test-support.ts";

const port = (more: Partial<ServicePort>): ServicePort => ({
  ...{ name: null, port: 53, protocol: "TCP", appProtocol: null, ...more },
});
const UDP = port({ name: "http", protocol: "UDP", targetPort: 5353 });
const SCTP = port({ name: "http", protocol: "SCTP", targetPort: 5353 });
const serving = (...ports: readonly ServicePort[]) => ({ service: { ports } });

describe("ports that aren’t TCP", () => {
  test.each([
    [UDP, "UDP"],
    [SCTP, "SCTP"],
  ])("%o: what becomes of a call isn’t the mesh’s to say", (one, name) => {
    const answer = ask({ ...serving(one), objects: [DENY] }, { port: 53 });
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks.join()).toContain(`port 53 is ${name}, which no proxy takes`);
  });

  test("nor of TCP that its name calls UDP, which istiod leaves out", () => {
    const named = serving(port({ name: "udp-dns" }));
    expect(ask(named, { port: 53 }).lacks.join()).toContain("says UDP");
  });

  test("beside one of TCP it doesn’t count", () => {
    const answer = ask({ ...serving(UDP, port({ name: "tcp-dns", targetPort: 53 })), objects: [DENY] }, { port: 53 });
    expect(said(answer)).not.toContain("UDP");
    expect(answer.verdict).toBe("no");
  });

  test("a port that nobody names is another thing", () => {
    expect(ask(serving(UDP), { port: 54 }).lacks.join()).toContain("doesn’t name it");
  });

  test("no sidecar listens for UDP at all addresses, but it does where it is said to be SCTP", () => {
    const listens = (one: ServicePort) => listensForAll(53, worldOf(serving(one)).inventory);
    expect([UDP, SCTP, port({ name: "http" }), port({})].map(listens)).toEqual([false, true, true, false]);
  });

  test("no mutual TLS is told of them", () => {
    const world = worldOf(serving(UDP, { ...SCTP, targetPort: 5354 }, port({ name: "tcp-dns", targetPort: 5355 })));
    const api = world.inventory.workloads.get("shop/api");
    expect(api && portsOf(api, world).map((each) => each.port)).toEqual([5355, null]);
  });
});
