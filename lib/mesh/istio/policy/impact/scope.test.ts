import { expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { made, object } from "./impact.test-support.ts";
import { scopeOf } from "./scope.ts";

const namespace: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" }, spec: {} };

test.each<readonly [string, Manifest, ReturnType<typeof scopeOf>]>([
  [
    "a policy: whoever is called there",
    object("AuthorizationPolicy", "shop/a", ""),
    { side: "destination", namespaces: ["shop"] },
  ],
  ["one where a gateway runs: whoever that calls", object("AuthorizationPolicy", "edge/a", ""), null],
  ["a Sidecar: whoever calls from there", object("Sidecar", "shop/s", ""), { side: "source", namespaces: ["shop"] }],
  ["a Gateway: anybody", object("Gateway", "edge/g", ""), null],
  ["a ListenerSet: anybody", object("ListenerSet", "shop/l", ""), null],
  ["a ReferenceGrant: anybody", object("ReferenceGrant", "shop/g", ""), null],
  [
    "a route of a Service: whoever calls it",
    object("HTTPRoute", "edge/r", "parentRefs: [{kind: Service, group: '', name: cart, namespace: shop}]"),
    { side: "destination", namespaces: ["shop"] },
  ],
  ["a route of a Gateway: anybody", object("HTTPRoute", "edge/r", "parentRefs: [{name: api}]"), null],
  ["a Namespace, which is in none: anybody", namespace, null],
])("%s", (_, manifest, scope) => {
  expect(scopeOf([made(manifest)], "istio-system", new Set(["edge"]))).toEqual(scope);
});
