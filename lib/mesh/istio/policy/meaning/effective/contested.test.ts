/** Ports of a gateway that two Gateways ask for: who has it rests on the older one, also where that is out of sight or perhaps not read. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../../world.test-support.ts";
import { ask, CLIENTS, HOST, of, portOf, service, spec, workload, worldOf } from "./client-routing.test-support.ts";
import type { SecurityWorld } from "./sight.ts";
import { simulate } from "./simulate.ts";

const gate = (day: number, protocol: string, labels: Record<string, string> = {}, hosts = "'*'"): Manifest => {
  const text = `selector: {istio: in}, servers: [{port: {number: 80, name: p, protocol: ${protocol}}, hosts: [${hosts}]}]`;
  const made = policy("Gateway", `edge/g${day}`, spec(text), "networking.istio.io");
  return { ...made, metadata: { ...made.metadata, labels, creationTimestamp: `2026-01-0${day}T00:00:00Z` } };
};
const CANARY = { "istio.io/rev": "canary" };
const front = (gateway: string) =>
  policy(
    "VirtualService",
    "shop/front",
    spec(`hosts: [x.com], gateways: [edge/${gateway}], http: [{route: [{destination: {host: ${HOST}}}]}]`),
  );
const hidden = ({ metadata }: Manifest) => metadata.name !== "g1";

describe("whether a gateway sends anything to a service", () => {
  const routes = (objects: readonly Manifest[], more: Partial<SecurityWorld> = {}) =>
    of(ask(objects, service(), more), "edge/in");

  test("is known where all objects are", () => {
    expect(routes([gate(1, "TCP"), gate(2, "HTTP"), front("g2")])).not.toContain("unknown");
    expect(routes([gate(2, "HTTP"), front("g2")])).toContain("any 100");
  });

  test.each([
    ["is out of sight", {}, { sees: hidden }, "an object you may not see"],
    ["may not be read", CANARY, {}, "which control plane serves the proxy"],
  ] as const)("isn’t where the one that has its port %s", (_, labels, more, lacks) => {
    const found = routes([gate(1, "TCP", labels), gate(2, "HTTP"), front("g2")], more);
    expect(found).toMatch(/^unknown/);
    expect(found).toContain(lacks);
  });
});

describe("a request from outside", () => {
  const called = service({ name: "in", namespace: "edge", workloads: ["in"] });
  const gateway = workload("edge/in", "gateway", { labels: { istio: "in", app: "in" } });

  function outside(objects: readonly Manifest[], more: Partial<SecurityWorld> = {}): string {
    const base = worldOf(objects, called, [...CLIENTS.filter(({ name }) => name !== "in"), gateway], more);
    const services = new Map([
      ["edge/in", called],
      ["shop/reviews", service()],
    ]);
    const world = { ...base, inventory: { ...base.inventory, services } };
    const question = {
      ...{
        client: { kind: "outside" as const },
        service: { namespace: "edge", name: "in" },
        port: portOf(called).port,
      },
      ...{ method: "GET", path: "/", host: "x.com", headers: {}, token: "none" as const, autoMtls: true },
    };
    const { verdict, lacks } = simulate(question, called, world);
    return [verdict, ...lacks].join("; ");
  }
  const HTTP = gate(3, "HTTP");

  test("isn’t known to be taken where an older Gateway may have the port", () => {
    // Without the first the second has the port, and the third is refused.
    const open = [gate(1, "HTTP", CANARY), gate(2, "TCP"), HTTP, front("g3")];
    expect(outside(open)).toMatch(/^unknown;.*which control plane serves the proxy/);
    expect(outside([gate(1, "HTTP"), gate(2, "TCP"), HTTP, front("g3")])).not.toContain("which control plane");
    expect(outside([gate(1, "HTTP", CANARY), HTTP, front("g3")])).not.toContain("which control plane");
  });
});
