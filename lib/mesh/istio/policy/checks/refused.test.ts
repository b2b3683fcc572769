import { describe, expect, test } from "vitest";
import { canPlan, carryOut } from "#lib/policy/fix.ts";
import { dr, findingsOf, o, shop, vs } from "./cases.test-support.ts";
import { expectRefused, type Refused, refusalsOf } from "./refused.test-support.ts";

const route = "route: [{destination: {host: reviews}}]";
const http = (more: string) => vs(`hosts: [reviews], http: [{${route}${more}}]`);
const rule = (more: string) => vs(`hosts: [reviews], http: [{${more}}]`);
const hosts = (list: string) => vs(`hosts: [${list}], http: [{${route}}]`);
const policy = (spec: string) => dr(`host: reviews, trafficPolicy: {${spec}}`);
const port = (spec: string) => policy(`portLevelSettings: [{${spec}}]`);
const entry = (spec: string) => o("ServiceEntry", "shop/e", spec);
const ports = "ports: [{number: 443, name: tls, protocol: TLS}]";
const allow = (spec: string) => o("AuthorizationPolicy", "shop/a", spec);

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
];

describe("values that Istio's webhook refuses", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));

  test("of 20,000 hosts too, each of which is looked up by its own ends", () => {
    const many = Array.from({ length: 20_000 }, (_, at) => `h${at}.example.com`);
    expect(refusalsOf(hosts(many.join(", ")))).toEqual([]);
    const [last] = refusalsOf(hosts([...many, "'*.example.com'"].join(", ")));
    expect(last?.path).toBe("spec.hosts[20000]");
  });

  test("what is taken away leaves nothing that is refused, and takes no host from anybody", () => {
    const mended = (object: ReturnType<typeof o>) =>
      refusalsOf(object).flatMap(({ fix }) => carryOut(fix, object).manifests.map(({ spec }) => spec));
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
    expect(refusalsOf(object).map(({ fix }) => [fix.text, canPlan(fix)])).toEqual([[text, false]]);
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
    for (const spec of ["subsets: 7", "trafficPolicy: {outlierDetection: 7, loadBalancer: [7]}"])
      expect(refusalsOf(dr(`host: reviews, ${spec}`))).toEqual([]);
    expect(refusalsOf(dr("host: reviews, trafficPolicy: 7")).map(({ path }) => path)).toEqual(["spec.trafficPolicy"]);
    expect(refusalsOf(allow("rules: [{from: [{source: {ipBlocks: [7, null]}}]}]"))).toHaveLength(1);
    expect(refusalsOf(http(", fault: 7, retries: [7], mirrors: 7")).map(({ path }) => path)).toEqual([
      "spec.http[0].fault",
    ]);
  });
});
