/**
 * What Istio's webhook takes with a warning in EnvoyFilters: functions of Istio's pkg/config/validation/envoyfilter. Not said is of each
 * that it is one.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, objectAt, textAt } from "../routing/json.ts";
import { saidOfPatch } from "./envoy/values.ts";
import { type Draft, setting } from "./family.ts";
import { odd, withoutWhole } from "./odd-draft.ts";

/** Filter names that Envoy's documentation has replaced: xds.DeprecatedFilterNames in Istio's pkg/config/xds. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ..."buffer cors csrf fault grpc_http1_bridge grpc_json_transcoder grpc_web gzip health_check ip_tagging lua router squash"
    .split(" ")
    .map((name) => [`envoy.${name}`, `envoy.filters.http.${name}`] as const),
  ["envoy.http_dynamo_filter", "envoy.filters.http.dynamo"],
  ["envoy.rate_limit", "envoy.filters.http.ratelimit"],
  ..."http_inspector original_dst original_src proxy_protocol tls_inspector"
    .split(" ")
    .map((name) => [`envoy.listener.${name}`, `envoy.filters.listener.${name}`] as const),
  ..."client_ssl_auth http_connection_manager mongo_proxy ratelimit redis_proxy tcp_proxy"
    .split(" ")
    .map((name) => [`envoy.${name}`, `envoy.filters.network.${name}`] as const),
]);
/** A filter for HTTP and one for TCP went by this name. */
const AMBIGUOUS = "envoy.ext_authz";
export const LONGEST_VERSION = 1024;
/** What is matched by a listener. */
export const OF_LISTENERS: readonly string[] = ["LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER"];

/** (validateEnvoyFilter) */
export function* oddEnvoyFilter(filter: Manifest): Generator<Draft> {
  for (const [i, patch] of listAt(filter.spec, "configPatches").entries()) {
    const match = objectAt(patch, "match");
    // Istio looks at no patch of waypoints.
    if (textAt(match, "context") === "WAYPOINT") continue;
    const path: Segments = ["spec", "configPatches", i, "match"];
    if ((textAt(objectAt(match, "proxy"), "proxyVersion") ?? "").length > LONGEST_VERSION) {
      const place = [...path, "proxy", "proxyVersion"];
      yield odd(
        filter,
        place,
        `It has more than ${LONGEST_VERSION} characters, and is ignored.`,
        withoutWhole(filter, place),
      );
    }
    const applyTo = textAt(patch, "applyTo") ?? "";
    for (const { path: at, text, fix } of saidOfPatch(patch).warned)
      yield odd(filter, ["spec", "configPatches", i, "patch", "value", ...at], text, fix);
    const chain = objectAt(objectAt(match, "listener"), "filterChain");
    if (["LISTENER", "FILTER_CHAIN"].includes(applyTo) && has(chain, "filter")) {
      const place = [...path, "listener", "filterChain", "filter"];
      yield odd(filter, place, `A filter isn’t matched where ${applyTo} is patched.`, withoutWhole(filter, place));
    }
    if (!OF_LISTENERS.includes(applyTo)) continue;
    const named = objectAt(chain, "filter");
    const names: readonly [Segments, string | null][] = [
      [["filter", "name"], textAt(named, "name")],
      [["filter", "subFilter", "name"], textAt(objectAt(named, "subFilter"), "name")],
    ];
    for (const [rest, name] of names) {
      const now =
        name === AMBIGUOUS
          ? `envoy.filters.${rest.length > 2 ? "http" : "network"}.ext_authz`
          : RENAMED.get(name ?? "");
      if (now === undefined) continue;
      const place = [...path, "listener", "filterChain", ...rest];
      yield odd(filter, place, `Envoy calls this filter ${now} now, and the old name is deprecated.`, {
        text: `Write ${now}.`,
        edits: [setting(place, now)],
      });
    }
  }
}
