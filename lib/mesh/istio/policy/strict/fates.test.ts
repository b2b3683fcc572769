import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObservedCall } from "../impact/calls.ts";
import { call, inventory } from "../impact/impact.test-support.ts";
import { mode, of, path, peer, REVIEWS, rule, said, UNMEASURED } from "./strict.test-support.ts";

describe("who still sends plaintext", () => {
  const table: readonly (readonly [string, readonly ObservedCall[], readonly Manifest[], readonly string[]])[] = [
    ["mutual TLS that was measured is no row", [call("shop/web", "shop/reviews-v1")], [], []],
    [
      "measured plaintext of a caller with a name, and of one without",
      [call("outside/till", "shop/reviews-v1", 3), call("?", "shop/reviews-v1", 2)],
      [],
      [
        "outside/till > shop/reviews-v1: plaintext measured, refused 3",
        "unknown > shop/reviews-v1: plaintext measured, refused 2",
      ],
    ],
    [
      "seen within the week alone: no rate, and refused all the same",
      [call("outside/till", "shop/reviews-v1", 0)],
      [],
      ["outside/till > shop/reviews-v1: plaintext measured, refused 0 (week)"],
    ],
    [
      "nobody measured it: never safe",
      [call("shop/web", "shop/reviews-v1", 6, UNMEASURED)],
      [],
      ["shop/web > shop/reviews-v1: unknown ?, perhaps refused 6, lacks enableAutoMtls of the mesh"],
    ],
    [
      "nobody measured it, though the objects say mutual TLS: that is no measurement",
      [call("shop/web", "shop/reviews-v1", 6, UNMEASURED)],
      [rule("trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}", "shop/d", REVIEWS)],
      ["shop/web > shop/reviews-v1: unknown ?, perhaps refused 6, lacks whether it is mutual TLS now"],
    ],
    [
      "nobody measured it, and the client has no proxy",
      [call("outside/till", "shop/reviews-v1", 3, UNMEASURED)],
      [],
      ["outside/till > shop/reviews-v1: plaintext configured, refused 3"],
    ],
    [
      "nobody measured it, and a rule disables TLS: by name, with the place",
      [call("shop/web", "shop/reviews-v1", 6, UNMEASURED)],
      [rule("trafficPolicy: {tls: {mode: DISABLE}}", "shop/d", REVIEWS)],
      ["shop/web > shop/reviews-v1: plaintext configured, refused 6, by d spec.trafficPolicy.tls.mode"],
    ],
    [
      "TLS of the client's own is none of the mesh's",
      [call("shop/web", "shop/reviews-v1", 6, { mtls: { share: 0, basis: "server" }, callers: new Map() })],
      [rule("trafficPolicy: {tls: {mode: SIMPLE}}", "shop/d", REVIEWS)],
      ["shop/web > shop/reviews-v1: plaintext measured, refused 6, by d spec.trafficPolicy.tls.mode"],
    ],
    [
      "half of a pair",
      [call("shop/web", "shop/reviews-v1", 10, { mtls: { share: 0.5, basis: "server" } })],
      [rule("trafficPolicy: {tls: {mode: DISABLE}}", "shop/d", REVIEWS)],
      [
        "shop/web > shop/reviews-v1: plaintext measured, refused 5, by d spec.trafficPolicy.tls.mode",
        // The objects don't explain the half that had it.
        "shop/web > shop/reviews-v1: unknown measured, perhaps refused 5, lacks why the objects and what was measured differ",
      ],
    ],
    [
      "ambient: ztunnel names whom it saw in plaintext",
      [call("outside/till", "shop/cart", 4)],
      [],
      ["outside/till > shop/cart: plaintext measured, refused 4"],
    ],
    [
      "an exception of the workload stays: STRICT of the namespace doesn't touch it",
      [call("outside/till", "shop/reviews-v1", 3)],
      [peer(`selector: {matchLabels: {app: reviews}}, ${mode("PERMISSIVE")}`)],
      ["outside/till > shop/reviews-v1: plaintext measured, untouched 3"],
    ],
    ["a server without a proxy enforces nothing", [call("shop/web", "outside/till", 3)], [], []],
    ["calls to hosts outside are none of it", [call("shop/web", "api.card.example", 3, UNMEASURED)], [], []],
    [
      "what reached no workload shows by what of the same client did",
      [
        call("shop/web", "shop/reviews-v1", 9),
        {
          ...call("shop/web", "shop/reviews-v1", 3, UNMEASURED),
          target: { kind: "service", cluster: "west", namespace: "shop", name: "reviews" },
        },
      ],
      [],
      [],
    ],
    [
      "what reached no workload was seen by no server",
      [
        {
          ...call("shop/web", "shop/reviews-v1", 3, UNMEASURED),
          target: { kind: "service", cluster: "west", namespace: "shop", name: "reviews" },
        },
      ],
      [],
      ["shop/web > service: unknown ?, perhaps refused 3, lacks what it sends once it arrives"],
    ],
  ];
  test.each(table)("%s", (_, calls, objects, wanted) => {
    const found = path(calls, { objects });
    expect(found.pairs.items.map(said)).toEqual(wanted);
    const { plaintext = 0, nameless = 0, unknown = 0 } = of(found)?.pairs ?? {};
    expect(of(found)?.state).toBe(plaintext + nameless + unknown > 0 ? "blocked" : "open");
  });
});

test("a server of which most pods have no proxy: those that have one refuse, so nothing is sure", () => {
  const pod = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
  const bare = { ...pod, reports: false, unmeshed: true } as const;
  const till = inventory.workloads.get("outside/till");
  if (till === undefined) throw new Error("no till");
  const partly = { ...till, mesh: null, pods: [pod, bare, { ...bare, name: "r" }] };
  const found = path([call("?", "outside/till", 3)], {
    namespace: "outside",
    inventory: { ...inventory, workloads: new Map([...inventory.workloads, ["outside/till", partly]]) },
  });
  expect(found.pairs.items.map(said)).toEqual([
    "unknown > outside/till: plaintext measured, perhaps refused 3, lacks which of the pods of outside/till takes it: 2 of 3 pods are without a proxy",
  ]);
  expect(found.uncovered.items.map(({ text }) => text)).toContain(
    "2 pods of 3 without a proxy: nothing is enforced there.",
  );
});
