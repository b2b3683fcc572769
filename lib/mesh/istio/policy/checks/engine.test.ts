import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { CheckWorld, Finding } from "#lib/policy/finding.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { calm, codesOf, findingsOf, o, shop, waypoint, worldOf } from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";
import type { Draft, Family } from "./family.ts";
import { expectSound } from "./fixes.test-support.ts";
import { Model } from "./model.ts";
import { families } from "./registry.ts";

const route = (name: string, host: string) =>
  o(
    "VirtualService",
    `shop/${name}`,
    `hosts: [${host}], http: [{route: [{destination: {host: ${host}, subset: v1}}]}]`,
  );

/** Processor time, which a busy machine doesn't stretch. */
function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** One of each kind that names others, so that every check has something to ask about. */
const samples = [
  o(
    "VirtualService",
    "shop/s",
    `hosts: [nobody, reviews, a.example.com], gateways: [edge/g, edge/none, mesh], http: [{match: [{headers: {"@request.auth.claims.a": {exact: b}}}], route: [{destination: {host: nobody, subset: v1}}, {destination: {host: reviews.shop, subset: v9}}, {destination: {host: multi}}]}, {delegate: {name: d}}]`,
  ),
  o("VirtualService", "calm/s", "hosts: [pay], http: [{route: [{destination: {host: pay}}]}]"),
  o(
    "DestinationRule",
    "shop/s",
    "host: reviews, trafficPolicy: {tls: {mode: DISABLE}}, exportTo: [nowhere], subsets: [{name: v9, labels: {version: v9}}]",
  ),
  o("DestinationRule", "shop/w", "host: '*.local', trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"),
  o("DestinationRule", "calm/s", "host: pay, trafficPolicy: {outlierDetection: {interval: 1s}}"),
  o("PeerAuthentication", "shop/s", "mtls: {mode: STRICT}"),
  o("PeerAuthentication", "shop/t", "selector: {matchLabels: {app: reviews}}, mtls: {mode: DISABLE}"),
  o(
    "AuthorizationPolicy",
    "shop/s",
    "rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/nobody], namespaces: [nowhere]}}], to: [{operation: {hosts: [nobody.example.com]}}]}]",
  ),
  o("AuthorizationPolicy", "calm/s", "rules: [{to: [{operation: {methods: [GET]}}]}]"),
  o("Sidecar", "shop/s", "egress: [{hosts: [./nobody, ./a.example.com]}]"),
  o("ServiceEntry", "shop/s", "hosts: [a.example.com], ports: [{number: 443, protocol: TLS}]"),
  o(
    "Gateway",
    "edge/g",
    "selector: {istio: ingressgateway}, servers: [{port: {number: 8080}, hosts: [a], tls: {credentialName: c}}]",
  ),
  o(
    "HTTPRoute",
    "shop/s",
    "parentRefs: [{name: nobody}, {group: '', kind: Service, name: reviews}], rules: [{backendRefs: [{name: ingress, namespace: edge, port: 80}]}]",
  ),
  o("K8sGateway", "edge/k", "gatewayClassName: nobody, listeners: [{name: a, port: 80}]"),
  o("ReferenceGrant", "edge/g", "from: [{namespace: nowhere}]"),
  o("WorkloadGroup", "shop/g", "template: {serviceAccount: nobody}, metadata: {labels: {a: b}}"),
];

const istiod = (revision: string) =>
  o(
    "Deployment",
    "istio-system/istiod",
    `template: {metadata: {labels: {app: istiod}}, spec: {containers: [{name: discovery, env: [{name: REVISION, value: ${revision}}]}]}}`,
  );
const naming = (source: string) => o("AuthorizationPolicy", "pay/a", `rules: [{from: [{source: {${source}}}]}]`);

/** The same inventory and lists where nothing changed, as a watch has them. */
function withObjects(world: CheckWorld, objects: readonly Manifest[]): CheckWorld {
  const lists = Map.groupBy(objects, manifestKindKey);
  return { ...world, objects: (kind) => lists.get(kind) ?? [] };
}

describe("the engine", () => {
  it("finds after any changes what one that never saw the past finds", () => {
    const world = worldOf(shop);
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
      { numRuns: 15, seed: 7 },
    );
  });

  it("and after any changes of what runs", () => {
    const all = [
      ...[...shop, ...calm, waypoint, ...samples],
      istiod("default"),
      o("ConfigMap", "istio-system/istio", "", 'data: {mesh: "trustDomain: mesh.example"}'),
      ...["mesh.example/ns/shop/sa/till", "other.example/ns/shop/sa/till"].map((who, index) =>
        o("AuthorizationPolicy", `pay/by-${index}`, `rules: [{from: [{source: {principals: ["${who}"]}}]}]`),
      ),
    ];
    const at = all.flatMap(({ kind }, index) =>
      ["Service", "Deployment", "Namespace", "Pod"].includes(kind) ? [index] : [],
    );
    const labels = fc.constantFrom<Readonly<Record<string, string>>>(
      ...[{ app: "reviews" }, { app: "other", version: "v9" }, { "istio.io/dataplane-mode": "ambient" }],
      ...[{ "istio-injection": "enabled" }, { "istio-injection": "disabled" }, {}],
    );
    const account = fc.constantFrom("till", "default");
    const change = fc.tuple(fc.constantFrom(...at), labels, fc.boolean(), account, fc.boolean());
    type Change = readonly [number, object, boolean, string, ...unknown[]];
    const edited = (objects: readonly Manifest[], [index, now, stays, serviceAccountName]: Change) => {
      const one = objects[index];
      if (one === undefined || !stays) return objects.filter((_, i) => i !== index);
      const template = { metadata: { labels: now }, spec: { serviceAccountName, containers: [{ name: "app" }] } };
      const spec = one.kind === "Deployment" ? { ...one.spec, template } : one.spec;
      const metadata = { ...one.metadata, labels: now };
      return objects.with(index, { ...one, metadata, ...(spec && { spec }) } as Manifest);
    };
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const engine = new ChecksEngine();
        engine.check(worldOf(all));
        let objects: readonly Manifest[] = all;
        let now = worldOf(all);
        for (const each of changes) {
          objects = edited(objects, each);
          // A plan changes objects alone: what runs is as it was.
          const [, , , , isPlan] = each;
          now = isPlan ? withObjects(now, objects) : worldOf(objects);
          expect(engine.check(now)).toEqual(new ChecksEngine().check(now));
        }
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it("asks again about a namespace that a plan brings, while what runs is as it was", () => {
    const policy = naming("namespaces: [later]");
    const engine = new ChecksEngine();
    const world = worldOf([...shop, policy]);
    const codes = (now: CheckWorld) => engine.check(now).map(({ code }) => code);
    expect(codes(world)).toContain("source-namespace-unknown");
    expect(codes(withObjects(world, [...shop, policy, o("Namespace", "later", "")]))).not.toContain(
      "source-namespace-unknown",
    );
    expect(codes(world)).toContain("source-namespace-unknown");
  });

  it("asks again about the mesh's settings when another control plane runs", () => {
    const map = (name: string, domain: string) =>
      o("ConfigMap", `istio-system/${name}`, "", `data: {mesh: "trustDomain: ${domain}"}`);
    const rest = [
      ...[...shop, map("istio", "old.example"), map("istio-canary", "new.example")],
      naming('principals: ["new.example/ns/shop/sa/default"]'),
    ];
    const engine = new ChecksEngine();
    const foreign = (revision: string) =>
      engine.check(worldOf([...rest, istiod(revision)])).some(({ code }) => code === "trust-domain-unknown");
    expect(foreign("default")).toBe(true);
    expect(foreign("canary")).toBe(false);
    expect(foreign("default")).toBe(true);
  });

  it("asks of objects again only where what runs in a namespace that they read has changed", () => {
    const ran: string[] = [];
    const family: Family = {
      rules: {},
      parts: [
        {
          of: ["VirtualService"],
          reads: ["inventory"],
          *each({ metadata }, model) {
            ran.push(metadata.name);
            if (metadata.name === "near") model.service("shop", "reviews");
            if (metadata.name === "far") model.table(({ world }) => world.inventory?.services.size);
          },
        },
      ],
    };
    const engine = new ChecksEngine([family]);
    const routes = ["near", "far", "none"].map((name) => route(name, "reviews"));
    const checked = (more: readonly Manifest[]) => engine.check(worldOf([...shop, ...routes, ...more]));
    checked([]);
    expect(ran).toEqual(["near", "far", "none"]);
    ran.length = 0;
    checked([o("Service", "calm/new", "ports: [{port: 80}]")]);
    expect(ran).toEqual(["far"]);
    ran.length = 0;
    checked([o("Service", "calm/new", "ports: [{port: 80}]"), o("Service", "shop/new", "ports: [{port: 80}]")]);
    expect(ran).toEqual(["near", "far"]);
  });

  it("checks again only what reads what changed", () => {
    const ran: string[] = [];
    const noted = (text: string): readonly Draft[] => {
      ran.push(text);
      return [];
    };
    const family: Family = {
      rules: {},
      parts: [
        { of: ["VirtualService"], reads: [], each: (object) => noted(object.metadata.name) },
        { reads: ["VirtualService"], all: () => noted("all") },
        { reads: ["DestinationRule", "inventory"], all: () => noted("others") },
      ],
    };
    const engine = new ChecksEngine([family]);
    const world = worldOf(shop);
    const [a, b] = [route("a", "reviews"), route("b", "reviews")];
    engine.check(withObjects(world, [a, b]));
    expect(ran).toEqual(["a", "b", "all", "others"]);
    ran.length = 0;
    engine.check(withObjects(world, [a, b]));
    expect(ran).toEqual([]);
    engine.check(withObjects(world, [a, route("b", "multi")]));
    expect(ran).toEqual(["b", "all"]);
  });

  it("mends what it can without harm, where much is wrong at once", () => {
    expect(expectSound([...shop, ...calm, waypoint, ...samples], worldOf)).toBeGreaterThan(3);
  });

  it("is told of every kind that a check reads", () => {
    // One namespace of no label, for which the injector's default counts.
    const world = worldOf([...shop, ...calm, waypoint, ...samples, o("Namespace", "bare")]);
    for (const part of families.flatMap(({ parts }) => parts)) {
      const asked = new Set<string>();
      const watched: CheckWorld = {
        ...world,
        objects: (kind) => {
          asked.add(kind);
          return world.objects(kind);
        },
        get inventory() {
          asked.add("inventory");
          return world.inventory;
        },
      };
      const model = new Model(Object.assign(watched, { leftOut: [] }));
      if ("all" in part) expect(Array.isArray([...part.all(model)])).toBe(true);
      else
        for (const kind of part.of)
          for (const object of world.objects(kind))
            expect([...part.each(object, model)].length).toBeGreaterThanOrEqual(0);
      expect(part.reads).toEqual(expect.arrayContaining([...asked]));
    }
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
      { numRuns: 60, seed: 11 },
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
    const took = processorMs(() => expect(codesOf(objects as readonly Manifest[])).toContain("principal-malformed"));
    expect(took).toBeLessThan(2000);
  });
});

test("10,000 policies that all claim one host are checked in linear time", () => {
  const one = route("r", "reviews");
  const many = Array.from({ length: 10_000 }, (_, i) => ({ ...one, metadata: { ...one.metadata, name: `r${i}` } }));
  const world = withObjects(worldOf(shop), many);
  let found: readonly Finding[] = [];
  const took = processorMs(() => {
    found = new ChecksEngine().check(world);
  });
  // All pairs would be 50 million comparisons: minutes.
  expect(took).toBeLessThan(15_000);
  expect(found.filter(({ code }) => code === "mesh-host-claimed-twice")).toHaveLength(9_999);
});
