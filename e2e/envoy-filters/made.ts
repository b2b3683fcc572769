/** EnvoyFilters that are made up: most of a value has the form of Envoy's types, and here and there something else stands. */

import { ENVOY_TYPES } from "#lib/mesh/istio/policy/checks/envoy/types.gen.ts";
import { fieldsOf, valuesOf } from "#lib/mesh/istio/policy/checks/envoy/types.ts";
import type { Json, JsonObject } from "#lib/policy/manifest.ts";
import type { Chance } from "../policy-truth/chance.ts";

const DEEPEST = 6;

/** What may stand anywhere, the edges of forms among it. */
const ANYTHING: readonly Json[] = [
  ...[
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    1.5,
    1e30,
    1e-7,
    1e300,
    3.5e38,
    127,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31) - 1,
    2 ** 32,
  ],
  ...[2 ** 53, 2 ** 63, 2 ** 64, -(2 ** 63)],
  ...[
    "",
    " ",
    "null",
    "true",
    "1",
    "-1",
    "+1",
    "-0",
    "01",
    "1.0",
    "1e3",
    "1.",
    ".5",
    " 5 ",
    "5\n",
    "\t5",
    "5\r",
    "5\u00a0",
    "0x10",
    "1_000",
    "NaN",
    "-Infinity",
    "inf",
  ],
  ...["2147483648", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615"],
  ...["18446744073709551616", "-9223372036854775808", "-9223372036854775809", "1e400", 'a <b> & "c" \\ \u2028'],
  ...["1s", "1.5h", "0", "1d", "-3ms", "1h30m", ".5s", "s", "1 s", "9999999999999s", "1.s", "1µs", "1S", "5ns3h"],
  ...["AAAA", "AA==", "AA=", "A", "AA-_", "QQ==\n", "2026-01-31T12:00:00Z", "2026-01-31", "UNKNOWN", "DEFAULT"],
  ...[[], {}, ["a"], [null], [1, 2], { a: 1 }, { "@type": "a" }, { value: 1 }],
];

const SCALARS: Readonly<Record<string, readonly Json[]>> = {
  bool: [true, false],
  string: ["a", "", "envoy.filters.http.lua", "/", "10.0.0.1"],
  bytes: ["AAAA", "", "AA=="],
  int32: [0, 1, -1, "7"],
  int64: [0, 1, "-1", "9007199254740993"],
  uint32: [0, 1, 65_535, "80"],
  uint64: [0, 1, "18446744073709551615"],
  float: [0, 0.5, "1.5", "NaN"],
  double: [0, 0.5, -1e9, "1e3", "Infinity"],
  Duration: ["1s", "0.25s", "1h30m", "100ms"],
  Timestamp: ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456789+01:00"],
  Struct: [{}, { a: [1, null, { b: "c" }] }],
  Value: [1, "a", null, [1], { a: {} }],
  ListValue: [[], [1, "a"]],
  Empty: [{}],
};
const WRAPPED = /^google\.protobuf\.(Bool|String|Bytes|Int32|Int64|UInt32|UInt64|Float|Double)Value$/;
const WELL_KNOWN = "Duration Timestamp Struct Value ListValue Empty BoolValue StringValue UInt32Value Any".split(" ");

const NAMES = Object.keys((JSON.parse(ENVOY_TYPES) as { readonly messages: object }).messages);
const EXTENSIONS = NAMES.filter((name) => name.startsWith("envoy.extensions."));
const STRANGERS = [
  ...["", "a", "envoy.config.filter.http.lua.v2.Lua", "envoy.extensions.filters.http.lua.v3.LuaX", "my.own.Filter"],
  ...[
    "envoy.config.cluster.v3.Cluster.DiscoveryType",
    "google.protobuf.NullValue",
    "google.protobuf.BoolValues",
    "istio",
  ],
];
const PREFIXES = ["type.googleapis.com/", "type.googleapis.com/", "type.googleapis.com/", "", "/", "a/b/"];

const MANAGER = "envoy.filters.network.http_connection_manager";
const FILTERS: readonly Json[] = [
  ...[{}, { name: "" }, { name: "a" }, { name: "envoy.router" }, { name: MANAGER }],
  ...[
    { name: MANAGER, subFilter: {} },
    { name: MANAGER, subFilter: { name: "envoy.lua" } },
  ],
  ...[
    { name: MANAGER, subFilter: { name: "a" } },
    { name: "a", subFilter: { name: "a" } },
  ],
];

/** Of what a patch is for: as it should be, and not. */
function matched(chance: Chance, applyTo: string, wrong: number): JsonObject {
  const listener = { listener: { filterChain: { filter: chance.of(FILTERS) } } };
  const way = /ROUTE|VIRTUAL/.test(applyTo) ? "routeConfiguration" : applyTo === "CLUSTER" ? "cluster" : "listener";
  const right = way === "listener" ? chance.of<JsonObject>([{ listener: { portNumber: 80 } }, {}]) : { [way]: {} };
  const object = chance.is(1 - wrong) ? right : chance.of<JsonObject>([listener, { cluster: {} }, { waypoint: {} }]);
  const versions = chance.is(wrong) ? ["1.2(", "^1\\.31.*", ""] : ["^1\\.31.*"];
  const proxy = chance.is(0.2) ? { proxy: { proxyVersion: chance.of(versions) } } : {};
  return { context: chance.of(["ANY", "GATEWAY", "SIDECAR_INBOUND", "WAYPOINT"]), ...object, ...proxy };
}

/** `wrong`: the share of places where anything may stand. */
export function maker(chance: Chance, wrong: number) {
  const scalar = (type: string): Json => chance.of(SCALARS[type] ?? ["a"]);

  function any(depth: number): Json {
    const url = (name: string) => `${chance.of(PREFIXES)}${name}`;
    if (chance.is(wrong)) return { "@type": url(chance.of(STRANGERS)), value: {} };
    if (!chance.is(0.15)) {
      const name = chance.of(chance.is(0.8) ? EXTENSIONS : NAMES);
      return { "@type": url(name), ...message(name, depth + 1) };
    }
    const name = `google.protobuf.${chance.of(WELL_KNOWN)}`;
    const value = chance.is(1 - wrong * 4) ? { value: single(name, depth + 1) } : { a: 1 };
    return { "@type": url(name), ...value };
  }

  function single(type: string, depth: number): Json {
    if (chance.is(wrong)) return chance.of(ANYTHING);
    const values = valuesOf(type);
    if (values !== null) return chance.is(0.1) ? chance.number(-1, 9) : chance.of(values);
    if (type === "google.protobuf.Any") return depth > DEEPEST ? null : any(depth);
    const [, wrapped] = WRAPPED.exec(type) ?? [];
    if (wrapped !== undefined)
      return scalar(
        wrapped === "UInt32" || wrapped === "UInt64" ? `u${wrapped.slice(1).toLowerCase()}` : wrapped.toLowerCase(),
      );
    if (type.startsWith("google.protobuf.")) return scalar(type.slice("google.protobuf.".length));
    return type.includes(".") ? message(type, depth + 1) : scalar(type);
  }

  function message(type: string, depth: number): JsonObject {
    const fields = [...new Set(fieldsOf(type)?.values() ?? [])];
    const chosen = depth > DEEPEST ? [] : chance.some(fields, 0, Math.min(fields.length, 4));
    const entries = chosen.map(({ name, json, list, key, of }): [string, Json] => {
      const written = chance.is(0.4) ? json : name;
      if (chance.is(wrong)) return [written, chance.of(ANYTHING)];
      if (list) return [written, Array.from({ length: chance.number(0, 2) }, () => single(of, depth))];
      if (key === null) return [written, single(of, depth)];
      const keys = chance.is(wrong)
        ? ["a", "-1", "1.5", "", " 1 ", "1\n", "\t1", "1\u00a0", '"1"', "true\n"]
        : key === "string"
          ? ["a", "__proto__"]
          : ["1", "20"];
      return [written, Object.fromEntries(chance.some(keys, 0, 2).map((each) => [each, single(of, depth)]))];
    });
    const extra: [string, Json][] = chance.is(wrong / 2)
      ? [[chance.of(["x", "constructor", "@type", "[a.b]"]), 1]]
      : [];
    return Object.fromEntries([...entries, ...extra]);
  }

  /** A filter's spec of one patch, by what is patched and the message that its value is. */
  return (applyTo: string, type: string): JsonObject => {
    const match = chance.is(0.4) ? { match: matched(chance, applyTo, wrong * 5) } : {};
    const operation = chance.of(["MERGE", "ADD", "INSERT_BEFORE", "REMOVE"]);
    const patch = chance.is(1 - wrong) ? { operation, value: message(type, 0) } : { operation };
    return { configPatches: [{ applyTo, ...match, patch }] };
  };
}
