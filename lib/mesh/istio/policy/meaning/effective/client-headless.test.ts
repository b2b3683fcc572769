import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../../world.test-support.ts";
import { ask, HOST, of, service, spec, to, V, vs, worldOf } from "./client-routing.test-support.ts";

const DB = service({ headless: true });
const TCP = service({ headless: true, ports: [{ name: "tcp", port: 80, protocol: "TCP", appProtocol: null }] });

/** Where the first rule of a client's class goes. */
function ends(objects: readonly Manifest[], client: string, called = DB) {
  const [namespace, name = ""] = client.split("/");
  const own = ask(objects, called).find(({ clients }) =>
    clients.some((each) => each.namespace === namespace && each.names.includes(name)),
  );
  const target = own?.rules[0]?.to[0];
  return [target?.ends ?? null, target?.fails ?? null, target?.pods ?? null];
}

describe("a headless Service", () => {
  const PODS = { ready: 2, all: 3 };
  test.each([
    ["a sidecar", [], "shop/web", ["the pod that the client calls", null, PODS]],
    [
      "a sidecar by a rule for a subset, whose labels don’t count",
      [V, vs(to("v1"))],
      "shop/web",
      ["the pod that the client calls", null, PODS],
    ],
    ["an ambient client", [], "amb/one", ["the pod that the client calls", null, PODS]],
    ["a client without a proxy", [], "old/raw", ["the pod that the client calls", null, PODS]],
  ] as const)("is called by %s", (_, objects, client, wanted) => expect(ends(objects, client)).toEqual(wanted));

  test("a rule that leads there from another Service sends to the address that was called", () => {
    const other = service({ name: "front" });
    const lead = vs(to("v1"), "shop/a", "hosts: [front.shop.svc.cluster.local]");
    const called = ask([V, lead], other, {
      inventory: {
        ...worldOf([], other).inventory,
        services: new Map([
          ["shop/front", other],
          ["shop/reviews", DB],
        ]),
      },
    });
    const own = called.find(
      ({ plane, clients }) => plane === "sidecar" && clients.some(({ namespace }) => namespace === "bank"),
    );
    expect(own?.rules[0]?.to[0]?.ends).toBe(`the address that the client called, whatever stands behind ${HOST}`);
  });

  test("rules for connections count at each pod’s address", () => {
    const rule = policy("VirtualService", "shop/a", spec(`hosts: [${HOST}], tcp: [${to("v1")}]`));
    expect(of(ask([V, rule], TCP), "shop/web")).toBe("rules; all → v1 100");
    expect(of(ask([], TCP), "shop/web")).toBe("itself; all → any 100");
  });

  test("without a ready pod nobody listens for bytes", () => {
    const bare = { ...TCP, workloads: ["r-v3"] };
    expect(of(ask([], bare), "shop/web")).toBe(
      "unknown; which pods stand behind the headless Service: none that is known is ready",
    );
  });

  test("its waypoint takes no calls to its pods", () => {
    const rule = vs("{directResponse: {status: 418}}");
    const classes = ask([rule], { ...DB, waypoint: { name: "door", namespace: null } });
    const own = classes.find(({ plane }) => plane === "ambient");
    expect(own).toMatchObject({
      decides: "itself",
      waypoint: null,
      ignored: [{ why: expect.stringContaining("headless") }],
    });
  });
});
