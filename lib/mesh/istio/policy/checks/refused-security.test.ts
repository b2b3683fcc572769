import { describe, expect, test } from "vitest";
import { o } from "./cases.test-support.ts";
import { expectRefused, type Refused, refusalsOf } from "./refused.test-support.ts";

const allow = (spec: string) => o("AuthorizationPolicy", "shop/a", spec);
const from = (source: string) => allow(`rules: [{from: [{source: {${source}}}]}]`);
const paths = (list: string) => allow(`rules: [{to: [{operation: {paths: [${list}]}}]}]`);
const when = (condition: string) => allow(`rules: [{when: [{${condition}}]}]`);
const target = (spec: string) => allow(`targetRefs: [{${spec}}], rules: [{}]`);
const jwt = (spec: string) => o("RequestAuthentication", "shop/j", `jwtRules: [{issuer: a, ${spec}}]`);
const keys = (key: object) => jwt(`jwks: '${JSON.stringify({ keys: [key] })}'`);
const telemetry = (spec: string) => o("Telemetry", "shop/t", spec);
const filter = (spec: string) => telemetry(`accessLogging: [{disabled: true}, {filter: {${spec}}}]`);
const logged = "spec.accessLogging[1].filter";
const tag = (spec: string) => telemetry(`tracing: [{customTags: {a: {${spec}}}}]`);
const annotated = (policy: ReturnType<typeof o>) => (annotation: string) => ({
  ...policy,
  metadata: { ...policy.metadata, ...(annotation === "" ? {} : { annotations: noted(annotation) }) },
});
const noted = (text: string) => Object.fromEntries([text.split("=")]) as Readonly<Record<string, string>>;
const source = "spec.rules[0].from[0].source";
const path = "spec.rules[0].to[0].operation.paths[0]";
const condition = "spec.rules[0].when[0]";
const rule = "spec.jwtRules[0]";

const cases: readonly Refused[] = [
  [
    "a trial of another kind",
    annotated(o("PeerAuthentication", "shop/p", "mtls: {mode: STRICT}")),
    "istio.io/dry-run=true",
    "",
    'metadata.annotations["istio.io/dry-run"]',
  ],
  [
    "a trial of AUDIT",
    annotated(allow("action: AUDIT, rules: [{}]")),
    "istio.io/dry-run=true",
    "",
    'metadata.annotations["istio.io/dry-run"]',
  ],
  [
    "a trial that is neither on nor off",
    annotated(allow("rules: [{}]")),
    "istio.io/dry-run=yes",
    "istio.io/dry-run=True",
    'metadata.annotations["istio.io/dry-run"]',
  ],
  [
    "what istiod alone writes",
    annotated(o("Sidecar", "shop/s", "egress: [{hosts: ['./*']}]")),
    "internal.istio.io/parents=a",
    "",
    'metadata.annotations["internal.istio.io/parents"]',
  ],
  [
    "a wildcard of accounts",
    from,
    "serviceAccounts: ['shop/*']",
    "serviceAccounts: [shop/a, b]",
    `${source}.serviceAccounts[0]`,
  ],
  [
    "an account without a name",
    from,
    "notServiceAccounts: [shop/]",
    "notServiceAccounts: [shop/a]",
    `${source}.notServiceAccounts[0]`,
  ],
  [
    "more accounts than are taken",
    from,
    `serviceAccounts: [${"a, ".repeat(17)}]`,
    `serviceAccounts: [${"a, ".repeat(16)}]`,
    `${source}.serviceAccounts`,
  ],
  ["a trust domain's slash", from, "trustDomains: [a/b]", "trustDomains: ['*.b']", `${source}.trustDomains[0]`],
  [
    "two wildcards of a trust domain",
    from,
    "notTrustDomains: ['*a*']",
    "notTrustDomains: ['a*']",
    `${source}.notTrustDomains[0]`,
  ],
  ["an operator behind all", paths, "'/{**}/{*}'", "'/{*}/a/{**}'", path],
  ["an operator within a part", paths, "'/a{*}'", "'/a/{*}'", path],
  ["a wildcard beside an operator", paths, "'/{*}/a*'", "'/a*'", path],
  ["an empty part beside an operator", paths, "'/a//{*}'", "'//{*}/'", path],
  ["braces", paths, "'/{a}'", "'/a'", path],
  [
    "an attribute",
    when,
    "key: request.method, values: [GET]",
    "key: 'request.headers[a]', values: [b]",
    `${condition}.key`,
  ],
  [
    "a header without brackets",
    when,
    "key: request.headers, values: [a]",
    "key: 'request.auth.claims[a][b]', values: [c]",
    `${condition}.key`,
  ],
  [
    "labels of the workload",
    when,
    "key: 'destination.labels[a]', values: [b]",
    "key: connection.sni, values: [b]",
    `${condition}.key`,
  ],
  [
    "an empty value",
    when,
    "key: source.namespace, values: [a, '']",
    "key: source.namespace, values: [a]",
    `${condition}.values[1]`,
  ],
  [
    "an address of a condition",
    when,
    "key: source.ip, notValues: [a]",
    "key: remote.ip, values: ['::1']",
    `${condition}.notValues[0]`,
  ],
  [
    "a port of a condition",
    when,
    "key: destination.port, values: ['65536']",
    "key: destination.port, values: ['65535']",
    `${condition}.values[0]`,
  ],
  [
    "a policy's selector",
    (value) => allow(`selector: {matchLabels: {app: '${value}'}}`),
    "a*",
    "reviews",
    "spec.selector.matchLabels.app",
  ],
  [
    "a target without a name",
    target,
    "group: gateway.networking.k8s.io, kind: Gateway",
    "group: gateway.networking.k8s.io, kind: Gateway, name: g",
    "spec.targetRefs[0]",
  ],
  [
    "a target of another namespace",
    target,
    "kind: Service, name: a, namespace: edge",
    "kind: Service, name: a",
    "spec.targetRefs[0].namespace",
  ],
  [
    "a target of another kind",
    target,
    "kind: constructor, name: a",
    "group: networking.istio.io, kind: ServiceEntry, name: a",
    "spec.targetRefs[0]",
  ],
  ["keys by another scheme", jwt, "jwksUri: 'ftp://a'", "jwksUri: 'HTTPS://a/b?c=%zz'", `${rule}.jwksUri`],
  [
    "keys of a host that can't be",
    jwt,
    "jwksUri: 'https://{tenant}.example/'",
    "jwksUri: 'https://<tenant>.example/'",
    `${rule}.jwksUri`,
  ],
  ["keys at no port", jwt, "jwksUri: 'https://a:b/c'", "jwksUri: 'https://[::1]:8443/c'", `${rule}.jwksUri`],
  [
    "a key of no type",
    (key) => keys(JSON.parse(key) as object),
    '{"kty":"XX"}',
    '{"kty":"RSA","n":"AQAB","e":"AQAB"}',
    `${rule}.jwks`,
  ],
  [
    "a key without its curve",
    (key) => keys(JSON.parse(key) as object),
    '{"kty":"EC","x":"AQAB","y":"AQAB"}',
    '{"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"}',
    `${rule}.jwks`,
  ],
  ["a parameter without a name", jwt, "fromParams: ['']", "fromParams: [a]", `${rule}.fromParams[0]`],
  ["a cookie of a token without a name", jwt, "fromCookies: ['']", "fromCookies: [a]", `${rule}.fromCookies[0]`],
  [
    "a header of a claim",
    jwt,
    "outputClaimToHeaders: [{claim: a, header: 'b.c'}]",
    "outputClaimToHeaders: [{claim: a, header: b_c}]",
    `${rule}.outputClaimToHeaders[0].header`,
  ],
  ["a time for keys", jwt, "timeout: 0s", "timeout: 5s", `${rule}.timeout`],
  [
    "a provider among others without a name",
    telemetry,
    "metrics: [{providers: [{name: a}, {}]}]",
    "metrics: [{providers: [{name: a}]}]",
    "spec.metrics[0].providers[1]",
  ],
  ["a tag of nothing", tag, "literal: {}", "literal: {value: b}", "spec.tracing[0].customTags.a.literal"],
  ["a tag of no header", tag, "header: {defaultValue: b}", "header: {name: b}", "spec.tracing[0].customTags.a.header"],
  [
    "a tag of no variable",
    tag,
    "environment: {}",
    "environment: {name: b}",
    "spec.tracing[0].customTags.a.environment",
  ],
  [
    "a metric without a name",
    telemetry,
    "metrics: [{overrides: [{match: {customMetric: ''}}]}]",
    "metrics: [{overrides: [{match: {metric: REQUEST_COUNT}}]}]",
    "spec.metrics[0].overrides[0].match.customMetric",
  ],
  ["a filter of nothing", filter, "", "expression: 'true'", logged],
  ["a filter by an empty expression", filter, "expression: ''", "expression: a", logged],
  [
    "a filter that isn’t CEL",
    filter,
    "expression: response.code => 400",
    "expression: response.code >= 400",
    `${logged}.expression`,
  ],
  [
    "a filter that asks whether there is no field",
    filter,
    "expression: has(response)",
    "expression: has(response.code) // any",
    `${logged}.expression`,
  ],
];

describe("who may call and what is measured, as Istio refuses it", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));

  test("a label without a key is told where its labels stand", () => {
    expect(refusalsOf(allow("selector: {matchLabels: {'': a}}")).map(({ path: at }) => at)).toEqual([
      "spec.selector.matchLabels",
    ]);
  });

  test.each([
    ["response.code => 400", "At character 15 it isn’t CEL: “=” is no sign of CEL’s."],
    [
      "a &&\nhas(b) // c",
      "At line 2, character 5, it isn’t CEL: has() asks whether there is a field, such as has(request.host).",
    ],
    ["a ||", "At character 5 it isn’t CEL: It ends where a value is wanted."],
  ])("the place in a filter’s expression is told: %j", (expression, message) => {
    const policy = { ...telemetry(""), spec: { accessLogging: [{ filter: { expression } }] } };
    expect(refusalsOf(policy).map((each) => each.message)).toEqual([message]);
  });

  test("a filter that isn’t said, and one of null, are none", () => {
    expect(refusalsOf(telemetry("accessLogging: [{}, {filter: null}, {disabled: true}]"))).toEqual([]);
  });
});
