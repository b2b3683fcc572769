import { describe, expect, test } from "vitest";
import { vs } from "./cases.test-support.ts";
import { expectRefused, type Refused, refusalsOf } from "./refused.test-support.ts";

const route = "route: [{destination: {host: reviews}}]";
const http = (more: string) => vs(`hosts: [reviews], http: [{${route}${more}}]`);
const headers = (more: string) => http(`, headers: {${more}}`);
const match = (more: string) => http(`, match: [{${more}}]`);
const cors = (more: string) => http(`, corsPolicy: {${more}}`);
const rule = (more: string) => vs(`hosts: [reviews], http: [{${more}}]`);
const tls = (more: string) => vs(`hosts: [reviews, '*.example.com'], tls: [{${more}}]`);
const sni = (more: string) => tls(`match: [{sniHosts: [reviews]${more}}], ${route}`);
const edge = (hosts: string, more = route) => vs(`hosts: [${hosts}], gateways: [edge/public], http: [{${more}}]`);

const cases: readonly Refused[] = [
  [
    "a path that is set",
    headers,
    "request: {set: {':path': a}}",
    "request: {set: {a: b}}",
    'spec.http[0].headers.request.set[":path"]',
  ],
  [
    "a host that is removed",
    headers,
    "request: {remove: [Host]}",
    "request: {set: {Host: a}}",
    "spec.http[0].headers.request.remove[0]",
  ],
  [
    "a host of an answer",
    headers,
    "response: {add: {host: a}}",
    "response: {add: {a: b}}",
    "spec.http[0].headers.response.add.host",
  ],
  [
    "a header without a name",
    headers,
    "response: {remove: ['']}",
    "response: {remove: [a]}",
    "spec.http[0].headers.response.remove[0]",
  ],
  [
    "a variable that doesn't end",
    headers,
    "request: {set: {a: 'b%c'}}",
    'request: {set: {a: \'100%% %REQ(b)% %F(["c", "d"])%\'}}',
    "spec.http[0].headers.request.set.a",
  ],
  [
    "a header of one destination",
    (more) => rule(`route: [{destination: {host: reviews}, headers: {request: {add: {${more}}}}}]`),
    "':method': a",
    "a: b",
    'spec.http[0].route[0].headers.request.add[":method"]',
  ],
  [
    "a host that is said twice",
    headers,
    "request: {set: {host: a}, add: {':authority': b}}",
    "request: {set: {host: a}}",
    'spec.http[0].headers.request.add[":authority"]',
  ],
  [
    "an origin of nothing",
    cors,
    "allowOrigins: [{exact: ''}]",
    "allowOrigins: [{exact: a}]",
    "spec.http[0].corsPolicy.allowOrigins[0]",
  ],
  [
    "a method in lower case",
    cors,
    "allowMethods: [get]",
    "allowMethods: [GET, '*']",
    "spec.http[0].corsPolicy.allowMethods[0]",
  ],
  [
    "a method of nobody's",
    cors,
    "allowMethods: [LOOK]",
    "allowMethods: [TRACE]",
    "spec.http[0].corsPolicy.allowMethods[0]",
  ],
  [
    "a header that browsers send",
    cors,
    "allowHeaders: ['a b']",
    "allowHeaders: ['*', a-b]",
    "spec.http[0].corsPolicy.allowHeaders[0]",
  ],
  [
    "a header that browsers see",
    cors,
    "exposeHeaders: ['']",
    "exposeHeaders: [a]",
    "spec.http[0].corsPolicy.exposeHeaders[0]",
  ],
  [
    "an origin that is no expression",
    cors,
    "allowOrigins: [{regex: '['}]",
    "allowOrigins: [{regex: '[a]'}]",
    "spec.http[0].corsPolicy.allowOrigins[0].regex",
  ],
  [
    "a rewrite of no expression",
    http,
    ", rewrite: {uriRegexRewrite: {match: 'a**', rewrite: b}}",
    ", rewrite: {uriRegexRewrite: {match: 'a*', rewrite: b}}",
    "spec.http[0].rewrite.uriRegexRewrite.match",
  ],
  ["part of a second", cors, "maxAge: 1.5s", "maxAge: 2s", "spec.http[0].corsPolicy.maxAge"],
  [
    "a header that is matched",
    match,
    "headers: {'a b': {exact: c}}",
    "headers: {':path': {exact: c}, a_b: {}}",
    'spec.http[0].match[0].headers["a b"]',
  ],
  [
    "an empty prefix of a header",
    match,
    "headers: {a: {prefix: ''}}",
    "uri: {prefix: ''}",
    "spec.http[0].match[0].headers.a.prefix",
  ],
  [
    "an empty expression",
    match,
    "withoutHeaders: {a: {regex: ''}}",
    "withoutHeaders: {a: {regex: '*'}}",
    "spec.http[0].match[0].withoutHeaders.a.regex",
  ],
  ["what is no expression", match, "uri: {regex: '/a('}", "uri: {regex: '/a(b)?'}", "spec.http[0].match[0].uri.regex"],
  [
    "what only other engines take",
    match,
    "headers: {a: {regex: '(?=b)'}}",
    "headers: {a: {regex: '(?i)b'}}",
    "spec.http[0].match[0].headers.a.regex",
  ],
  [
    "a long expression",
    match,
    `uri: {regex: ${"a".repeat(1025)}}`,
    `uri: {regex: ${"a".repeat(1024)}}`,
    "spec.http[0].match[0].uri.regex",
  ],
  [
    "an empty prefix of a method",
    match,
    "method: {prefix: ''}",
    "method: {prefix: G}",
    "spec.http[0].match[0].method.prefix",
  ],
  [
    "a parameter of the query",
    match,
    "queryParams: {a: {prefix: ''}}",
    "queryParams: {a: {exact: ''}}",
    "spec.http[0].match[0].queryParams.a.prefix",
  ],
  ["two ways of matching", match, "uri: {exact: /a, prefix: /b}", "uri: {exact: /a}", "spec.http[0].match[0].uri"],
  [
    "a claim on the mesh",
    match,
    "headers: {'@request.auth.claims.a': {exact: b}}",
    "headers: {a: {exact: b}}",
    'spec.http[0].match[0].headers["@request.auth.claims.a"]',
  ],
  ["a port that is matched", match, "port: 70000", "port: 9080", "spec.http[0].match[0].port"],
  [
    "a label's key",
    match,
    "sourceLabels: {'a/b/c': d}",
    "sourceLabels: {'a.b/c': d}",
    'spec.http[0].match[0].sourceLabels["a/b/c"]',
  ],
  [
    "a label's value",
    match,
    "sourceLabels: {app: 'a b'}",
    "sourceLabels: {app: ''}",
    "spec.http[0].match[0].sourceLabels.app",
  ],
  [
    "a namespace of clients",
    match,
    "sourceNamespace: a.b",
    "sourceNamespace: shop",
    "spec.http[0].match[0].sourceNamespace",
  ],
  [
    "a gateway of a match",
    match,
    "gateways: ['edge/pub lic']",
    "gateways: [mesh]",
    "spec.http[0].match[0].gateways[0]",
  ],
  [
    "a gateway",
    (name) => vs(`hosts: [a.example.com], gateways: ['${name}'], http: [{${route}}]`),
    "edge/",
    "edge/public",
    "spec.gateways[0]",
  ],
  ["a host", (host) => vs(`hosts: ['${host}'], http: [{${route}}]`), "a_b", "10.0.0.1", "spec.hosts[0]"],
  ["a wildcard within a host", (host) => edge(`'${host}'`), "a.*.example.com", "*-a.example.com", "spec.hosts[0]"],
  ["a number as a domain", (host) => edge(`'${host}'`), "a.10", "a.10.example", "spec.hosts[0]"],
  [
    "all hosts of the mesh and a gateway",
    (host) => vs(`hosts: ['${host}'], gateways: [mesh, edge/public], http: [{${route}}]`),
    "*",
    "*.example.com",
    "spec.hosts[0]",
  ],
  ["a rewrite of nothing", http, ", rewrite: {}", ", rewrite: {authority: a}", "spec.http[0].rewrite"],
  [
    "two rewrites of a path",
    http,
    ", rewrite: {uri: /, uriRegexRewrite: {match: a, rewrite: b}}",
    ", rewrite: {uri: /}",
    "spec.http[0].rewrite.uriRegexRewrite",
  ],
  [
    "half a rewrite",
    http,
    ", rewrite: {uriRegexRewrite: {match: a}}",
    ", rewrite: {uriRegexRewrite: {match: a, rewrite: b}}",
    "spec.http[0].rewrite.uriRegexRewrite",
  ],
  [
    "a long rewrite",
    http,
    `, rewrite: {uriRegexRewrite: {match: ${"a".repeat(1025)}, rewrite: b}}`,
    "",
    "spec.http[0].rewrite.uriRegexRewrite.match",
  ],
  [
    "a prefix of an exact path",
    (way) => rule(`match: [{uri: {${way}: /a}}], redirect: {prefixRewrite: /b}`),
    "exact",
    "prefix",
    "spec.http[0].match[0].uri",
  ],
  [
    "a redirect's port",
    (port) => rule(`redirect: {uri: /, port: ${port}}`),
    "70000",
    "0",
    "spec.http[0].redirect.port",
  ],
  ["TLS that matches no name", tls, route, `match: [{sniHosts: [reviews]}], ${route}`, "spec.tls[0]"],
  [
    "a match of no name",
    (match) => tls(`match: [{${match}}], ${route}`),
    "port: 443",
    "sniHosts: [a.example.com]",
    "spec.tls[0].match[0]",
  ],
  [
    "a name that is no host's",
    (name) => tls(`match: [{sniHosts: ['${name}']}], ${route}`),
    "a.example.org",
    "*.a.example.com",
    "spec.tls[0].match[0].sniHosts[0]",
  ],
  [
    "what is no server name",
    (name) => tls(`match: [{sniHosts: ['${name}']}], ${route}`),
    "a b",
    "10.0.0.1",
    "spec.tls[0].match[0].sniHosts[0]",
  ],
  [
    "a range of destinations",
    sni,
    ", destinationSubnets: [10.0.0.0/33]",
    ", destinationSubnets: ['10.0.0.0/8', '::1']",
    "spec.tls[0].match[0].destinationSubnets[0]",
  ],
  [
    "TCP without a route",
    (more) => vs(`hosts: [reviews], tcp: [{match: [{port: 80}]${more}}]`),
    "",
    `, ${route}`,
    "spec.tcp[0]",
  ],
];

describe("rules of VirtualServices that Istio refuses", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));

  test("Istio’s own names between networks are taken at gateways, where names are matched", () => {
    const name = "outbound_.80_._.e2e.example.com";
    const at = (gateways: string) =>
      vs(`hosts: ['${name}'], gateways: [${gateways}], tls: [{match: [{sniHosts: ['${name}']}], ${route}}]`);
    expect(refusalsOf(at("edge/public"))).toEqual([]);
    expect(refusalsOf(at("mesh")).map(({ path }) => path)).toEqual([
      "spec.hosts[0]",
      "spec.tls[0].match[0].sniHosts[0]",
    ]);
  });

  test("behind a gateway without its namespace none is looked at, as Istio does", () => {
    expect(refusalsOf(vs(`hosts: [a.example.com], gateways: [mesh, 'x/y/z'], http: [{${route}}]`))).toEqual([]);
  });
});
