import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { CheckWorld } from "#lib/policy/finding.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { codesOf, findingsOf, o, shop } from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";
import { offlineWorld } from "./offline.ts";
import { families } from "./registry.ts";

const options = { rootNamespace: "istio-system", complete: true };
const route = (name: string, host: string) =>
  o(
    "VirtualService",
    `shop/${name}`,
    `hosts: [${host}], http: [{route: [{destination: {host: ${host}, subset: v1}}]}]`,
  );

/** The same inventory and lists where nothing changed, as a watch has them. */
function withObjects(world: CheckWorld, objects: readonly Manifest[]): CheckWorld {
  const lists = Map.groupBy(objects, manifestKindKey);
  return { ...world, objects: (kind) => lists.get(kind) ?? [] };
}

describe("the engine", () => {
  it("finds after any changes what one that never saw the past finds", () => {
    const world = offlineWorld(shop, options);
    const name = fc.constantFrom("a", "b", "c");
    const host = fc.constantFrom("reviews", "nobody", "multi");
    const objects = fc.uniqueArray(
      fc.oneof(
        fc.tuple(name, host).map(([n, h]) => route(n, h)),
        fc
          .tuple(name, host)
          .map(([n, h]) =>
            o("DestinationRule", `shop/${n}`, `host: ${h}, subsets: [{name: v1, labels: {version: v1}}]`),
          ),
        fc
          .tuple(name, fc.constantFrom("STRICT", "DISABLE"))
          .map(([n, m]) => o("PeerAuthentication", `shop/${n}`, `mtls: {mode: ${m}}`)),
      ),
      { selector: ({ kind, metadata }) => `${kind}/${metadata.name}` },
    );
    fc.assert(
      fc.property(fc.array(objects, { minLength: 2, maxLength: 5 }), (steps) => {
        const engine = new ChecksEngine();
        for (const step of steps) {
          const now = withObjects(world, step);
          expect(engine.check(now)).toEqual(new ChecksEngine().check(now));
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it("checks again only what reads what changed", () => {
    const ran: string[] = [];
    const counting = families.map((family, index) => ({
      ...family,
      *run(model: Parameters<typeof family.run>[0]) {
        ran.push(String(index));
        yield* family.run(model);
      },
    }));
    const engine = new ChecksEngine(counting);
    const world = offlineWorld(shop, options);
    engine.check(withObjects(world, [route("a", "reviews")]));
    expect(ran.length).toBe(families.length);
    ran.length = 0;
    engine.check(withObjects(world, [route("a", "reviews")]));
    const readers = families.filter(({ reads }) => reads.includes("VirtualService")).length;
    expect(ran.length).toBe(readers);
    expect(readers).toBeLessThan(families.length);
  });

  it("orders findings the same way whatever order objects come in", () => {
    const many = [route("a", "nobody"), route("b", "nobody"), o("DestinationRule", "shop/d", "host: nobody")];
    const texts = (list: readonly Manifest[]) => findingsOf(list).map(({ code, object }) => `${code} ${object.name}`);
    expect(texts(many)).toEqual(texts([...many].reverse()));
    const severities = findingsOf(many).map(({ severity }) => severity);
    expect(severities).toEqual([...severities].sort());
  });
});

describe("hostile objects", () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constant(null));
  const kindsOf = [
    "VirtualService",
    "DestinationRule",
    "Gateway",
    "K8sGateway",
    "ServiceEntry",
    "Sidecar",
    "AuthorizationPolicy",
    "PeerAuthentication",
    "Telemetry",
    "EnvoyFilter",
    "HTTPRoute",
    "WorkloadGroup",
    "Namespace",
    "Deployment",
    "Pod",
  ];

  it("of any shape are read without an error", () => {
    const spec = fc.dictionary(
      fc.constantFrom(
        "hosts",
        "http",
        "host",
        "subsets",
        "servers",
        "rules",
        "selector",
        "workloadSelector",
        "egress",
        "exportTo",
        "trafficPolicy",
        "template",
        "mtls",
        "ports",
        "listeners",
        "parentRefs",
        "gateways",
        "__proto__",
      ),
      anything,
    );
    const object = fc
      .tuple(fc.constantFrom(...kindsOf), spec)
      .map(([kind, value]): Manifest => ({ ...o(kind, "shop/x"), spec: value as never }));
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), (objects) => {
        expect(Array.isArray(codesOf(objects))).toBe(true);
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it("in a cycle of delegates are reported, not followed", () => {
    const cycle = [
      o("VirtualService", "shop/a", "hosts: [reviews], http: [{delegate: {name: b}}]"),
      o("VirtualService", "shop/b", "http: [{delegate: {name: c}}]"),
      o("VirtualService", "shop/c", "http: [{delegate: {name: b}}]"),
    ];
    expect(codesOf(cycle).filter((code) => code === "delegate-of-delegate")).toHaveLength(2);
  });

  it("with patterns made to run for ever take no time", () => {
    const evil = `(a+)+$${"a".repeat(5000)}`;
    const objects = [
      {
        ...route("a", "reviews"),
        spec: {
          hosts: ["reviews"],
          http: [
            {
              match: [{ uri: { regex: evil } }, { uri: { regex: evil } }],
              route: [{ destination: { host: `${"*.".repeat(2000)}x` } }],
            },
          ],
        },
      },
      {
        ...o("AuthorizationPolicy", "shop/p"),
        spec: {
          rules: [
            {
              from: [{ source: { principals: [`${"/ns/".repeat(3000)}sa/x`] } }],
              to: [{ operation: { hosts: ["a.".repeat(3000)], methods: ["A-".repeat(3000)] } }],
            },
          ],
        },
      },
    ];
    const start = performance.now();
    expect(codesOf(objects as readonly Manifest[])).toContain("principal-malformed");
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

test("10,000 policies that all claim one host are checked in linear time", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => route(`r${i}`, "reviews"));
  const world = withObjects(offlineWorld(shop, options), many);
  const start = performance.now();
  const found = new ChecksEngine().check(world);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(found.filter(({ code }) => code === "mesh-host-claimed-twice")).toHaveLength(9_999);
});
