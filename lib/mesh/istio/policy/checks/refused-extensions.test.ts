import { describe, expect, test } from "vitest";
import { o } from "./cases.test-support.ts";
import { expectRefused, type Refused, refusalsOf } from "./refused.test-support.ts";

const filter = (patch: string) => o("EnvoyFilter", "shop/f", `configPatches: [{${patch}}]`);
const matched = (match: string, applyTo = "CLUSTER") =>
  filter(`applyTo: ${applyTo}, match: {${match}}, patch: {operation: REMOVE}`);
const named = (name: string) => matched(`listener: {filterChain: {filter: {${name}}}}`, "HTTP_FILTER");
const value = (type: string) =>
  filter(
    `applyTo: HTTP_FILTER, patch: {operation: INSERT_FIRST, value: {name: a, typed_config: {'@type': '${type}'}}}`,
  );
const plugin = (spec: string) => o("WasmPlugin", "shop/w", spec);
const env = (list: string) => plugin(`url: a, vmConfig: {env: [${list}]}`);
const extension = (spec: string) => o("TrafficExtension", "shop/x", spec);
const manager = "name: envoy.filters.network.http_connection_manager";
const patch = "spec.configPatches[0]";
const inside = `${patch}.match.listener.filterChain.filter`;
const sum = "0a".repeat(32);
const type = (version: string) => `type.googleapis.com/envoy.config.filter.http.lua.${version}.Lua`;

const cases: readonly Refused[] = [
  ["a patch of nothing", filter, "patch: {operation: REMOVE}", "applyTo: CLUSTER, patch: {operation: REMOVE}", patch],
  ["no patch", filter, "applyTo: CLUSTER", "applyTo: CLUSTER, patch: {operation: REMOVE}", patch],
  [
    "a patch without an operation",
    filter,
    "applyTo: CLUSTER, patch: {value: {}}",
    "applyTo: CLUSTER, patch: {operation: MERGE, value: {}}",
    `${patch}.patch`,
  ],
  [
    "a patch without a value",
    filter,
    "applyTo: CLUSTER, patch: {operation: MERGE}",
    "applyTo: CLUSTER, patch: {operation: REMOVE}",
    `${patch}.patch`,
  ],
  ["a cluster by a listener", matched, "listener: {}", "cluster: {}", `${patch}.match.listener`],
  [
    "a route by a cluster",
    (match) => matched(match, "VIRTUAL_HOST"),
    "cluster: {}",
    "routeConfiguration: {}",
    `${patch}.match.cluster`,
  ],
  [
    "a filter by a route",
    (match) => matched(match, "HTTP_FILTER"),
    "routeConfiguration: {}",
    "context: GATEWAY",
    `${patch}.match.routeConfiguration`,
  ],
  [
    "versions by no expression",
    matched,
    "proxy: {proxyVersion: '1.2('}",
    "proxy: {proxyVersion: '1\\.2.*'}",
    `${patch}.match.proxy.proxyVersion`,
  ],
  ["a filter without a name", named, "", manager, inside],
  [
    "a filter inside of another one",
    named,
    "name: a, subFilter: {name: b}",
    `${manager}, subFilter: {name: b}`,
    `${inside}.name`,
  ],
  [
    "a filter inside without a name",
    named,
    `${manager}, subFilter: {}`,
    `${manager}, subFilter: {name: b}`,
    `${inside}.subFilter`,
  ],
  [
    "a filter inside of TCP",
    (applyTo) => matched(`listener: {filterChain: {filter: {${manager}, subFilter: {name: b}}}}`, applyTo),
    "NETWORK_FILTER",
    "HTTP_FILTER",
    `${inside}.subFilter`,
  ],
  [
    "a type of version 2",
    value,
    type("v2"),
    "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
    `${patch}.patch.value.typed_config["@type"]`,
  ],
  [
    "a filter's selector",
    (app) => o("EnvoyFilter", "shop/f", `workloadSelector: {labels: {app: '${app}'}}, configPatches: []`),
    "*",
    "reviews",
    "spec.workloadSelector.labels.app",
  ],
  ["no plugin", plugin, "pluginName: b", "url: a", "spec.url"],
  ["a plugin by another scheme", plugin, "url: 'ftp://a'", "url: 'oci://ghcr.io/a/b:v1'", "spec.url"],
  ["a registry's port taken for a path", plugin, "url: 'localhost:5000/a'", "url: '10.0.0.1:5000/a'", "spec.url"],
  ["a digest in upper case", plugin, `url: a, sha256: ${sum.toUpperCase()}`, `url: a, sha256: ${sum}`, "spec.sha256"],
  ["a short digest", plugin, "url: a, sha256: abc", "url: a, sha256: ''", "spec.sha256"],
  [
    "a secret's name",
    plugin,
    `url: a, imagePullSecret: ${"a".repeat(254)}`,
    `url: a, imagePullSecret: ${"a".repeat(253)}`,
    "spec.imagePullSecret",
  ],
  [
    "a plugin's name",
    plugin,
    `url: a, pluginName: ${"a".repeat(257)}`,
    `url: a, pluginName: ${"a".repeat(256)}`,
    "spec.pluginName",
  ],
  ["a variable twice", env, "{name: a}, {name: a}", "{name: a}, {name: b}", "spec.vmConfig.env[1].name"],
  ["a variable without a name", env, "{value: a}", "{name: a, value: b}", "spec.vmConfig.env[0]"],
  [
    "a value beside the proxy's own",
    env,
    "{name: a, valueFrom: HOST, value: b}",
    "{name: a, valueFrom: HOST}",
    "spec.vmConfig.env[0].value",
  ],
  [
    "a port of a plugin",
    plugin,
    "url: a, match: [{ports: [{number: 0}]}]",
    "url: a, match: [{ports: [{number: 80}]}]",
    "spec.match[0].ports[0].number",
  ],
  [
    "a plugin's target",
    (kind) => plugin(`url: a, targetRefs: [{kind: ${kind}, name: a}]`),
    "Pod",
    "Service",
    "spec.targetRefs[0]",
  ],
  ["an extension of nothing", extension, "phase: AUTHN", "lua: {inlineCode: a}", "spec"],
  ["an extension of two", extension, "wasm: {url: a}, lua: {inlineCode: a}", "wasm: {url: a}", "spec.lua"],
  ["no code", extension, "lua: {inlineCode: ''}", "lua: {inlineCode: a}", "spec.lua.inlineCode"],
  [
    "too much code",
    extension,
    `lua: {inlineCode: ${"a".repeat(65_537)}}`,
    `lua: {inlineCode: ${"a".repeat(65_536)}}`,
    "spec.lua.inlineCode",
  ],
  [
    "an extension's digest",
    extension,
    "wasm: {url: a, sha256: b}",
    `wasm: {url: a, sha256: ${sum}}`,
    "spec.wasm.sha256",
  ],
  [
    "fewer threads than none",
    (spec) => o("ProxyConfig", "shop/p", spec),
    "concurrency: -1",
    "concurrency: 0",
    "spec.concurrency",
  ],
  [
    "a proxy's selector",
    (spec) => o("ProxyConfig", "shop/p", spec),
    "selector: {matchLabels: {app: '*'}}",
    "selector: {matchLabels: {app: reviews}}",
    "spec.selector.matchLabels.app",
  ],
];

describe("extensions of proxies that Istio refuses", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));

  test("of waypoints no patch is looked at", () => {
    expect(refusalsOf(filter("match: {context: WAYPOINT}"))).toEqual([]);
  });

  test("a value however deep is looked at, and breaks nothing", () => {
    const deep = Array.from({ length: 500 }).reduce<unknown>((inner) => ({ inner }), { "@type": type("v2") });
    const spec = { configPatches: [{ applyTo: "CLUSTER", patch: { operation: "MERGE", value: deep } }] };
    expect(refusalsOf({ ...filter(""), spec: spec as never })).toEqual([]);
  });
});
