import { describe, expect, test } from "vitest";
import { canPlan, carryOut } from "#lib/policy/fix.ts";
import { dr, findingsOf, gateway, o, shop, vs, worldOf } from "./cases.test-support.ts";
import { expectSound } from "./fixes.test-support.ts";

/** An object by a part of it, the part that is refused, one that isn't, and where the finding stands. */
type Refused = readonly [
  what: string,
  make: (part: string) => ReturnType<typeof o>,
  bad: string,
  good: string,
  at: string,
];

const route = "route: [{destination: {host: reviews}}]";
const http = (more: string) => vs(`hosts: [reviews], http: [{${route}${more}}]`);
const rule = (more: string) => vs(`hosts: [reviews], http: [{${more}}]`);
const hosts = (list: string) => vs(`hosts: [${list}], http: [{${route}}]`);
const policy = (spec: string) => dr(`host: reviews, trafficPolicy: {${spec}}`);
const port = (spec: string) => policy(`portLevelSettings: [{${spec}}]`);
const entry = (spec: string) => o("ServiceEntry", "shop/e", spec);
const one = (list: string) => gateway(`selector: {istio: ingressgateway}, servers: [${list}]`);
const tls = (more: string, protocol = "HTTPS") =>
  one(`{port: {number: 8080, name: a, protocol: ${protocol}}, hosts: [a.example.com]${more}}`);
const allow = (spec: string) => o("AuthorizationPolicy", "shop/a", spec);
const custom = (rules: string) => allow(`action: CUSTOM, provider: {name: p}, rules: [{${rules}}]`);
const from = (source: string) => allow(`rules: [{from: [{source: {${source}}}]}]`);
const peer = (spec: string) => o("PeerAuthentication", "shop/p", spec);
const jwt = (spec: string) => o("RequestAuthentication", "shop/j", `jwtRules: [{${spec}}]`);
const telemetry = (spec: string) => o("Telemetry", "shop/t", spec);
const sidecar = (spec: string) => o("Sidecar", "shop/s", spec);
const ports = "ports: [{number: 443, name: tls, protocol: TLS}]";

const cases: readonly Refused[] = [
  ["a redirect beside a route", http, ", redirect: {uri: /}", "", "spec.http[0].route"],
  [
    "a fault beside an answer",
    rule,
    "directResponse: {status: 200}, fault: {abort: {httpStatus: 500}}",
    "directResponse: {status: 200}, route: []",
    "spec.http[0].fault",
  ],
  ["a route beside a delegate", http, ", delegate: {name: d}", "", "spec.http[0].route"],
  [
    "both kinds of mirrors",
    http,
    ", mirror: {host: reviews}, mirrors: [{destination: {host: reviews}}]",
    ", mirrors: [{destination: {host: reviews}}]",
    "spec.http[0].mirror",
  ],
  ["a fault of nothing", http, ", fault: {}", ", fault: {abort: {httpStatus: 500}}", "spec.http[0].fault"],
  [
    "more than all calls",
    http,
    ", fault: {abort: {httpStatus: 500, percentage: {value: 101}}}",
    ", fault: {abort: {httpStatus: 500, percentage: {value: 100}}}",
    "spec.http[0].fault.abort.percentage.value",
  ],
  [
    "a status of no HTTP",
    http,
    ", fault: {abort: {httpStatus: 99}}",
    ", fault: {abort: {httpStatus: 418}}",
    "spec.http[0].fault.abort.httpStatus",
  ],
  [
    "a status of no gRPC",
    http,
    ", fault: {abort: {grpcStatus: BROKEN}}",
    ", fault: {abort: {grpcStatus: UNAVAILABLE}}",
    "spec.http[0].fault.abort.grpcStatus",
  ],
  [
    "a delay that isn't supported",
    http,
    ", fault: {delay: {exponentialDelay: 1s}}",
    ", fault: {delay: {fixedDelay: 1s}}",
    "spec.http[0].fault.delay.exponentialDelay",
  ],
  [
    "retries without attempts",
    http,
    ", retries: {perTryTimeout: 1s}",
    ", retries: {attempts: 0}",
    "spec.http[0].retries.perTryTimeout",
  ],
  [
    "an unknown condition of retries",
    http,
    ", retries: {attempts: 2, retryOn: 'sometimes,5xx'}",
    ", retries: {attempts: 2, retryOn: '5xx,503,reset'}",
    "spec.http[0].retries.retryOn",
  ],
  ["a redirect to nowhere", rule, "redirect: {}", "redirect: {derivePort: FROM_REQUEST_PORT}", "spec.http[0].redirect"],
  [
    "a redirect two ways",
    rule,
    "redirect: {uri: /, prefixRewrite: /}",
    "redirect: {uri: /}",
    "spec.http[0].redirect.prefixRewrite",
  ],
  [
    "a redirect's status",
    rule,
    "redirect: {uri: /, redirectCode: 200}",
    "redirect: {uri: /, redirectCode: 308}",
    "spec.http[0].redirect.redirectCode",
  ],
  ["a redirect's scheme", rule, "redirect: {scheme: ftp}", "redirect: {scheme: https}", "spec.http[0].redirect.scheme"],
  [
    "an answer without a status",
    rule,
    "directResponse: {}",
    "directResponse: {status: 503}",
    "spec.http[0].directResponse.status",
  ],
  [
    "a mirror of more than all",
    http,
    ", mirror: {host: reviews}, mirrorPercentage: {value: 200}",
    ", mirror: {host: reviews}, mirrorPercentage: {value: 1}",
    "spec.http[0].mirrorPercentage.value",
  ],
  [
    "hosts that take in each other",
    hosts,
    "a.example.com, '*.example.com'",
    "a.example.com, '*.example.org'",
    "spec.hosts[1]",
  ],
  [
    "hosts that another takes in",
    hosts,
    "a.example.com, b.example.com, '*.example.com', a.example.com",
    "'*.example.com'",
    "spec.hosts[2]",
  ],
  ["all hosts on the mesh", hosts, "'*'", "'*.example.com'", "spec.hosts[0]"],
  [
    "a delegate with gateways",
    (gateways) => vs(`${gateways}http: [{${route}}]`),
    "gateways: [edge/public], ",
    "",
    "spec.gateways",
  ],
  ["exportTo twice", (list) => dr(`host: reviews, exportTo: [${list}]`), "., shop", "., edge", "spec.exportTo[1]"],
  ["exportTo to all and some", (list) => dr(`host: reviews, exportTo: [${list}]`), "'*', edge", "'*'", "spec.exportTo"],
  [
    "two subsets of a name",
    (name) => dr(`host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: ${name}, labels: {version: v2}}]`),
    "v1",
    "v2",
    "spec.subsets[1].name",
  ],
  [
    "a subset's name",
    (name) => dr(`host: reviews, subsets: [{name: ${name}, labels: {version: v1}}]`),
    "V_1",
    "Canary-V1",
    "spec.subsets[0].name",
  ],
  [
    "local failures that aren't counted apart",
    policy,
    "outlierDetection: {consecutiveLocalOriginFailures: 3}",
    "outlierDetection: {consecutiveLocalOriginFailures: 3, splitExternalLocalOriginErrors: true}",
    "spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures",
  ],
  [
    "ejecting more than all",
    policy,
    "outlierDetection: {maxEjectionPercent: 101}",
    "outlierDetection: {maxEjectionPercent: 100}",
    "spec.trafficPolicy.outlierDetection.maxEjectionPercent",
  ],
  ["a pool of nothing", policy, "connectionPool: {}", "connectionPool: {tcp: {}}", "spec.trafficPolicy.connectionPool"],
  [
    "settings of no port",
    port,
    "tls: {mode: DISABLE}",
    "port: {number: 80}, tls: {mode: DISABLE}",
    "spec.trafficPolicy.portLevelSettings[0]",
  ],
  [
    "no settings of a port",
    port,
    "port: {number: 80}",
    "port: {number: 80}, loadBalancer: {simple: RANDOM}",
    "spec.trafficPolicy.portLevelSettings[0]",
  ],
  [
    "a cookie without a name",
    policy,
    "loadBalancer: {consistentHash: {httpCookie: {ttl: 0s}}}",
    "loadBalancer: {consistentHash: {httpCookie: {name: a}}}",
    "spec.trafficPolicy.loadBalancer.consistentHash.httpCookie",
  ],
  [
    "two kinds of localities",
    policy,
    "loadBalancer: {localityLbSetting: {}, zoneAwareLbSetting: {}}",
    "loadBalancer: {localityLbSetting: {}}",
    "spec.trafficPolicy.loadBalancer",
  ],
  [
    "a warmup without time",
    policy,
    "loadBalancer: {warmup: {aggression: 1}}",
    "loadBalancer: {warmup: {duration: 1s}}",
    "spec.trafficPolicy.loadBalancer.warmup",
  ],
  [
    "weights of localities",
    policy,
    "loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 60, b: 60}}]}}",
    "loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 60, b: 40}}]}}",
    "spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to",
  ],
  [
    "endpoints beside a selector",
    entry,
    `hosts: [a.example.com], ${ports}, resolution: STATIC, workloadSelector: {labels: {app: reviews}}, endpoints: [{address: 10.0.0.1}]`,
    `hosts: [a.example.com], ${ports}, resolution: STATIC, endpoints: [{address: 10.0.0.1}]`,
    "spec.endpoints",
  ],
  ["an entry of all hosts", entry, `hosts: ['*'], ${ports}`, `hosts: ['*.example.com'], ${ports}`, "spec.hosts[0]"],
  [
    "a range that DNS finds",
    (addresses) => entry(`hosts: [a.example.com], ${ports}, resolution: DNS, addresses: [${addresses}]`),
    "10.0.0.0/8",
    "10.0.0.1",
    "spec.addresses[0]",
  ],
  [
    "endpoints that nobody asks",
    (resolution) => entry(`hosts: [a.example.com], ${ports}, endpoints: [{address: 10.0.0.1}]${resolution}`),
    "",
    ", resolution: STATIC",
    "spec.endpoints",
  ],
  [
    "several endpoints by turns of DNS",
    (resolution) =>
      entry(
        `hosts: [a.example.com], ${ports}, resolution: ${resolution}, endpoints: [{address: a.example.org}, {address: b.example.org}]`,
      ),
    "DNS_ROUND_ROBIN",
    "DNS",
    "spec.endpoints",
  ],
  [
    "hosts that TCP doesn't tell apart",
    (protocol) =>
      entry(
        `hosts: [a.example.com, b.example.com], resolution: DNS, ports: [{number: 9000, name: a, protocol: ${protocol}}]`,
      ),
    "TCP",
    "TLS",
    "spec.hosts",
  ],
  [
    "two ports of a name",
    (name) =>
      entry(
        `hosts: [a.example.com], ports: [{number: 443, name: tls, protocol: TLS}, {number: 444, name: ${name}, protocol: TLS}]`,
      ),
    "tls",
    "more",
    "spec.ports[1].name",
  ],
  [
    "a port's number",
    (number) => entry(`hosts: [a.example.com], ports: [{number: ${number}, name: tls, protocol: TLS}]`),
    "70000",
    "7000",
    "spec.ports[0].number",
  ],
  [
    "a server of no host",
    one,
    "{port: {number: 80, name: a, protocol: HTTP}}",
    "{port: {number: 80, name: a, protocol: HTTP}, hosts: [a.example.com]}",
    "spec.servers[0].hosts",
  ],
  [
    "two servers' ports of a name",
    (name) =>
      one(
        `{port: {number: 80, name: a, protocol: HTTP}, hosts: [a.example.com]}, {port: {number: 81, name: ${name}, protocol: HTTP}, hosts: [a.example.com]}`,
      ),
    "a",
    "b",
    "spec.servers[1].port.name",
  ],
  [
    "a port without a name",
    (name) => one(`{port: {number: 80${name}, protocol: HTTP}, hosts: [a.example.com]}`),
    "",
    ", name: a",
    "spec.servers[0].port",
  ],
  ["HTTPS that doesn't say how", tls, "", ", tls: {mode: PASSTHROUGH}", "spec.servers[0]"],
  [
    "TLS of plaintext",
    (mode) => tls(`, tls: {${mode}}`, "HTTP"),
    "mode: SIMPLE, credentialName: c",
    "httpsRedirect: true",
    "spec.servers[0].tls",
  ],
  ["TLS of a database", (mode) => tls(mode, "MYSQL"), ", tls: {mode: PASSTHROUGH}", "", "spec.servers[0].tls"],
  [
    "certificates beside Istio's own",
    (more) => tls(`, tls: {mode: ISTIO_MUTUAL${more}}`),
    ", credentialName: c",
    "",
    "spec.servers[0].tls.credentialName",
  ],
  [
    "several certificates beside Istio's own",
    (more) => tls(`, tls: {mode: ISTIO_MUTUAL${more}}`),
    ", serverCertificate: a, privateKey: b, caCertificates: c",
    "",
    "spec.servers[0].tls.serverCertificate",
  ],
  [
    "lists of certificates beside Istio's own",
    (more) => tls(`, tls: {mode: ISTIO_MUTUAL${more}}`),
    ", tlsCertificates: [{serverCertificate: a, privateKey: b}], credentialNames: [c]",
    ", tlsCertificates: [], credentialNames: []",
    "spec.servers[0].tls.tlsCertificates",
  ],
  [
    "a server without a certificate",
    (more) => tls(`, tls: {mode: SIMPLE${more}}`),
    "",
    ", serverCertificate: a, privateKey: b",
    "spec.servers[0].tls",
  ],
  [
    "clients that nobody verifies",
    (more) => tls(`, tls: {mode: MUTUAL, serverCertificate: a, privateKey: b${more}}`),
    "",
    ", caCertificates: c",
    "spec.servers[0].tls",
  ],
  [
    "a selector beside targets",
    (more) => allow(`targetRefs: [{kind: Gateway, name: g}], rules: [{}]${more}`),
    ", selector: {matchLabels: {app: a}}",
    "",
    "spec.targetRefs",
  ],
  ["a denial of nothing", allow, "action: DENY", "action: DENY, rules: [{}]", "spec"],
  ["a provider that nobody asks", allow, "rules: [{}], provider: {name: p}", "rules: [{}]", "spec.provider"],
  [
    "a provider without a name",
    (provider) => allow(`action: CUSTOM, rules: [{}]${provider}`),
    "",
    ", provider: {name: p}",
    "spec.provider",
  ],
  ["a caller that says nothing", from, "", "namespaces: [shop]", "spec.rules[0].from[0].source"],
  [
    "an operation that says nothing",
    (to) => allow(`rules: [{to: [{operation: {${to}}}]}]`),
    "methods: []",
    "methods: [GET]",
    "spec.rules[0].to[0].operation",
  ],
  ["an empty text", from, "namespaces: [shop, '']", "namespaces: [shop]", "spec.rules[0].from[0].source.namespaces[1]"],
  [
    "accounts beside namespaces",
    from,
    "serviceAccounts: [shop/a], namespaces: [shop]",
    "serviceAccounts: [shop/a]",
    "spec.rules[0].from[0].source.serviceAccounts",
  ],
  [
    "callers of a CUSTOM policy",
    custom,
    "from: [{source: {namespaces: [shop]}}]",
    "from: [{source: {ipBlocks: [10.0.0.0/8]}}]",
    "spec.rules[0].from[0].source.namespaces",
  ],
  [
    "claims of a CUSTOM policy",
    custom,
    "when: [{key: 'request.auth.claims[a]', values: [b]}]",
    "when: [{key: 'request.headers[a]', values: [b]}]",
    "spec.rules[0].when[0].key",
  ],
  [
    "an address",
    from,
    "ipBlocks: [10.0.0.256]",
    "ipBlocks: [10.0.0.255, 10.0.0.0/8, 'fd00::/8']",
    "spec.rules[0].from[0].source.ipBlocks[0]",
  ],
  ["a range", from, "ipBlocks: [10.0.0.0/33]", "ipBlocks: [10.0.0.0/32]", "spec.rules[0].from[0].source.ipBlocks[0]"],
  [
    "a port of an operation",
    (to) => allow(`rules: [{to: [{operation: {ports: ['${to}']}}]}]`),
    "http",
    "80",
    "spec.rules[0].to[0].operation.ports[0]",
  ],
  [
    "a condition without a key",
    (when) => allow(`rules: [{when: [{${when}}]}]`),
    "values: [a]",
    "key: 'request.headers[a]', values: [a]",
    "spec.rules[0].when[0].key",
  ],
  [
    "a condition without values",
    (when) => allow(`rules: [{when: [{${when}}]}]`),
    "key: 'request.headers[a]'",
    "key: 'request.headers[a]', notValues: [a]",
    "spec.rules[0].when[0]",
  ],
  [
    "ports of nobody",
    peer,
    "portLevelMtls: {'80': {mode: STRICT}}",
    "selector: {matchLabels: {app: reviews}}, portLevelMtls: {'80': {mode: STRICT}}",
    "spec.portLevelMtls",
  ],
  ["no ports", peer, "portLevelMtls: {}", "mtls: {mode: STRICT}", "spec.portLevelMtls"],
  ["no issuer", jwt, "audiences: [a]", "issuer: a", "spec.jwtRules[0]"],
  ["keys that are none", jwt, "issuer: a, jwks: none", "issuer: a, jwks: '{\"keys\": []}'", "spec.jwtRules[0].jwks"],
  [
    "an audience without a name",
    jwt,
    "issuer: a, audiences: ['']",
    "issuer: a, audiences: [b]",
    "spec.jwtRules[0].audiences[0]",
  ],
  [
    "a header without a name",
    jwt,
    "issuer: a, fromHeaders: [{prefix: a}]",
    "issuer: a, fromHeaders: [{name: a}]",
    "spec.jwtRules[0].fromHeaders[0]",
  ],
  [
    "a claim without a header",
    jwt,
    "issuer: a, outputClaimToHeaders: [{claim: a}]",
    "issuer: a, outputClaimToHeaders: [{claim: a, header: b}]",
    "spec.jwtRules[0].outputClaimToHeaders[0]",
  ],
  [
    "sampling more than all",
    telemetry,
    "tracing: [{randomSamplingPercentage: 101}]",
    "tracing: [{randomSamplingPercentage: 100}]",
    "spec.tracing[0].randomSamplingPercentage",
  ],
  [
    "a tag without a value",
    telemetry,
    "metrics: [{overrides: [{tagOverrides: {a: {}}}]}]",
    "metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE}}}]}]",
    "spec.metrics[0].overrides[0].tagOverrides.a",
  ],
  ["a Sidecar that says nothing", sidecar, "", "egress: [{hosts: ['./*']}]", "spec"],
  ["a listener of no host", sidecar, "egress: [{}]", "egress: [{hosts: ['./*']}]", "spec.egress[0].hosts"],
  [
    "a host without its namespace",
    sidecar,
    "egress: [{hosts: [reviews]}]",
    "egress: [{hosts: ['*/reviews.shop.svc.cluster.local']}]",
    "spec.egress[0].hosts[0]",
  ],
  [
    "a listener without a port",
    sidecar,
    "ingress: [{defaultEndpoint: '127.0.0.1:80'}]",
    "ingress: [{port: {number: 80, protocol: HTTP}}]",
    "spec.ingress[0]",
  ],
  [
    "a workload that is nowhere",
    (more) => o("WorkloadEntry", "shop/w", `labels: {app: a}${more}`),
    "",
    ", address: 10.0.0.1",
    "spec",
  ],
  [
    "a group of nothing",
    (more) => o("WorkloadGroup", "shop/g", `metadata: {labels: {app: a}}${more}`),
    "",
    ", template: {network: n}",
    "spec",
  ],
];

describe("values that Istio's webhook refuses", () => {
  const found = (object: ReturnType<typeof o>) =>
    findingsOf([...shop, object]).filter(({ code }) => code === "value-refused");

  test.each(cases)("%s", (_, make, bad, good, at) => {
    const object = make(bad);
    const findings = found(object);
    expect(findings.map(({ path }) => path)).toEqual([at]);
    expect(found(make(good)).map(({ path }) => path)).toEqual([]);
    for (const { fix } of findings.filter((each) => canPlan(each.fix))) {
      expect(carryOut(fix, object).manifests.flatMap(found)).toEqual([]);
    }
    expectSound([...shop, object], worldOf);
  });

  test("what is taken away leaves nothing that is refused, and takes no host from anybody", () => {
    const mended = (object: ReturnType<typeof o>) =>
      found(object).flatMap(({ fix }) => carryOut(fix, object).manifests.map(({ spec }) => spec));
    expect(mended(policy("connectionPool: {}"))).toEqual([{ host: "reviews" }]);
    expect(mended(port("port: {number: 80}"))).toEqual([{ host: "reviews" }]);
    expect(mended(http(", fault: {abort: {http2Error: a}}"))).toEqual([http("").spec]);
    expect(mended(hosts("a.example.com, b.example.com, '*.example.com'"))).toMatchObject([
      { hosts: ["*.example.com"] },
    ]);
    expect(mended(hosts("'*.example.com', a.example.com"))).toMatchObject([{ hosts: ["*.example.com"] }]);
    expect(mended(hosts("a.example.com, a.example.com"))).toMatchObject([{ hosts: ["a.example.com"] }]);
  });

  test.each([
    [http(", retries: {perTryTimeout: 1s}"), "Say attempts."],
    [
      entry(`hosts: [a.example.com], ${ports}, endpoints: [{address: a.example.org}]`),
      "Take STATIC for addresses or DNS for names, or take endpoints away.",
    ],
  ])("%# is for somebody to say", (object, text) => {
    expect(found(object).map(({ fix }) => [fix.text, canPlan(fix)])).toEqual([[text, false]]);
  });

  test("the mesh's default isn't what the object says of who sees it", () => {
    const mesh = o(
      "ConfigMap",
      "istio-system/istio",
      "",
      "data: {mesh: \"defaultVirtualServiceExportTo: ['~']\\ndefaultServiceExportTo: ['~']\\n\"}",
    );
    const silent = [http(""), entry(`hosts: [a.example.com], ${ports}`)];
    const refusals = findingsOf([...shop, mesh, ...silent]).filter(({ code }) => code === "value-refused");
    expect(refusals.map(({ path }) => path)).toEqual([]);
  });

  test("what isn't of the form that is looked for is left alone", () => {
    for (const spec of ["subsets: 7", "trafficPolicy: 7", "trafficPolicy: {outlierDetection: 7, loadBalancer: [7]}"])
      expect(found(dr(`host: reviews, ${spec}`))).toEqual([]);
    expect(found(allow("rules: [{from: [{source: {ipBlocks: [7, null]}}]}]"))).toHaveLength(1);
    expect(found(http(", fault: 7, retries: [7], mirrors: 7")).map(({ path }) => path)).toEqual(["spec.http[0].fault"]);
  });
});
