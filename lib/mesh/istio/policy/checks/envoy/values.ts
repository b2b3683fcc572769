/** What Istio says of the values of an EnvoyFilter's patches: BuildXDSObjectFromStruct in Istio's pkg/config/xds, and what calls it. */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { isObject, objectAt, textAt } from "../../routing/json.ts";
import { Reader, type Said } from "./reader.ts";

/** What a value is, by what is patched. */
export const WHOLES: ReadonlyMap<string, string> = new Map([
  ["BOOTSTRAP", "envoy.config.bootstrap.v3.Bootstrap"],
  ["CLUSTER", "envoy.config.cluster.v3.Cluster"],
  ["EXTENSION_CONFIG", "envoy.config.core.v3.TypedExtensionConfig"],
  ["FILTER_CHAIN", "envoy.config.listener.v3.FilterChain"],
  ["HTTP_FILTER", "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter"],
  ["HTTP_ROUTE", "envoy.config.route.v3.Route"],
  ["LISTENER", "envoy.config.listener.v3.Listener"],
  ["LISTENER_FILTER", "envoy.config.listener.v3.ListenerFilter"],
  ["NETWORK_FILTER", "envoy.config.listener.v3.Filter"],
  ["ROUTE_CONFIGURATION", "envoy.config.route.v3.RouteConfiguration"],
  ["VIRTUAL_HOST", "envoy.config.route.v3.VirtualHost"],
]);

export interface ValueSaid {
  /** It is refused for these. */
  readonly refused: readonly Said[];
  /** It is taken with a warning of these; none where it is refused. */
  readonly warned: readonly Said[];
}

const NOTHING: ValueSaid = { refused: [], warned: [] };

/** Values never change: each is read once, whichever checks ask. */
const kept = new WeakMap<JsonObject, { readonly applyTo: string; readonly said: ValueSaid }>();

/** Of one of `configPatches`, with places in its value; nothing of what is patched that isn't known. It is bounded, however large the value is. */
export function saidOfPatch(patch: JsonObject): ValueSaid {
  const value = objectAt(patch, "patch")["value"];
  const applyTo = textAt(patch, "applyTo") ?? "";
  if (!isObject(value)) return NOTHING;
  const before = kept.get(value);
  if (before?.applyTo === applyTo) return before.said;
  const said = read(WHOLES.get(applyTo), value);
  kept.set(value, { applyTo, said });
  return said;
}

function read(whole: string | undefined, value: JsonObject): ValueSaid {
  if (whole === undefined) return NOTHING;
  const reader = new Reader();
  reader.message(whole, value, [], { outer: true });
  const { refused, unknown, untyped } = reader.said;
  return { refused, warned: refused.length > 0 ? [] : [...unknown, ...untyped] };
}
