import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../../world.test-support.ts";
import { calledEntry } from "./called.ts";
import { portOf, service, workload, worldOf } from "./client-routing.test-support.ts";
import { clientRouting } from "./client-routing.ts";
import type { SecurityWorld } from "./sight.ts";
import { simulate } from "./simulate.ts";

const HOST = "api.example.com";
const WEB = workload("shop/web", "sidecar");

/** A ServiceEntry with so many endpoints, of which each has labels of its own or all have the same. */
const entry = (count: number, differ: boolean, location = "MESH_INTERNAL"): Manifest =>
  policy("ServiceEntry", "shop/api", {
    ...{ hosts: [HOST], ports: [{ number: 80, name: "web", protocol: "HTTP" }] },
    ...{ location, resolution: "STATIC" },
    endpoints: Array.from({ length: count }, (_, at) => ({
      address: `192.0.2.${at % 250}`,
      labels: { v: `v${differ ? at : 0}` },
    })),
  });

/** How often objects of these kinds are gone through. */
function looksOf(count: number, differ: boolean, ask: (made: Manifest, world: SecurityWorld) => void): number {
  const made = entry(count, differ);
  const world = worldOf([made], service(), [WEB]);
  let looks = 0;
  ask(made, {
    ...world,
    objects: (kind) => {
      if (kind === "PeerAuthentication" || kind === "DestinationRule") looks += 1;
      return world.objects(kind);
    },
  });
  return looks;
}

describe("endpoints of one ServiceEntry", () => {
  const called = (made: Manifest, { inventory }: SecurityWorld) => calledEntry(made, HOST, inventory);
  const page = (made: Manifest, world: SecurityWorld): string => {
    const service_ = called(made, world);
    const [only] = clientRouting(service_, portOf(service_), world).classes;
    return only?.rules[0]?.to[0]?.sends ?? "nothing";
  };
  const request = (made: Manifest, world: SecurityWorld) =>
    simulate(
      {
        ...{ client: { kind: "workload", namespace: "shop", name: "web" }, port: 80, method: "GET", path: "/" },
        ...{ service: { namespace: "shop", name: "api", host: HOST }, host: HOST, headers: {}, token: "none" },
        autoMtls: true,
      },
      called(made, world),
      world,
    );

  test("too many of them are asked nothing, one by one", () => {
    const made = entry(30, false);
    expect(request(made, worldOf([made], service(), [WEB]))).toMatchObject({
      ...{ verdict: "unknown", lacks: ["a smaller choice than 30 workloads that it may be sent to"] },
    });
    expect(looksOf(3000, false, request)).toBe(looksOf(30, false, request));
  });

  test("on the page of clients those that are alike are asked once", () => {
    expect(looksOf(3000, false, page)).toBe(looksOf(2, false, page));
  });

  test("and those that aren’t up to a number", () => {
    expect(looksOf(3000, true, page)).toBeLessThanOrEqual(looksOf(20, true, page));
    const made = entry(3000, true);
    expect(page(made, worldOf([made], service(), [WEB]))).toBe("not known: it has 3000 kinds of endpoints");
    const outside = entry(3000, true, "MESH_EXTERNAL");
    expect(page(outside, worldOf([outside], service(), [WEB]))).toBe("as it comes, without TLS of its own");
  });
});
