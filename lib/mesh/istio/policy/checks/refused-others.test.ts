import { describe, test } from "vitest";
import { gateway, o } from "./cases.test-support.ts";
import { expectRefused, type Refused } from "./refused.test-support.ts";

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
    (more) => allow(`targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], rules: [{}]${more}`),
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

describe("values of entries, gateways and policies that Istio refuses", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));
});
