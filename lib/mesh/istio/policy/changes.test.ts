import { describe, expect, test } from "vitest";
import type { Intent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { carry, on } from "./changes.test-support.ts";
import {
  destinationRule,
  HOST,
  httpRoute,
  made,
  REVIEWS,
  to,
  virtualService,
  worldOf,
  written,
} from "./routing/worlds.test-support.ts";
import { routing } from "./routing.ts";

const shift = (weights: Readonly<Record<string, number>>, more: object = {}): Intent => ({
  kind: "shift",
  service: REVIEWS,
  weights: Object.entries(weights).map(([version, percent]) => ({ version, percent })),
  ...more,
});
const kinds = (intent: Intent, ...manifests: Manifest[]) =>
  carry(intent, ...manifests).manifests.map(({ kind }) => kind);
const why = (intent: Intent, ...manifests: Manifest[]): string => {
  try {
    carry(intent, ...manifests);
    return "carried out";
  } catch (thrown) {
    expect(thrown).toMatchObject({ problem: { code: "bad_intent" } });
    return (thrown as Error).message;
  }
};

describe("shift", () => {
  const canary = virtualService([{ route: [{ ...to("v1", 90), headers: { x: {} } }, to("v2", 10)], timeout: "3s" }], {
    exportTo: ["*"],
  });

  test("changes the weights alone", () => {
    const { manifests } = carry(shift({ v1: 60, v2: 40 }), canary, destinationRule(["v1", "v2"]));
    expect(manifests).toEqual([
      virtualService([{ route: [{ ...to("v1", 60), headers: { x: {} } }, to("v2", 40)], timeout: "3s" }], {
        exportTo: ["*"],
      }),
    ]);
  });

  test.each([
    ["the same percents", [to("v1", 90), to("v2", 10)], { v1: 90, v2: 10 }],
    ["other integers of the same shares", [to("v1", 1), to("v2", 1)], { v1: 50, v2: 50 }],
    ["a single one without a weight", [to("v1")], { v1: 100, v2: 0 }],
  ])("keeps the object: %s", (_, route, weights) => {
    expect(carry(shift(weights), virtualService([{ route }]), destinationRule(["v1", "v2"])).manifests).toEqual([]);
  });

  test("declares subsets and creates what is missing", () => {
    const { manifests, notes } = carry(shift({ v1: 90, "2.0": 10 }));
    expect(manifests.map(({ kind, spec }) => [kind, spec])).toEqual([
      [
        "VirtualService",
        {
          hosts: [HOST],
          http: [
            {
              route: [
                { destination: { host: HOST, subset: "v1" }, weight: 90 },
                { destination: { host: HOST, subset: "2-0" }, weight: 10 },
              ],
            },
          ],
        },
      ],
      [
        "DestinationRule",
        {
          host: HOST,
          subsets: [
            { name: "v1", labels: { version: "v1" } },
            { name: "2-0", labels: { version: "2.0" } },
          ],
        },
      ],
    ]);
    expect(notes.join()).toContain("no pod of the service carries version=2.0");
  });

  test("HTTPRoute backends, TCP routes, rules by name", () => {
    const route = httpRoute([{ backendRefs: [{ name: "reviews-v1", port: 80 }] }]);
    expect(carry(shift({ "reviews-v1": 75, "reviews-v2": 25 }), route).manifests[0]?.spec?.["rules"]).toEqual([
      {
        backendRefs: [
          { name: "reviews-v1", port: 80, weight: 75 },
          { name: "reviews-v2", port: 80, weight: 25 },
        ],
      },
    ]);
    const tcp = made("VirtualService", "reviews", { hosts: ["reviews"], tcp: [{ route: [to("v1", 100)] }] });
    expect(carry(shift({ v1: 20, v2: 80 }), tcp, destinationRule(["v1", "v2"])).manifests[0]?.spec?.["tcp"]).toEqual([
      { route: [to("v1", 20), { destination: { host: "reviews", subset: "v2" }, weight: 80 }] },
    ]);
  });

  test.each<[string, Intent, Manifest[], string]>([
    ["shares that don't sum to 100", shift({ v1: 50, v2: 40 }), [], "weights: they sum to 90"],
    [
      "an object of other services too",
      shift({ v1: 100 }),
      [made("VirtualService", "all", { hosts: ["reviews", "ratings"], http: [{ route: [to("v1")] }] })],
      "counts for ratings too",
    ],
    [
      "no rule that takes everything",
      shift({ v1: 100 }),
      [virtualService([{ match: [{ uri: { exact: "/a" } }], route: [to("v1")] }])],
      "rule: no rule of VirtualService shop/reviews",
    ],
    ["both kinds route it", shift({ v1: 100 }), [canary, httpRoute([{ backendRefs: [] }])], "both route the service"],
    ["another cluster", shift({ v1: 100 }, { service: { ...REVIEWS, cluster: "east" } }), [], "service.cluster"],
  ])("refuses %s", (_, intent, manifests, reason) => {
    expect(why(intent, ...manifests)).toContain(reason);
  });
});

describe("rules of requests", () => {
  const whole = virtualService([{ route: [to("v1")], corsPolicy: { maxAge: "1h" } }]);
  const rule = destinationRule(["v1", "v2"]);
  const http = (intent: Intent, ...more: Manifest[]) =>
    carry(intent, ...(more.length > 0 ? more : [whole]), rule).manifests[0]?.spec?.["http"];

  test("A/B by cookie comes first, is replaced by name and taken away again", () => {
    const ab: Intent = {
      kind: "match",
      ...on,
      name: "testers",
      version: "v2",
      when: { cookie: { name: "user", value: "a.b" } },
    };
    const once = carry(ab, whole, rule);
    expect(once.manifests[0]?.spec?.["http"]).toEqual([
      {
        name: "testers",
        match: [{ headers: { cookie: { regex: "^(.*;\\s*)?user=a\\.b(;.*)?$" } } }],
        route: [{ destination: { host: HOST, subset: "v2" } }],
      },
      { route: [to("v1")], corsPolicy: { maxAge: "1h" } },
    ]);
    const after = written([whole, rule], once);
    expect(
      carry({ ...ab, when: { sourceLabels: { app: "web" } } }, ...after).manifests[0]?.spec?.["http"],
    ).toHaveLength(2);
    expect(carry({ ...ab, remove: true }, ...after).manifests).toEqual([whole]);
  });

  test("mirror, timeout, retries and faults: what isn't named stays", () => {
    expect(http({ kind: "mirror", ...on, to: { version: "v2", percent: 5 } })).toMatchObject([
      {
        corsPolicy: { maxAge: "1h" },
        mirrors: [{ destination: { host: HOST, subset: "v2" }, percentage: { value: 5 } }],
      },
    ]);
    const set: Intent = { kind: "resilience", ...on, timeout: "2s", retries: { attempts: 3, perTryTimeout: "1s" } };
    const settled = carry(set, whole, rule);
    expect(settled.manifests[0]?.spec?.["http"]).toMatchObject([
      { timeout: "2s", retries: { attempts: 3, perTryTimeout: "1s" } },
    ]);
    expect(settled.notes.join()).toContain(
      "up to 4 tries a call; the timeout of 2 s cuts them before all 4 s are used",
    );
    expect(
      carry({ kind: "resilience", ...on, timeout: null, retries: null }, ...written([whole, rule], settled)).manifests,
    ).toEqual([whole]);
  });

  test("a fault carries its end, and takes it along when it goes", () => {
    const until = "2030-01-01T00:00:00Z";
    const set: Intent = { kind: "fault", ...on, abort: { percent: 0.5, httpStatus: 503 }, until };
    const done = carry(set, whole, rule);
    expect(done.manifests[0]?.metadata.annotations).toEqual({ "meshscope.dev/fault-until": until });
    const after = written([whole, rule], done);
    expect(routing(REVIEWS, worldOf(after)).rules[0]?.fault).toEqual({
      delay: null,
      abort: { percent: 0.5, status: "503" },
      until,
    });
    expect(carry({ kind: "fault", ...on, abort: null }, ...after).manifests).toEqual([whole]);
    expect(why({ kind: "fault", ...on, abort: { percent: 1 } })).toContain("abort: give either");
  });
});

describe("destinations, security, membership", () => {
  test("a pool of one version leaves the rest; null takes it away", () => {
    const rule = destinationRule(["v1", "v2"], { trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } });
    const done = carry(
      { kind: "destination", ...on, version: "v2", connectionPool: { maxConnections: 7, maxRetries: 1 } },
      rule,
    );
    expect(done.manifests[0]?.spec).toMatchObject({
      trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
      subsets: [
        { name: "v1" },
        { name: "v2", trafficPolicy: { connectionPool: { tcp: { maxConnections: 7 }, http: { maxRetries: 1 } } } },
      ],
    });
    expect(
      carry({ kind: "destination", ...on, version: "v2", connectionPool: null }, ...written([rule], done)).manifests,
    ).toEqual([rule]);
  });

  test("mTLS: created as default, edited in place, gone when it says nothing", () => {
    const strict: Intent = {
      kind: "mtls",
      cluster: "west",
      scope: { level: "namespace", namespace: "shop" },
      mode: "STRICT",
    };
    const done = carry(strict);
    expect(done.manifests).toEqual([made("PeerAuthentication", "default", { mtls: { mode: "STRICT" } })]);
    expect(carry({ ...strict, mode: "UNSET" }, ...done.manifests).deletions).toMatchObject([{ name: "default" }]);
    expect(carry({ ...strict, mode: "UNSET" }).deletions).toEqual([]);
    expect(why({ ...strict, ports: { "80": "DISABLE" } })).toContain("ports");
    const one: Intent = {
      kind: "mtls",
      cluster: "west",
      scope: { level: "workload", namespace: "shop", labels: { app: "reviews" } },
      ports: { "8080": "DISABLE" },
    };
    expect(carry(one).manifests[0]?.spec).toEqual({
      selector: { matchLabels: { app: "reviews" } },
      portLevelMtls: { "8080": { mode: "DISABLE" } },
    });
  });

  test("injection takes contradicting labels away", () => {
    const before: Manifest = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "shop", labels: { "istio-injection": "enabled", team: "a" } },
    };
    const done = carry({ kind: "injection", cluster: "west", namespace: "shop", mode: { type: "ambient" } }, before);
    expect(done.manifests[0]?.metadata.labels).toEqual({ team: "a", "istio.io/dataplane-mode": "ambient" });
  });

  test("removing routing keeps other hosts' rules, and the DestinationRule", () => {
    const both = made("VirtualService", "both", {
      hosts: ["shop.example", "reviews"],
      gateways: ["web", "mesh"],
      http: [{ route: [to("v1")] }],
    });
    const done = carry({ kind: "remove-routing", ...on }, both, destinationRule(["v1"]));
    expect(done.manifests).toMatchObject([{ spec: { hosts: ["shop.example"] } }]);
    const alone = carry(
      { kind: "remove-routing", ...on },
      virtualService([{ route: [to("v1")] }]),
      destinationRule(["v1"]),
    );
    expect([alone.manifests, alone.deletions.map(({ kind }) => kind)]).toEqual([[], ["VirtualService"]]);
    expect(alone.notes.join()).toContain("DestinationRule shop/reviews stays");
  });

  test("what gateways route by the same object stays", () => {
    const own = virtualService([{ route: [to("v1")] }]);
    const gateways = ["mesh", "istio-system/ingress"];
    const shared = { ...own, spec: { ...own.spec, gateways } };
    const done = carry({ kind: "remove-routing", ...on }, shared, destinationRule(["v1"]));
    expect([done.manifests.map(({ spec }) => spec?.["gateways"]), done.deletions]).toEqual([
      [["istio-system/ingress"]],
      [],
    ]);
    expect(done.notes.join()).toContain("stays for gateways istio-system/ingress");
    const hosts = [...((own.spec?.["hosts"] ?? []) as string[]), "shop.example"];
    const both = carry({ kind: "remove-routing", ...on }, { ...shared, spec: { ...shared.spec, hosts } });
    expect(both.manifests).toMatchObject([{ spec: { hosts: ["shop.example"], gateways } }]);
    expect(both.notes.join()).toContain(
      "gateways istio-system/ingress don’t route the service’s own host by it any more",
    );
  });

  test("exportTo of what has it, refused for what hasn't", () => {
    const ref = {
      cluster: "west",
      group: "networking.istio.io",
      version: "v1",
      kind: "VirtualService",
      namespace: "shop",
      name: "reviews",
    };
    expect(kinds({ kind: "export", object: ref, exportTo: ["."] }, virtualService([]))).toEqual(["VirtualService"]);
    expect(why({ kind: "export", object: { ...ref, kind: "Gateway" }, exportTo: null })).toContain("object.kind");
  });
});
