import { describe, expect, test } from "vitest";
import { gateway, o } from "./cases.test-support.ts";
import { expectRefused, type Refused, refusalsOf } from "./refused.test-support.ts";

const port = "port: {number: 8080, name: a, protocol: HTTP}";
const server = (more: string) => gateway(`selector: {istio: ingressgateway}, servers: [{${more}}]`);
const hosts = (host: string) => server(`${port}, hosts: ['${host}']`);
const ofPort = (spec: string) => server(`port: {${spec}}, hosts: [a.example.com]`);
const tls = (spec: string) =>
  server(`port: {number: 8443, name: a, protocol: HTTPS}, hosts: [a.example.com], tls: {${spec}}`);
const sidecar = (spec: string) => o("Sidecar", "shop/s", spec);
const egress = (spec: string) => sidecar(`egress: [${spec}]`);
const ingress = (spec: string) => sidecar(`ingress: [{port: {number: 9080, protocol: HTTP}${spec}}]`);
const secure = (spec: string) => sidecar(`ingress: [{port: {number: 9080, protocol: HTTPS}, tls: {${spec}}}]`);
const files = "mode: SIMPLE, serverCertificate: a, privateKey: b";
const through = (spec: string) => sidecar(`outboundTrafficPolicy: {${spec}}`);
const on = "spec.servers[0]";
const own = "spec.ingress[0]";

const cases: readonly Refused[] = [
  ["a short host", hosts, "reviews", "reviews.example.com", `${on}.hosts[0]`],
  ["a namespace of hosts", hosts, "a_b/a.example.com", "./a.example.com", `${on}.hosts[0]`],
  ["a host of no form", hosts, "a_b.example.com", "10.0.0.1", `${on}.hosts[0]`],
  ["a wildcard in a part of a host", hosts, "*a.example.com", "*/*.example.com", `${on}.hosts[0]`],
  ["a server without a port", server, "hosts: [a.example.com]", `${port}, hosts: [a.example.com]`, on],
  [
    "a protocol",
    ofPort,
    "number: 80, name: a, protocol: SMTP",
    "number: 80, name: a, protocol: http2",
    `${on}.port.protocol`,
  ],
  [
    "a port's number",
    ofPort,
    "number: 0, name: a, protocol: HTTP",
    "number: 1, name: a, protocol: HTTP",
    `${on}.port.number`,
  ],
  [
    "a port of its pods",
    ofPort,
    "number: 80, name: a, protocol: HTTP, targetPort: 8080",
    "number: 80, name: a, protocol: HTTP",
    `${on}.port.targetPort`,
  ],
  [
    "an address",
    server,
    `${port}, hosts: ['*'], bind: here`,
    `${port}, hosts: ['*'], bind: 'fe80::1%eth0'`,
    `${on}.bind`,
  ],
  [
    "a socket's path",
    (bind) => server(`port: {number: 0, name: a, protocol: HTTP}, hosts: ['*'], bind: 'unix://${bind}'`),
    "run/",
    "@a",
    `${on}.bind`,
  ],
  [
    "a socket's port",
    (number) => server(`port: {number: ${number}, name: a, protocol: HTTP}, hosts: ['*'], bind: 'unix:///a'`),
    "80",
    "0",
    `${on}.port.number`,
  ],
  ["two sources of a certificate", tls, `${files}, credentialName: c`, files, `${on}.tls.credentialName`],
  ["a list of those revoked of no client", tls, `${files}, caCrl: c`, files, `${on}.tls.caCrl`],
  [
    "a list of those revoked beside a credential",
    tls,
    "mode: AUTO_PASSTHROUGH, credentialName: a, caCrl: c",
    "mode: MUTUAL, credentialName: a, caCrl: c",
    `${on}.tls.caCrl`,
  ],
  [
    "a short host that clients call",
    egress,
    "{hosts: [./reviews]}",
    "{hosts: [./reviews.shop.svc.cluster.local, '~edge/*', '~/*']}",
    "spec.egress[0].hosts[0]",
  ],
  ["a namespace that clients call", egress, "{hosts: ['a_b/*']}", "{hosts: ['*/*']}", "spec.egress[0].hosts[0]"],
  [
    "a listener for the rest",
    egress,
    "{hosts: ['./*']}, {port: {number: 80, protocol: HTTP}, hosts: ['./*']}",
    "{port: {number: 80, protocol: HTTP}, hosts: ['./*']}, {hosts: ['./*']}",
    "spec.egress[0]",
  ],
  [
    "two listeners of a port",
    egress,
    "{port: {number: 80, protocol: HTTP}, hosts: ['./*']}, {port: {number: 80, protocol: TCP}, hosts: ['./*']}",
    "{port: {number: 80, protocol: HTTP}, hosts: ['./*']}",
    "spec.egress[1].port.number",
  ],
  [
    "a listener of nothing",
    egress,
    "{port: {protocol: HTTP}, hosts: ['./*']}",
    "{port: {protocol: HTTP}, bind: 'unix:///a', hosts: ['./*']}",
    "spec.egress[0].port",
  ],
  [
    "a socket that is captured",
    (mode) => egress(`{port: {protocol: HTTP}, bind: 'unix:///a', captureMode: ${mode}, hosts: ['./*']}`),
    "IPTABLES",
    "NONE",
    "spec.egress[0].captureMode",
  ],
  [
    "an address of a listener",
    (bind) => egress(`{port: {number: 80, protocol: HTTP}, bind: '${bind}', hosts: ['./*']}`),
    "10.0.0.01",
    "10.0.0.1",
    "spec.egress[0].bind",
  ],
  [
    "a listener's protocol",
    (protocol) => egress(`{port: {number: 80, protocol: ${protocol}}, hosts: ['./*']}`),
    "SMTP",
    "''",
    "spec.egress[0].port.protocol",
  ],
  [
    "a listener's name",
    (name) => egress(`{port: {number: 80, name: ${name}, protocol: HTTP}, hosts: ['./*']}`),
    "a.b",
    "a-b",
    "spec.egress[0].port.name",
  ],
  [
    "a workload's address",
    ingress,
    ", defaultEndpoint: '10.0.0.1:80'",
    ", defaultEndpoint: '[::1]:80'",
    `${own}.defaultEndpoint`,
  ],
  [
    "a workload without a port",
    ingress,
    ", defaultEndpoint: '127.0.0.1'",
    ", defaultEndpoint: ':80'",
    `${own}.defaultEndpoint`,
  ],
  [
    "two listeners of a workload's port",
    (number) => sidecar(`ingress: [{port: {number: 80, protocol: HTTP}}, {port: {number: ${number}, protocol: HTTP}}]`),
    "80",
    "81",
    "spec.ingress[1].port.number",
  ],
  [
    "a pool of a listener",
    ingress,
    ", connectionPool: {tcp: {maxConnections: -1}}",
    ", connectionPool: {tcp: {}}",
    `${own}.connectionPool.tcp.maxConnections`,
  ],
  [
    "a pool of all listeners",
    sidecar,
    "inboundConnectionPool: {}",
    "inboundConnectionPool: {http: {}}",
    "spec.inboundConnectionPool",
  ],
  [
    "TLS of plaintext",
    (protocol) => sidecar(`ingress: [{port: {number: 80, protocol: ${protocol}}, tls: {${files}}}]`),
    "HTTP",
    "TLS",
    `${own}.tls`,
  ],
  [
    "a redirect of a workload",
    secure,
    `${files}, httpsRedirect: true`,
    `${files}, httpsRedirect: false`,
    `${own}.tls.httpsRedirect`,
  ],
  ["a credential of a workload", secure, "mode: SIMPLE, credentialName: c", files, `${own}.tls.credentialName`],
  ["a gateway's mode", secure, "mode: ISTIO_MUTUAL", files, `${own}.tls.mode`],
  ["a workload without a certificate", secure, "mode: SIMPLE, privateKey: b", files, `${own}.tls`],
  [
    "a proxy that nobody goes through",
    through,
    "mode: REGISTRY_ONLY, egressProxy: {host: a.example.com, port: {number: 80}}",
    "mode: ALLOW_ANY, egressProxy: {host: a.example.com, port: {number: 80}}",
    "spec.outboundTrafficPolicy.egressProxy",
  ],
  [
    "a proxy without a port",
    through,
    "mode: ALLOW_ANY, egressProxy: {host: a.example.com}",
    "mode: ALLOW_ANY",
    "spec.outboundTrafficPolicy.egressProxy",
  ],
  [
    "a proxy's host",
    (host) => through(`mode: ALLOW_ANY, egressProxy: {host: '${host}', port: {number: 80}}`),
    "*.example.com",
    "a.example.com",
    "spec.outboundTrafficPolicy.egressProxy.host",
  ],
  [
    "a Sidecar's selector",
    (value) => sidecar(`workloadSelector: {labels: {app: '${value}'}}, egress: [{hosts: ['./*']}]`),
    "*",
    "reviews",
    "spec.workloadSelector.labels.app",
  ],
];

describe("listeners of gateways and workloads that Istio refuses", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));

  test("a Gateway’s name is one label", () => {
    const named = (name: string) =>
      refusalsOf(o("Gateway", `edge/${name}`, `selector: {istio: ingressgateway}, servers: [{${port}, hosts: ['*']}]`));
    expect(named("a.b").map(({ path }) => path)).toEqual(["metadata.name"]);
    expect(named("a".repeat(64))).toHaveLength(1);
    expect(named("a".repeat(63))).toEqual([]);
  });
});
