import { describe, test } from "vitest";
import { o } from "./cases.test-support.ts";
import { expectRefused, type Refused } from "./refused.test-support.ts";

const ports = "ports: [{number: 443, name: tls, protocol: TLS}]";
const entry = (spec: string) => o("ServiceEntry", "shop/e", spec);
const named = (more: string) => entry(`hosts: [a.example.com], ${ports}, ${more}`);
const ofPort = (spec: string) => entry(`hosts: [a.example.com], ports: [{${spec}}]`);
const ends = (resolution: string) => (endpoint: string) =>
  named(`resolution: ${resolution}, endpoints: [{${endpoint}}]`);
const dynamic = (more: string) => entry(`resolution: DYNAMIC_DNS, ${more}`);
const workload = (spec: string) => o("WorkloadEntry", "shop/w", spec);
const group = (spec: string) => o("WorkloadGroup", "shop/g", `template: {}, ${spec}`);
const probe = (spec: string) => group(`probe: {${spec}}`);
const any = "hosts: ['*.example.com']";
const web = "ports: [{number: 80, name: http, protocol: HTTP}]";

const cases: readonly Refused[] = [
  ["a host", (host) => entry(`hosts: ['${host}'], ${ports}`), "a_b", "*.example.com", "spec.hosts[0]"],
  ["an address of an entry", named, "addresses: [a]", "addresses: [10.0.0.0/8, '::1']", "spec.addresses[0]"],
  [
    "a port without a number",
    ofPort,
    "name: tls, protocol: TLS",
    "number: 443, name: tls, protocol: TLS",
    "spec.ports[0].number",
  ],
  [
    "a port without a name",
    ofPort,
    "number: 443, protocol: TLS",
    "number: 443, name: Tls-1, protocol: TLS",
    "spec.ports[0].name",
  ],
  [
    "a protocol of a port",
    ofPort,
    "number: 443, name: a, protocol: SMTP",
    "number: 443, name: a, protocol: mongo",
    "spec.ports[0].protocol",
  ],
  [
    "a port of endpoints",
    ofPort,
    "number: 443, name: a, protocol: TLS, targetPort: 70000",
    "number: 443, name: a, protocol: TLS, targetPort: 7000",
    "spec.ports[0].targetPort",
  ],
  ["a name as an address", ends("STATIC"), "address: a.example.org", "address: 10.0.0.1", "spec.endpoints[0].address"],
  ["an endpoint that is nowhere", ends("STATIC"), "labels: {a: b}", "network: n", "spec.endpoints[0]"],
  ["an endpoint that DNS doesn't find", ends("DNS"), "network: n", "address: a.example.org", "spec.endpoints[0]"],
  [
    "a wildcard as an endpoint",
    ends("DNS"),
    "address: '*.example.org'",
    "address: 10.0.0.1",
    "spec.endpoints[0].address",
  ],
  ["a socket by DNS", ends("DNS"), "address: 'unix:///a'", "address: a", "spec.endpoints[0].address"],
  [
    "a port of an endpoint",
    ends("STATIC"),
    "address: 10.0.0.1, ports: {http: 80}",
    "address: 10.0.0.1, ports: {tls: 80}",
    "spec.endpoints[0].ports.http",
  ],
  [
    "an endpoint's number",
    ends("STATIC"),
    "address: 10.0.0.1, ports: {tls: 0}",
    "address: 10.0.0.1, ports: {tls: 1}",
    "spec.endpoints[0].ports.tls",
  ],
  [
    "an endpoint's labels",
    ends("STATIC"),
    "address: 10.0.0.1, labels: {'a b': c}",
    "address: 10.0.0.1, labels: {a.b_c: d}",
    'spec.endpoints[0].labels["a b"]',
  ],
  [
    "a socket with ports",
    ends("STATIC"),
    "address: 'unix:///a', ports: {tls: 80}",
    "address: 'unix:///a'",
    "spec.endpoints[0].ports",
  ],
  [
    "a socket behind two ports",
    (more) =>
      entry(
        `hosts: [a.example.com], resolution: STATIC, endpoints: [{address: 'unix:///a'}], ports: [{number: 80, name: a, protocol: HTTP}${more}]`,
      ),
    ", {number: 81, name: b, protocol: HTTP}",
    "",
    "spec.endpoints[0].address",
  ],
  [
    "a wildcard that DNS looks up",
    (host) => entry(`hosts: ['${host}'], resolution: DNS, ${ports}`),
    "*.example.com",
    "a.example.com",
    "spec.hosts[0]",
  ],
  ["a name that is no wildcard", dynamic, `hosts: [a.example.com], ${web}`, `${any}, ${web}`, "spec.hosts[0]"],
  ["addresses of wildcards", dynamic, `${any}, ${web}, addresses: [10.0.0.1]`, `${any}, ${web}`, "spec.addresses"],
  [
    "endpoints of wildcards",
    dynamic,
    `${any}, ${web}, endpoints: [{address: 10.0.0.1}]`,
    `${any}, ${web}`,
    "spec.endpoints",
  ],
  [
    "a protocol without names",
    dynamic,
    `${any}, ports: [{number: 80, name: a, protocol: TCP}]`,
    `${any}, ports: [{number: 80, name: a, protocol: GRPC}]`,
    "spec.ports[0].protocol",
  ],
  [
    "what a waypoint looks up inside",
    (location) =>
      o(
        "ServiceEntry",
        "shop/e",
        `resolution: DYNAMIC_DNS, ${any}, ${web}, location: ${location}`,
        "metadata: {labels: {istio.io/use-waypoint: w}}",
      ),
    "MESH_INTERNAL",
    "MESH_EXTERNAL",
    "spec.location",
  ],
  [
    "an entry's selector",
    (key) => named(`resolution: STATIC, workloadSelector: {labels: {${key}: reviews}}`),
    "'*'",
    "app",
    'spec.workloadSelector.labels["*"]',
  ],
  ["an address of a workload", workload, "address: a_b", "address: a.example.org", "spec.address"],
  ["a socket of a workload", workload, "address: 'unix://a'", "address: 'unix:///a'", "spec.address"],
  [
    "a port's name of a workload",
    workload,
    "address: 10.0.0.1, ports: {a_b: 80}",
    "address: 10.0.0.1, ports: {a-b: 80}",
    "spec.ports.a_b",
  ],
  [
    "labels of a group",
    group,
    "metadata: {labels: {a: 'b c'}}",
    "metadata: {labels: {a: b}}",
    "spec.metadata.labels.a",
  ],
  ["a probe of nothing", probe, "periodSeconds: 1", "tcpSocket: {port: 80}", "spec.probe"],
  [
    "a probe's period",
    probe,
    "periodSeconds: -1, tcpSocket: {port: 80}",
    "tcpSocket: {port: 80}",
    "spec.probe.periodSeconds",
  ],
  ["a probe's port", probe, "httpGet: {path: /}", "httpGet: {port: 80}", "spec.probe.httpGet.port"],
  [
    "a probe's scheme",
    probe,
    "httpGet: {port: 80, scheme: https}",
    "httpGet: {port: 80, scheme: HTTPS}",
    "spec.probe.httpGet.scheme",
  ],
  [
    "a probe's header",
    probe,
    "httpGet: {port: 80, httpHeaders: [{name: a_b}]}",
    "httpGet: {port: 80, httpHeaders: [{name: a-b}]}",
    "spec.probe.httpGet.httpHeaders[0]",
  ],
  ["a command", probe, "exec: {command: []}", "exec: {command: [a]}", "spec.probe.exec"],
];

describe("workloads and hosts outside that Istio refuses", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));
});
