import { describe, expect, test } from "vitest";
import { canPlan, carryOut } from "#lib/policy/fix.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import { dr, findingsOf, gateway, o, shop, vs, worldOf } from "./cases.test-support.ts";
import { expectSound } from "./fixes.test-support.ts";

/** An object, a part of it that is odd, the same in order, and where the finding stands. */
type Odd = readonly [what: string, make: (part: string) => ReturnType<typeof o>, odd: string, even: string, at: string];

const route = "route: [{destination: {host: reviews}}]";
const http = (more: string) => vs(`hosts: [reviews], http: [{${route}${more}}]`);
const servers = (tls: string) =>
  gateway(
    `selector: {istio: ingressgateway}, servers: [{port: {number: 8080, name: p, protocol: TLS}, hosts: [a.example.com], tls: {${tls}}}]`,
  );
const egress = (hosts: string) => o("Sidecar", "shop/s", `egress: [{hosts: [${hosts}]}]`);
const ingress = (more: string) => o("Sidecar", "shop/s", `ingress: [{port: {number: 9080, protocol: TCP}, ${more}}]`);
const entry = (spec: string) => o("ServiceEntry", "shop/e", `${spec}, ports: [{number: 443, protocol: TLS}]`);
const filter = (patch: string) => o("EnvoyFilter", "shop/f", `configPatches: [{${patch}}]`);
const telemetry = (spec: string) => o("Telemetry", "shop/t", spec);
const keys = (jwk: object) =>
  o("RequestAuthentication", "shop/j", `jwtRules: [{issuer: a, jwks: '${JSON.stringify({ keys: [jwk] })}'}]`);
const named = (name: string) =>
  `applyTo: NETWORK_FILTER, match: {listener: {filterChain: {filter: {name: ${name}}}}}, patch: {operation: REMOVE}`;
const fails = "loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}";

const cases: readonly Odd[] = [
  [
    "an abort of no status",
    http,
    ", fault: {abort: {percentage: {value: 1}}}",
    ", fault: {abort: {httpStatus: 503}}",
    "spec.http[0].fault.abort",
  ],
  [
    "a large answer",
    (size) =>
      vs(`hosts: [reviews], http: [{directResponse: {status: 200, body: {string: ${"x".repeat(Number(size))}}}}]`),
    "102401",
    "102400",
    "spec.http[0].directResponse.body",
  ],
  [
    "an address as SNI",
    (host) => vs(`hosts: [reviews], tls: [{match: [{sniHosts: ['${host}']}], ${route}}]`),
    "10.0.0.1",
    "reviews",
    "spec.tls[0].match[0].sniHosts[0]",
  ],
  [
    "a host twice",
    (more) => entry(`hosts: [a.example.com${more}]`),
    ", a.example.com",
    ", b.example.com",
    "spec.hosts[1]",
  ],
  [
    "failover without outlier detection",
    (more) => dr(`host: reviews, trafficPolicy: {${fails}${more}}`),
    "",
    ", outlierDetection: {interval: 1s}",
    "spec.trafficPolicy.loadBalancer.localityLbSetting.failover",
  ],
  [
    "failover of a subset",
    (more) => dr(`host: reviews${more}, subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {${fails}}}]`),
    // What the host's policy says of it is the subset's too.
    "",
    ", trafficPolicy: {outlierDetection: {interval: 1s}}",
    "spec.subsets[0].trafficPolicy.loadBalancer.localityLbSetting.failover",
  ],
  [
    "failover of a port",
    (more) =>
      dr(
        `host: reviews, trafficPolicy: {outlierDetection: {interval: 1s}, portLevelSettings: [{port: {number: 9080}, ${fails}${more}}]}`,
      ),
    "",
    ", outlierDetection: {interval: 1s}",
    "spec.trafficPolicy.portLevelSettings[0].loadBalancer.localityLbSetting.failover",
  ],
  [
    "a redirect of TLS",
    servers,
    "mode: PASSTHROUGH, httpsRedirect: true",
    "mode: PASSTHROUGH",
    "spec.servers[0].tls.httpsRedirect",
  ],
  [
    "old TLS without ciphers",
    servers,
    "mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_0",
    "mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_2",
    "spec.servers[0].tls.minProtocolVersion",
  ],
  [
    "a cipher that Istio leaves out",
    (suites) => servers(`mode: SIMPLE, credentialName: c, cipherSuites: [${suites}]`),
    "AES128-SHA, RC4-SHA",
    "AES128-SHA, '!RC4-SHA'",
    "spec.servers[0].tls.cipherSuites[1]",
  ],
  [
    "a cipher twice",
    (suites) => servers(`mode: SIMPLE, credentialName: c, cipherSuites: [${suites}]`),
    "AES128-SHA, AES256-SHA, AES128-SHA",
    "AES128-SHA, AES256-SHA",
    "spec.servers[0].tls.cipherSuites[2]",
  ],
  [
    "certificates where the workload answers",
    servers,
    "mode: PASSTHROUGH, credentialName: c, caCertificates: d",
    "mode: SIMPLE, credentialName: c",
    "spec.servers[0].tls.caCertificates",
  ],
  [
    "a third certificate",
    (more) => servers(`mode: SIMPLE, tlsCertificates: [{privateKey: a}, {privateKey: b}${more}]`),
    ", {privateKey: c}",
    "",
    "spec.servers[0].tls.tlsCertificates[2]",
  ],
  [
    "an HTTP pool of a TCP port",
    ingress,
    "connectionPool: {http: {maxRetries: 1}}",
    "connectionPool: {tcp: {}}",
    "spec.ingress[0].connectionPool.http",
  ],
  [
    "TLS of a Sidecar",
    (tls) => ingress(`tls: {mode: SIMPLE, ${tls}}`),
    "cipherSuites: [NONE]",
    "cipherSuites: [ALL]",
    "spec.ingress[0].tls.cipherSuites[0]",
  ],
  ["an egress host twice", egress, "./*, shop/*", "./*, edge/*", "spec.egress[0].hosts[1]"],
  [
    "an egress host within another",
    egress,
    "shop/reviews.shop.svc.cluster.local, ./*",
    "shop/reviews.shop.svc.cluster.local, edge/*",
    "spec.egress[0].hosts[0]",
  ],
  ["an egress host beside all", egress, "'*/*', edge/*", "edge/*, '~/*', '~/*'", "spec.egress[0].hosts[1]"],
  ["a wildcard in a part", entry, "hosts: [a*.example.com]", "hosts: ['*.example.com']", "spec.hosts[0]"],
  [
    "workloads that resolution NONE leaves aside",
    (resolution) =>
      entry(`hosts: [a.example.com], workloadSelector: {labels: {app: reviews}}, resolution: ${resolution}`),
    "NONE",
    "STATIC",
    "spec.resolution",
  ],
  [
    "an address of two names",
    (more) =>
      o(
        "ServiceEntry",
        "shop/e",
        `hosts: [a.example.com${more}], addresses: [10.0.0.1], resolution: DNS, ports: [{number: 443, name: a, protocol: TLS}]`,
      ),
    ", b.example.com",
    "",
    "spec.hosts",
  ],
  [
    "a filter by its name alone",
    (more) => filter(`applyTo: HTTP_FILTER, patch: {operation: INSERT_FIRST, value: {name: a${more}}}`),
    "",
    ", typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua}",
    "spec.configPatches[0].patch.value",
  ],
  [
    "no address",
    (more) => o("WorkloadEntry", "shop/w", `network: n${more}`),
    "",
    ", address: 10.0.0.1",
    "spec.network",
  ],
  ["two entries of tracing", telemetry, "tracing: [{}, {}]", "tracing: [{}]", "spec.tracing[1]"],
  [
    "two providers of tracing",
    telemetry,
    "tracing: [{providers: [{name: a}, {name: b}]}]",
    "tracing: [{providers: [{name: a}]}]",
    "spec.tracing[0].providers[1]",
  ],
  [
    "a tag without a name",
    telemetry,
    "metrics: [{overrides: [{tagOverrides: {'': {value: a}}}]}]",
    "metrics: [{overrides: [{tagOverrides: {a: {value: a}}}]}]",
    "spec.metrics[0].overrides[0].tagOverrides",
  ],
  [
    "a long expression of versions",
    (length) =>
      filter(
        `applyTo: CLUSTER, match: {proxy: {proxyVersion: ${"x".repeat(Number(length))}}}, patch: {operation: REMOVE}`,
      ),
    "1025",
    "1024",
    "spec.configPatches[0].match.proxy.proxyVersion",
  ],
  [
    "a filter where a chain is patched",
    (applyTo) => filter(named("x").replace("NETWORK_FILTER", applyTo)),
    "FILTER_CHAIN",
    "NETWORK_FILTER",
    "spec.configPatches[0].match.listener.filterChain.filter",
  ],
  [
    "an old name of a filter",
    (name) => filter(named(name)),
    "envoy.tcp_proxy",
    "envoy.filters.network.tcp_proxy",
    "spec.configPatches[0].match.listener.filterChain.filter.name",
  ],
  [
    "an old name that was of two filters",
    (name) => filter(named(name)),
    "envoy.ext_authz",
    "envoy.filters.network.ext_authz",
    "spec.configPatches[0].match.listener.filterChain.filter.name",
  ],
  [
    "a key that signs",
    (key) => keys(key === "" ? { kty: "RSA", n: "a" } : { kty: "RSA", n: "a", d: "b" }),
    "d",
    "",
    "spec.jwtRules[0].jwks",
  ],
  [
    "callers that aren't listed",
    (from) => o("AuthorizationPolicy", "shop/a", `rules: [{${from}to: [{operation: {methods: [GET]}}]}]`),
    "from: [], ",
    "",
    "spec.rules[0].from",
  ],
  [
    "operations that aren't listed",
    (to) => o("AuthorizationPolicy", "shop/a", `action: DENY, rules: [{from: [{source: {namespaces: [shop]}}]${to}}]`),
    ", to: []",
    "",
    "spec.rules[0].to",
  ],
  [
    "a selector without labels",
    (labels) => o("PeerAuthentication", "shop/p", `selector: {matchLabels: {${labels}}}, mtls: {mode: STRICT}`),
    "",
    "app: reviews",
    "spec.selector",
  ],
  [
    "a Sidecar's selector without labels",
    (labels) => o("Sidecar", "shop/s", `workloadSelector: {${labels}}, egress: [{hosts: ['./*']}]`),
    "",
    "labels: {app: reviews}",
    "spec.workloadSelector",
  ],
  [
    "a ServiceEntry's selector without labels",
    (labels) => entry(`hosts: [a.example.com], resolution: STATIC, workloadSelector: {${labels}}`),
    "",
    "labels: {app: reviews}",
    "spec.workloadSelector",
  ],
  [
    "a DestinationRule's selector without labels",
    (labels) => dr(`host: reviews, workloadSelector: {${labels}}`),
    "",
    "matchLabels: {app: reviews}",
    "spec.workloadSelector",
  ],
];

describe("values that are taken and likely not meant", () => {
  const found = (object: ReturnType<typeof o>) =>
    findingsOf([...shop, object]).filter(
      ({ code, object: at }) => code === "value-odd" && refKey(at) === refKey(refOf("files", object)),
    );

  test.each(cases)("%s", (_, make, odd, even, at) => {
    const object = make(odd);
    const findings = found(object);
    expect(findings.map(({ path }) => path)).toEqual([at]);
    expect(found(make(even))).toEqual([]);
    // Where the fix is a plan, carrying it out leaves nothing to report.
    for (const { fix } of findings.filter((each) => canPlan(each.fix))) {
      const { manifests } = carryOut(fix, object);
      expect(manifests.flatMap(found)).toEqual([]);
    }
    expectSound([...shop, object], worldOf);
  });

  test.each([
    [entry("hosts: [a.example.com], resolution: STATIC, workloadSelector: {}"), "every workload of the namespace"],
    [dr("host: reviews, workloadSelector: {}"), "clients of its own namespace alone"],
  ])("what a selector without labels does in %j isn't what it does without one", (object, says) => {
    const [one] = found(object);
    expect(one?.message).toContain(says);
    expect(one && canPlan(one.fix)).toBe(false);
  });

  test.each([
    [dr(`host: reviews, trafficPolicy: {${fails}}`), "Add outlierDetection, with limits that suit the host."],
    [
      entry("hosts: [a.example.com], workloadSelector: {labels: {app: reviews}}, resolution: NONE"),
      "Take STATIC where calls are to go to the selected workloads, or take the selector away.",
    ],
    [
      telemetry("tracing: [{}, {randomSamplingPercentage: 1}]"),
      "Say it in one entry, unless they are for CLIENT and for SERVER.",
    ],
    [o("AuthorizationPolicy", "shop/a", "rules: [{from: []}]"), "List what is meant, or take it away where all are."],
  ])("what is meant by %j is for somebody to say", (object, text) => {
    expect(found(object).map(({ fix }) => [fix.text, canPlan(fix)])).toEqual([[text, false]]);
  });

  test("what isn't of the form that is looked for is left alone", () => {
    const texts = ["jwks: 'not json'", "jwks: '[1]'", "jwks: 'null'", "jwks: '{\"keys\": 7}'", "jwks: 7", "{}"];
    for (const text of texts) {
      const rules = text === "{}" ? "[7, null]" : `[{issuer: a, ${text}}]`;
      expect(found(o("RequestAuthentication", "shop/j", `jwtRules: ${rules}`))).toEqual([]);
    }
    expect(found(egress("'', reviews, '/'"))).toEqual([]);
    expect(found(filter("applyTo: HTTP_FILTER, match: {context: WAYPOINT, listener: 7}"))).toEqual([]);
    // What isn't matched by a listener has no filter to be matched by.
    expect(found(filter(named("envoy.tcp_proxy").replace("NETWORK_FILTER", "BOOTSTRAP")))).toEqual([]);
  });
});

describe("fields and kinds that are deprecated", () => {
  const found = (object: ReturnType<typeof o>) =>
    findingsOf([...shop, object]).filter(({ code }) => code === "field-deprecated" || code === "kind-removed");

  test.each([
    [http(", mirror: {host: reviews}, mirrorPercent: 10"), "spec.http[0].mirrorPercent"],
    [http(", fault: {delay: {fixedDelay: 1s, percent: 10}}"), "spec.http[0].fault.delay.percent"],
    [
      dr("host: reviews, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, minimumRingSize: 9}}}"),
      "spec.trafficPolicy.loadBalancer.consistentHash.minimumRingSize",
    ],
  ])("%# is told where it stands, and its fix leaves nothing to tell", (object, at) => {
    const [one, ...more] = found(object);
    expect([one?.path, more]).toEqual([at, []]);
    if (one === undefined) return;
    expect(canPlan(one.fix)).toBe(true);
    expect(carryOut(one.fix, object).manifests.flatMap(found)).toEqual([]);
  });

  test.each([
    [
      "trafficPolicy: {outlierDetection: {consecutiveErrors: 3}}",
      "spec.trafficPolicy.outlierDetection.consecutiveErrors",
    ],
    [
      "subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {outlierDetection: {consecutiveErrors: 3}}}]",
      "spec.subsets[0].trafficPolicy.outlierDetection.consecutiveErrors",
    ],
  ])("a number that istiod doesn't read isn't put into force: %s", (spec, at) => {
    const [one, ...more] = found(dr(`host: reviews, ${spec}`));
    expect([one?.path, more]).toEqual([at, []]);
    expect(one?.message).toContain("istiod no longer reads it");
    expect(one && canPlan(one.fix)).toBe(false);
  });

  test("an egress proxy is in effect, though the documentation doesn't name it", () => {
    const spec = "outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: reviews}}";
    expect(found(o("Sidecar", "shop/s", spec))).toEqual([]);
  });

  test("a ring's size moves to where it belongs", () => {
    const [one] = found(dr("host: reviews, trafficPolicy: {loadBalancer: {consistentHash: {minimumRingSize: 9}}}"));
    const hash = "spec.trafficPolicy.loadBalancer.consistentHash";
    expect(one?.fix.edits).toEqual([
      { path: `${hash}.ringHash`, value: { minimumRingSize: 9 } },
      { path: `${hash}.minimumRingSize` },
    ]);
  });

  test("kinds that Istio no longer has are told by their definitions", () => {
    const crd = (name: string, group: string) => o("CustomResourceDefinition", name, `group: ${group}`);
    expect(found(crd("serviceroles.rbac.istio.io", "rbac.istio.io"))).toMatchObject([
      { code: "kind-removed", also: ["IST0002"], object: { name: "serviceroles.rbac.istio.io" } },
    ]);
    expect(found(crd("sidecars.networking.istio.io", "networking.istio.io"))).toEqual([]);
    expect(found(crd("serviceroles.example.com", "rbac.istio.io"))).toEqual([]);
  });
});
