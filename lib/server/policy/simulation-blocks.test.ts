/** ServiceEntries with blocks of addresses: what of a block is inside isn't outside the mesh. */
import { expect, test } from "vitest";
import type { SimulationRequest } from "#lib/api/simulation.ts";
import { ana, ask, object } from "./simulation.test-support.ts";

const HOST = "api.example.com";
const entry = (addresses: readonly string[], more: object = {}) =>
  object(
    "ServiceEntry",
    "shop",
    {
      ...{ hosts: [HOST], ports: [{ number: 80, name: "web", protocol: "HTTP" }], resolution: "NONE", addresses },
      ...more,
    },
    "networking",
    "api",
  );
const CALLED: Partial<SimulationRequest> = { service: { namespace: "shop", name: "api", host: HOST }, host: HOST };

// A Service has 10.1.2.3, a pod 10.0.0.7.
const inside: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["that holds a Service’s address", ["10.1.0.0/16"], /^which address of 10.1.0.0\/16 is called: Services have some$/],
  ["of one address", ["10.1.2.3/32"], /^which address of 10.1.2.3\/32 is called: Services have some$/],
  ["written as IPv6", ["::ffff:10.1.0.0/112"], /^which address of ::ffff:10.1.0.0\/112 is called: Services have some$/],
  ["that holds pods’", ["10.0.0.0/24"], /^which address of 10.0.0.0\/24 is called: pods have some$/],
  ["that holds everything", ["0.0.0.0/0"], /^which address of 0.0.0.0\/0 is called: pods have some$/],
  ["beside one that is outside", ["203.0.113.0/24", "10.1.2.0/24"], /^which address of 10.1.2.0\/24 is called/],
  ["that nobody can read", ["10.1.2.3/99"], /^what 10.1.2.3\/99 among its addresses is$/],
];
test.each(inside)("a block %s isn’t outside", async (_, addresses, lacks) => {
  const answer = await ask([entry(addresses)], CALLED);
  expect(answer.verdict).toBe("unknown");
  expect(answer.lacks.join()).toMatch(lacks);
});

test.each([[["203.0.113.0/24"]], [["10.1.2.4/30"]], [["2001:db8::/32"]]])(
  "one that holds none is: %s",
  async (addresses) => {
    expect(await ask([entry(addresses)], CALLED)).toMatchObject({ verdict: "yes", lacks: [] });
  },
);

test("where the endpoints say where it goes, what the block holds is nobody’s matter", async () => {
  const to = entry(["10.1.0.0/16"], { resolution: "STATIC", endpoints: [{ address: "192.0.2.7" }] });
  expect(await ask([to], CALLED)).toMatchObject({ verdict: "yes", lacks: [] });
});

test("to who doesn’t see all namespaces it isn’t known whose pods a block holds", async () => {
  const answer = await ask([entry(["203.0.113.0/24"])], CALLED, ana);
  expect(answer).toMatchObject({ verdict: "unknown", lacks: ["workloads of namespaces you may not see"] });
});
