import { describe, expect, test } from "vitest";
import { dr } from "./cases.test-support.ts";
import { expectRefused, type Refused, refusalsOf } from "./refused.test-support.ts";

const policy = (spec: string) => dr(`host: reviews, trafficPolicy: {${spec}}`);
const at = (place: string) => `spec.trafficPolicy.${place}`;
const outlier = (spec: string) => policy(`outlierDetection: {${spec}}`);
const http = (spec: string) => policy(`connectionPool: {http: {${spec}}}`);
const tcp = (spec: string) => policy(`connectionPool: {tcp: {${spec}}}`);
const balancer = (spec: string) => policy(`loadBalancer: {${spec}}`);
const locality = (spec: string) => policy(`outlierDetection: {}, loadBalancer: {localityLbSetting: {${spec}}}`);
const zones = (spec: string) => policy(`outlierDetection: {}, loadBalancer: {zoneAwareLbSetting: {${spec}}}`);
const tls = (spec: string) => policy(`tls: {${spec}}`);
const lb = (place: string) => at(`loadBalancer.${place}`);

const cases: readonly Refused[] = [
  ["a host", (host) => dr(`host: '${host}'`), "a..b", "*.example.com", "spec.host"],
  [
    "a label of a subset",
    (labels) => dr(`host: reviews, subsets: [{name: v1, labels: {${labels}}}]`),
    "version: 'v 1'",
    "version: v1",
    "spec.subsets[0].labels.version",
  ],
  ["a policy of nothing", (spec) => dr(`host: reviews${spec}`), ", trafficPolicy: {}", "", "spec.trafficPolicy"],
  [
    "a subset's policy of nothing",
    (spec) => dr(`host: reviews, subsets: [{name: v1, labels: {version: v1}${spec}}]`),
    ", trafficPolicy: {portLevelSettings: []}",
    "",
    "spec.subsets[0].trafficPolicy",
  ],
  [
    "a tunnel beside the proxy protocol",
    policy,
    "tunnel: {targetHost: a, targetPort: 80}, proxyProtocol: {version: V1}",
    "proxyProtocol: {version: V1}",
    at("tunnel"),
  ],
  [
    "a tunnel's protocol",
    policy,
    "tunnel: {protocol: PUT, targetHost: a, targetPort: 80}",
    "tunnel: {protocol: POST, targetHost: a, targetPort: 80}",
    at("tunnel.protocol"),
  ],
  [
    "a tunnel's end",
    policy,
    "tunnel: {targetHost: '*.a', targetPort: 80}",
    "tunnel: {targetHost: '::1', targetPort: 80}",
    at("tunnel.targetHost"),
  ],
  [
    "a tunnel's port",
    policy,
    "tunnel: {targetHost: a}",
    "tunnel: {targetHost: a, targetPort: 80}",
    at("tunnel.targetPort"),
  ],
  ["an interval of no time", outlier, "interval: 0s", "interval: 1s", at("outlierDetection.interval")],
  [
    "an ejection that is no duration",
    outlier,
    "baseEjectionTime: long",
    "baseEjectionTime: 30s",
    at("outlierDetection.baseEjectionTime"),
  ],
  [
    "fewer requests than none",
    http,
    "http2MaxRequests: -1",
    "http2MaxRequests: 0",
    at("connectionPool.http.http2MaxRequests"),
  ],
  [
    "fewer connections than none",
    tcp,
    "maxConnections: -1",
    "maxConnections: 0",
    at("connectionPool.tcp.maxConnections"),
  ],
  ["an idle time of none", http, "idleTimeout: 0s", "idleTimeout: 1h", at("connectionPool.http.idleTimeout")],
  ["an idle time of TCP", tcp, "idleTimeout: -1s", "idleTimeout: 0s", at("connectionPool.tcp.idleTimeout")],
  [
    "a connection's time",
    tcp,
    "connectTimeout: 100us",
    "connectTimeout: 100ms",
    at("connectionPool.tcp.connectTimeout"),
  ],
  [
    "a probe's time",
    tcp,
    "tcpKeepalive: {time: 0s}",
    "tcpKeepalive: {time: 7200s, interval: 75s}",
    at("connectionPool.tcp.tcpKeepalive.time"),
  ],
  [
    "two protocols to the server",
    http,
    "h2UpgradePolicy: UPGRADE, useClientProtocol: true",
    "h2UpgradePolicy: UPGRADE",
    at("connectionPool.http.useClientProtocol"),
  ],
  [
    "half a keepalive",
    http,
    "http2KeepAlive: {interval: 1s}",
    "http2KeepAlive: {interval: 1s, timeout: 1s}",
    at("connectionPool.http.http2KeepAlive"),
  ],
  [
    "an attribute of a cookie",
    balancer,
    "consistentHash: {httpCookie: {name: a, attributes: [{name: b}, {name: b}]}}",
    "consistentHash: {httpCookie: {name: a, attributes: [{name: b}]}}",
    lb("consistentHash.httpCookie.attributes[1].name"),
  ],
  [
    "an attribute without a name",
    balancer,
    "consistentHash: {httpCookie: {name: a, attributes: [{value: b}]}}",
    "consistentHash: {httpCookie: {name: a}}",
    lb("consistentHash.httpCookie.attributes[0]"),
  ],
  [
    "a ring's size beside a table",
    balancer,
    "consistentHash: {useSourceIp: true, minimumRingSize: 9, maglev: {tableSize: 7}}",
    "consistentHash: {useSourceIp: true, maglev: {tableSize: 65537}}",
    lb("consistentHash.minimumRingSize"),
  ],
  [
    "a table's size",
    balancer,
    "consistentHash: {useSourceIp: true, maglev: {tableSize: 9}}",
    "consistentHash: {useSourceIp: true, maglev: {tableSize: 7}}",
    lb("consistentHash.maglev.tableSize"),
  ],
  [
    "distribution beside failover",
    locality,
    "distribute: [{from: a, to: {a: 100}}], failover: [{from: a, to: b}]",
    "failover: [{from: a, to: b}]",
    lb("localityLbSetting.failover"),
  ],
  [
    "the topology beside failover",
    locality,
    "failover: [{from: a, to: b}], failoverPriority: [topology.kubernetes.io/zone]",
    "failover: [{from: a, to: b}], failoverPriority: [rack]",
    lb("localityLbSetting.failoverPriority[0]"),
  ],
  [
    "a locality's weight",
    locality,
    "distribute: [{from: a, to: {a: 0, b: 100}}]",
    "distribute: [{from: a, to: {a: 1, b: 99}}]",
    lb("localityLbSetting.distribute[0].to.a"),
  ],
  [
    "localities within another",
    locality,
    "distribute: [{from: a, to: {b: 100}}, {from: a/b, to: {b: 100}}]",
    "distribute: [{from: a/b, to: {b: 100}}, {from: 'a/*', to: {b: 100}}]",
    lb("localityLbSetting.distribute"),
  ],
  [
    "a wildcard in a locality",
    locality,
    "distribute: [{from: 'a*b', to: {b: 100}}]",
    "distribute: [{from: '*', to: {b: 100}}]",
    lb("localityLbSetting.distribute"),
  ],
  [
    "an empty zone",
    locality,
    "distribute: [{from: a, to: {'b//c': 100}}]",
    "distribute: [{from: a, to: {'b/c/d': 100}}]",
    lb("localityLbSetting.distribute[0].to"),
  ],
  [
    "failover to where it is",
    locality,
    "failover: [{from: a, to: a}]",
    "failover: [{from: a, to: b}]",
    lb("localityLbSetting.failover[0]"),
  ],
  [
    "failover of a zone",
    zones,
    "failover: [{from: a/b, to: c}]",
    "failover: [{from: a, to: c}]",
    lb("zoneAwareLbSetting.failover[0]"),
  ],
  [
    "the topology of zones",
    zones,
    "failoverPriority: [topology.kubernetes.io/region]",
    "failoverPriority: [rack]",
    lb("zoneAwareLbSetting.failoverPriority[0]"),
  ],
  ["a warmup of no time", balancer, "warmup: {duration: 0s}", "warmup: {duration: 1s}", lb("warmup.duration")],
  [
    "a warmup's share",
    balancer,
    "warmup: {duration: 1s, minimumPercent: 101}",
    "warmup: {duration: 1s, minimumPercent: 100}",
    lb("warmup.minimumPercent"),
  ],
  [
    "a warmup's growth",
    balancer,
    "warmup: {duration: 1s, aggression: 0}",
    "warmup: {duration: 1s, aggression: 0.1}",
    lb("warmup.aggression"),
  ],
  [
    "a ConfigMap of others",
    tls,
    "mode: SIMPLE, credentialName: 'configmap://edge/a'",
    "mode: SIMPLE, credentialName: 'configmap://shop/a'",
    at("tls.credentialName"),
  ],
  [
    "names of a server that isn't verified",
    tls,
    "mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a]",
    "mode: SIMPLE, insecureSkipVerify: true",
    at("tls.subjectAltNames"),
  ],
  [
    "files beside a credential",
    tls,
    "mode: SIMPLE, credentialName: a, caCertificates: b",
    "mode: SIMPLE, credentialName: a",
    at("tls.caCertificates"),
  ],
  [
    "a client without a certificate",
    tls,
    "mode: MUTUAL, privateKey: a",
    "mode: MUTUAL, privateKey: a, clientCertificate: b",
    at("tls"),
  ],
  [
    "a namespace that sees it",
    (list) => dr(`host: reviews, exportTo: [${list}]`),
    "a_b",
    "shop, edge",
    "spec.exportTo[0]",
  ],
  ["a rule for nobody", (list) => dr(`host: reviews, exportTo: ['${list}']`), "~", ".", "spec.exportTo[0]"],
  [
    "a selector's rule for others",
    (list) => dr(`host: reviews, workloadSelector: {matchLabels: {app: reviews}}, exportTo: [${list}]`),
    "edge",
    "shop",
    "spec.exportTo",
  ],
  [
    "a selector's wildcard",
    (value) => dr(`host: reviews, workloadSelector: {matchLabels: {app: '${value}'}}`),
    "re*",
    "reviews",
    "spec.workloadSelector.matchLabels.app",
  ],
];

describe("what DestinationRules say of a host that Istio refuses", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));

  test("settings of a port are looked at as those of the host are", () => {
    const spec = "portLevelSettings: [{port: {number: 80}, connectionPool: {http: {maxRetries: -1}}}]";
    expect(refusalsOf(policy(spec)).map(({ path }) => path)).toEqual([
      at("portLevelSettings[0].connectionPool.http.maxRetries"),
    ]);
  });
});
