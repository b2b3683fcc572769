/** What a schema lets through and Istio refuses. */
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { kinds } from "../kinds.ts";
import { type JsonObject, objectAt, specOf } from "../routing/json.ts";
import { VIRTUAL_SERVICE } from "./docs.ts";
import { RELEASE } from "./envoy/types.ts";
import type { Draft, Family } from "./family.ts";
import { SELECTING } from "./odd-others.ts";
import { refusedAnnotations } from "./refused-annotations.ts";
import { refusedAuthorization } from "./refused-authorization.ts";
import { exportTo, refused } from "./refused-draft.ts";
import { refusedServiceEntry, refusedWorkload } from "./refused-entries.ts";
import { refusedExtension, refusedPlugin, refusedProxyConfig } from "./refused-extensions.ts";
import { refusedHeaders } from "./refused-headers.ts";
import { refusedHosts, refusedHttp } from "./refused-http.ts";
import { refusedGateway } from "./refused-listeners.ts";
import { refusedMatches } from "./refused-matches.ts";
import { refusedJwt, refusedPeer, refusedTelemetry } from "./refused-others.ts";
import { refusedPatches } from "./refused-patches.ts";
import { refusedRoutes } from "./refused-routes.ts";
import { selector, targets } from "./refused-selectors.ts";
import { refusedSidecar } from "./refused-sidecars.ts";
import { refusedDestinationRule } from "./refused-traffic.ts";

const ENUMS: readonly {
  readonly kind: string;
  readonly path: readonly string[];
  readonly values: readonly string[];
}[] = [
  { kind: "PeerAuthentication", path: ["mtls", "mode"], values: ["UNSET", "DISABLE", "PERMISSIVE", "STRICT"] },
  { kind: "AuthorizationPolicy", path: ["action"], values: ["ALLOW", "DENY", "AUDIT", "CUSTOM"] },
  { kind: "ServiceEntry", path: ["resolution"], values: ["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"] },
  { kind: "ServiceEntry", path: ["location"], values: ["MESH_EXTERNAL", "MESH_INTERNAL"] },
  {
    kind: "DestinationRule",
    path: ["trafficPolicy", "tls", "mode"],
    values: ["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"],
  },
];
const REQUIRED: readonly { readonly kind: string; readonly key: string }[] = [
  { kind: "DestinationRule", key: "host" },
  { kind: "ServiceEntry", key: "hosts" },
  { kind: "Gateway.networking.istio.io", key: "servers" },
];
/** Kinds that the webhook is asked of. */
const ISTIOS = kinds.filter(({ group, area }) => group !== "" && area !== "gateway-api").map(kindKey);
/** Kinds that may say what they are for by references. */
const TARGETING = ["AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin", "TrafficExtension"];
const SHOWN = 60;

function* enums(model: { objects(kind: string): readonly Manifest[] }): Generator<Draft> {
  for (const { kind, path, values } of ENUMS) {
    for (const object of model.objects(kind)) {
      const parent = path.slice(0, -1).reduce<JsonObject>((here, key) => objectAt(here, key), specOf(object));
      const value = parent[path.at(-1) ?? ""];
      if (value === undefined || value === null || (typeof value === "string" && values.includes(value))) continue;
      yield refused(
        object,
        ["spec", ...path],
        `${JSON.stringify(value).slice(0, SHOWN)} isn't among ${values.join(", ")}.`,
        "Write one of these.",
      );
    }
  }
  for (const { kind, key } of REQUIRED) {
    for (const object of model.objects(kind)) {
      const value = specOf(object)[key];
      if (typeof value === "string" ? value !== "" : Array.isArray(value) && value.length > 0) continue;
      yield refused(object, ["spec", key], `${key} is required.`, `Add ${key}.`);
    }
  }
}

export const values: Family = {
  rules: {
    "value-refused": {
      also: ["IST0106"],
      severity: "error",
      when: `A field is missing or has a value that Istio's webhook refuses. A server says so in a dry run; this is for files. An EnvoyFilter's values are held against Envoy's types as Istio ${RELEASE} has them.`,
      docs: VIRTUAL_SERVICE,
    },
  },
  parts: [
    { reads: [...new Set([...ENUMS, ...REQUIRED].map(({ kind }) => kind))], all: enums },
    { of: ["VirtualService"], reads: [], each: refusedRoutes },
    { of: ["VirtualService"], reads: [], each: refusedMatches },
    { of: ["VirtualService"], reads: [], each: refusedHeaders },
    { of: ["VirtualService"], reads: [], each: refusedHosts },
    { of: ["VirtualService"], reads: [], each: refusedHttp },
    { of: ["VirtualService", "DestinationRule", "ServiceEntry"], reads: [], each: exportTo },
    { of: ["DestinationRule"], reads: [], each: refusedDestinationRule },
    { of: ["ServiceEntry"], reads: [], each: refusedServiceEntry },
    { of: ["Gateway.networking.istio.io"], reads: [], each: refusedGateway },
    { of: ISTIOS, reads: [], each: refusedAnnotations },
    { of: SELECTING, reads: [], each: selector },
    { of: TARGETING, reads: [], each: targets },
    { of: ["AuthorizationPolicy"], reads: [], each: refusedAuthorization },
    { of: ["PeerAuthentication"], reads: [], each: refusedPeer },
    { of: ["RequestAuthentication"], reads: [], each: refusedJwt },
    { of: ["Telemetry"], reads: [], each: refusedTelemetry },
    { of: ["Sidecar"], reads: [], each: refusedSidecar },
    { of: ["WorkloadEntry", "WorkloadGroup"], reads: [], each: refusedWorkload },
    { of: ["EnvoyFilter"], reads: [], each: refusedPatches },
    { of: ["WasmPlugin"], reads: [], each: refusedPlugin },
    { of: ["TrafficExtension"], reads: [], each: refusedExtension },
    { of: ["ProxyConfig"], reads: [], each: refusedProxyConfig },
  ],
};
