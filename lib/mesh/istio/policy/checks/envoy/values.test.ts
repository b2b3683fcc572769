import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { listAt } from "../../routing/json.ts";
import { o } from "../cases.test-support.ts";
import { saidOfPatch } from "./values.ts";

const patch = (applyTo: string, value: unknown): JsonObject =>
  ({ applyTo, patch: { operation: "MERGE", value } }) as JsonObject;
const written = (applyTo: string, value: string): JsonObject =>
  listAt(
    o("EnvoyFilter", "shop/f", `configPatches: [{applyTo: ${applyTo}, patch: {operation: MERGE, value: {${value}}}}]`)
      .spec,
    "configPatches",
  )[0] ?? {};
const placesOf = (one: JsonObject) => {
  const { refused, warned } = saidOfPatch(one);
  return { refused: refused.map(({ path }) => printPath(path)), warned: warned.map(({ path }) => printPath(path)) };
};
const refusedIn = (applyTo: string, value: string) => placesOf(written(applyTo, value)).refused;

const type = (name: string) => `'@type': type.googleapis.com/${name}`;
const filter = (config: string) => `name: a, typed_config: {${config}}`;
const LUA = "envoy.extensions.filters.http.lua.v3.Lua";

describe("what Istio refuses of values", () => {
  /** What is patched, a value that is refused, the place, and one that is taken instead. */
  const cases: readonly (readonly [what: string, applyTo: string, bad: string, at: string, good: string])[] = [
    ["a truth in quotes", "CLUSTER", "respect_dns_ttl: 'true'", "respect_dns_ttl", "respect_dns_ttl: true"],
    [
      "a number below none",
      "CLUSTER",
      "max_requests_per_connection: -1",
      "max_requests_per_connection",
      "max_requests_per_connection: '80'",
    ],
    [
      "a number that is too large",
      "CLUSTER",
      "maxRequestsPerConnection: 4294967296",
      "maxRequestsPerConnection",
      "maxRequestsPerConnection: 4294967295",
    ],
    [
      "a fraction",
      "LISTENER",
      "per_connection_buffer_limit_bytes: 1.5",
      "per_connection_buffer_limit_bytes",
      "per_connection_buffer_limit_bytes: 1.0",
    ],
    ["seconds without a unit", "CLUSTER", "connect_timeout: 5", "connect_timeout", "connect_timeout: 5s"],
    ["days", "CLUSTER", "connect_timeout: 1d", "connect_timeout", "connect_timeout: 1h30m"],
    ["a type of cluster", "CLUSTER", "type: STRICT", "type", "type: STRICT_DNS"],
    ["a type by a number in quotes", "CLUSTER", "type: '1'", "type", "type: 1"],
    ["one for many", "VIRTUAL_HOST", "domains: a.example.com", "domains", "domains: [a.example.com]"],
    ["a number for a text", "VIRTUAL_HOST", "name: 1", "name", "name: null"],
    ["one of many", "VIRTUAL_HOST", "domains: [a, 1]", "domains[1]", "domains: [a, null]"],
    ["a text for an object", "CLUSTER", "load_assignment: a", "load_assignment", "load_assignment: {}"],
    [
      "a port far inside",
      "CLUSTER",
      "load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {port_value: http}}}}]}]}",
      "load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.port_value",
      "load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {port_value: 80}}}}]}]}",
    ],
    [
      "no base64",
      "HTTP_FILTER",
      filter(`${type(LUA)}, default_source_code: {inline_bytes: 'a_-='}`),
      "typed_config.default_source_code.inline_bytes",
      filter(`${type(LUA)}, default_source_code: {inline_bytes: 'YQ=='}`),
    ],
    ["a filter without its type", "HTTP_FILTER", filter("a: b"), "typed_config", filter(type(LUA))],
    [
      "a type that is misspelled",
      "HTTP_FILTER",
      filter(type("envoy.extensions.filters.http.luaa.v3.Lua")),
      'typed_config["@type"]',
      filter(`'@type': ${LUA}`),
    ],
    [
      "a type of one's own",
      "EXTENSION_CONFIG",
      filter(type("my.own.Filter")),
      'typed_config["@type"]',
      filter(`${type("udpa.type.v1.TypedStruct")}, type_url: my.own.Filter, value: {a: {'@type': 7}}`),
    ],
    ["a type that is no text", "LISTENER_FILTER", filter("'@type': 7"), 'typed_config["@type"]', filter(type(LUA))],
    [
      "a text beside its type",
      "NETWORK_FILTER",
      filter(`${type("google.protobuf.StringValue")}, text: a`),
      "typed_config",
      filter(`${type("google.protobuf.StringValue")}, value: a`),
    ],
    [
      "a value under its type",
      "NETWORK_FILTER",
      filter(`${type("google.protobuf.Duration")}, value: 5`),
      "typed_config.value",
      filter(`${type("google.protobuf.Duration")}, value: 5s`),
    ],
    [
      "a list of no texts",
      "HTTP_ROUTE",
      "metadata: {filter_metadata: {a: [b]}}",
      "metadata.filter_metadata.a",
      "metadata: {filter_metadata: {a: {b: [c, 1, null]}}}",
    ],
    ["a bootstrap", "BOOTSTRAP", "stats_flush_interval: soon", "stats_flush_interval", "stats_flush_interval: 1s"],
    ["a chain", "FILTER_CHAIN", "filters: {name: a}", "filters", "filters: [{name: a}]"],
    ["routes", "ROUTE_CONFIGURATION", "validate_clusters: 1", "validate_clusters", "validate_clusters: false"],
  ];
  test.each(cases)("%s", (_, applyTo, bad, at, good) => {
    expect(refusedIn(applyTo, bad)).toEqual([at]);
    expect(refusedIn(applyTo, good)).toEqual([]);
  });

  test("what is refused says why, and what would be taken", () => {
    expect(saidOfPatch(written("CLUSTER", "connect_timeout: 5")).refused).toEqual([
      {
        path: ["connect_timeout"],
        text: "5 is no duration like 500ms or 1.5s.",
        fix: "Write what Envoy’s documentation says of this field.",
      },
    ]);
    const misspelled = filter(type("envoy.extensions.filters.http.luaa.v3.Lua"));
    expect(saidOfPatch(written("HTTP_FILTER", misspelled)).refused).toMatchObject([
      {
        text: "Istio 1.31 knows no type envoy.extensions.filters.http.luaa.v3.Lua.",
        fix: `Write type.googleapis.com/${LUA} or type.googleapis.com/envoy.extensions.string_matcher.lua.v3.Lua, if that is meant.`,
      },
    ]);
    const old = filter(type("envoy.config.filter.http.lua.v2.Lua"));
    expect(saidOfPatch(written("HTTP_FILTER", old)).refused).toMatchObject([
      { text: "Envoy has no type envoy.config.filter.http.lua.v2.Lua any more." },
    ]);
    expect(saidOfPatch(written("CLUSTER", "dns_lookup_family: V5")).refused).toMatchObject([
      { text: '"V5" isn’t among AUTO, V4_ONLY, V6_ONLY, V4_PREFERRED, ALL, as Istio 1.31 has them.' },
    ]);
  });

  test("of a field's two names the one in camel case counts", () => {
    expect(refusedIn("CLUSTER", "connect_timeout: 5, connectTimeout: 5s")).toEqual([]);
    expect(refusedIn("CLUSTER", "connect_timeout: 5s, connectTimeout: 5")).toEqual(["connectTimeout"]);
  });

  test("nothing is said of what isn't written, or is patched under no name", () => {
    expect(placesOf(patch("CLUSTER", undefined))).toEqual({ refused: [], warned: [] });
    expect(placesOf(patch("CLUSTER", "a"))).toEqual({ refused: [], warned: [] });
    expect(placesOf(patch("constructor", { name: 1 }))).toEqual({ refused: [], warned: [] });
  });
});

describe("what Istio warns of", () => {
  const warnedIn = (applyTo: string, value: string) => placesOf(written(applyTo, value)).warned;

  test("a field that isn't there, by its place", () => {
    expect(warnedIn("CLUSTER", "conect_timeout: 5s, load_assignment: {endpoints: [{x: 1}]}")).toEqual([
      "conect_timeout",
      "load_assignment.endpoints[0].x",
    ]);
    expect(warnedIn("HTTP_FILTER", filter(`${type(LUA)}, code: a`))).toEqual(["typed_config.code"]);
    expect(warnedIn("HTTP_FILTER", filter(`${type(LUA)}, inline_code: a`))).toEqual([]);
  });

  test("nothing where something is refused", () => {
    expect(placesOf(written("CLUSTER", "x: 1, connect_timeout: 5"))).toEqual({
      refused: ["connect_timeout"],
      warned: [],
    });
  });

  test("names without a type where single fields lead, as Istio looks for them", () => {
    const socket = "transport_socket: {name: a}";
    expect(warnedIn("CLUSTER", socket)).toEqual(["transport_socket"]);
    expect(warnedIn("CLUSTER", `transport_socket: {${filter(type(LUA))}}`)).toEqual([]);
    expect(warnedIn("LISTENER", `filter_chains: [{${socket}}]`)).toEqual([]);
    expect(warnedIn("HTTP_FILTER", "name: a, config_discovery: {}")).toEqual([]);
    expect(warnedIn("HTTP_FILTER", "name: a, typed_config: null")).toEqual([""]);
  });

  test("of several of a oneof the last one, in the order of Envoy's fields", () => {
    const balance = (more: string) => `connection_balance_config: {extend_balance: {name: a}${more}}`;
    expect(warnedIn("LISTENER", balance(""))).toEqual(["connection_balance_config.extend_balance"]);
    expect(warnedIn("LISTENER", balance(", exact_balance: {}"))).toEqual(["connection_balance_config.extend_balance"]);
    const match = (more: string) => `match: {path_match_policy: {name: a}${more}}`;
    expect(warnedIn("HTTP_ROUTE", match(", prefix: /"))).toEqual(["match.path_match_policy"]);
    const matcher = (more: string) =>
      `matcher: {matcher_list: {}, matcher_tree: {input: {${filter(type(LUA))}}${more}}}`;
    expect(warnedIn("VIRTUAL_HOST", matcher(", exact_match_map: {}, custom_match: {}"))).toEqual([
      "matcher.matcher_tree.custom_match",
    ]);
  });
});

describe("values of whatever form", () => {
  const KEYS =
    "name type typed_config typedConfig @type value filters filter_chains address load_assignment endpoints metadata filter_metadata match route domains __proto__ constructor toString length [a] value_size".split(
      " ",
    );
  const { node } = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 8, withCrossShrink: true },
      fc.oneof(
        fc.constantFrom("", LUA, "a/__proto__", "1s"),
        fc.constant(null),
        fc.boolean(),
        fc.double(),
        fc.string(),
      ),
      fc.dictionary(fc.constantFrom(...KEYS), tie("node"), { maxKeys: 5 }),
      fc.array(tie("node"), { maxLength: 3 }),
    ),
  }));

  test("break nothing, and what is said has its place in them", () => {
    const placed = (value: unknown, path: readonly (string | number)[]): boolean => {
      const [first, ...rest] = path;
      if (first === undefined) return true;
      return typeof value === "object" && value !== null && Object.hasOwn(value, first)
        ? placed((value as Readonly<Record<string | number, unknown>>)[first], rest)
        : false;
    };
    fc.assert(
      fc.property(
        fc.constantFrom("CLUSTER", "LISTENER", "HTTP_FILTER", "HTTP_ROUTE", "BOOTSTRAP", "__proto__"),
        fc.dictionary(fc.constantFrom(...KEYS), node),
        (applyTo, value) => {
          const { refused, warned } = saidOfPatch(patch(applyTo, value));
          for (const { path, text, fix } of [...refused, ...warned]) {
            expect(placed(value, path)).toBe(true);
            expect(text.length).toBeLessThan(600);
            expect(fix).not.toBe("");
          }
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });

  test("however deep, long or many, take a bounded time and say little", () => {
    const deep = Array.from({ length: 5000 }).reduce<unknown>((inner) => ({ matcher: { on_no_match: inner } }), 7);
    expect(placesOf(patch("VIRTUAL_HOST", { matcher: { on_no_match: deep } })).refused).toEqual([]);
    const many = Array.from({ length: 100_000 }, () => ({ name: 7 }));
    expect(placesOf(patch("LISTENER", { filter_chains: many })).refused).toHaveLength(10);
    const taken = Array.from({ length: 100_000 }, () => "a");
    expect(placesOf(patch("VIRTUAL_HOST", { domains: [...taken, 7] })).refused).toEqual([]);
    const long = "1".repeat(1_000_000);
    const { refused } = saidOfPatch(
      patch("CLUSTER", { name: { a: 1 }, max_requests_per_connection: long, type: long, lb_policy: [long] }),
    );
    expect(refused).toHaveLength(4);
    expect(refused.every(({ text }) => text.length < 300)).toBe(true);
  });

  test("one value is read by what is patched with it", () => {
    const value = { name: "a", domains: "a" };
    const places = (applyTo: string) => placesOf(patch(applyTo, value));
    expect(places("VIRTUAL_HOST")).toEqual({ refused: ["domains"], warned: [] });
    expect(places("CLUSTER")).toEqual({ refused: [], warned: ["domains"] });
    expect(places("VIRTUAL_HOST")).toEqual({ refused: ["domains"], warned: [] });
  });
});

test("ten thousand types that nobody knows take no time of their own", () => {
  const configs = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`f${at}`, { "@type": `a.b.X${at}` }]));
  const many = patch("HTTP_ROUTE", { typed_per_filter_config: configs });
  saidOfPatch(written("HTTP_ROUTE", "name: a"));
  const before = process.cpuUsage();
  const { refused } = saidOfPatch(many);
  const { user, system } = process.cpuUsage(before);
  expect(refused).toHaveLength(10);
  expect((user + system) / 1000).toBeLessThan(300);
});
