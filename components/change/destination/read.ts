/** What a DestinationRule of the draft says of the whole destination or of one version, as the form shows it. Pure. */
import { at, isObject, listAt, own, textAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import type { Routing } from "#lib/policy/routing.ts";

export interface Settings {
  readonly pool: {
    readonly maxConnections: number | null;
    readonly connectTimeout: string | null;
    readonly http1MaxPendingRequests: number | null;
    readonly http2MaxRequests: number | null;
    readonly maxRequestsPerConnection: number | null;
    readonly maxRetries: number | null;
    readonly idleTimeout: string | null;
  };
  /** null: there is none. */
  readonly outlier: {
    readonly consecutive5xxErrors: number | null;
    readonly consecutiveGatewayErrors: number | null;
    readonly interval: string | null;
    readonly baseEjectionTime: string | null;
    readonly maxEjectionPercent: number | null;
    readonly minHealthPercent: number | null;
  } | null;
  readonly balancer: {
    readonly simple: string | null;
    readonly hash: "header" | "cookie" | "sourceIp" | "other" | null;
    readonly header: string | null;
    readonly cookie: { readonly name: string; readonly ttl: string } | null;
  };
  readonly locality: "on" | "off" | null;
  readonly tls: { readonly mode: string; readonly credentialName: string | null; readonly sni: string | null } | null;
}

const count = (value: unknown, key: string): number | null => {
  const found = own(value, key);
  return typeof found === "number" && Number.isFinite(found) ? found : null;
};

/** The trafficPolicy that counts: of the draft's rule that the routing names, for a version its own. */
export function settingsIn(
  cluster: string,
  manifests: readonly Manifest[],
  routing: Routing,
  version: string | null,
): Settings {
  const named =
    version === null
      ? routing.destinations.find((one) => one.version === null)?.object
      : routing.versions.find(({ name }) => name === version)?.object;
  const rule = manifests.find((one) => named != null && refKey(refOf(cluster, one)) === refKey(named));
  const policy =
    version === null
      ? at(rule, "spec", "trafficPolicy")
      : own(
          listAt(rule, "spec", "subsets").find((subset) => textAt(subset, "name") === version),
          "trafficPolicy",
        );
  const [tcp, http] = [at(policy, "connectionPool", "tcp"), at(policy, "connectionPool", "http")];
  const outlier = own(policy, "outlierDetection");
  const balancer = own(policy, "loadBalancer");
  const hash = own(balancer, "consistentHash");
  const cookie = own(hash, "httpCookie");
  const locality = own(balancer, "localityLbSetting");
  const tls = own(policy, "tls");
  return {
    pool: {
      maxConnections: count(tcp, "maxConnections"),
      connectTimeout: textAt(tcp, "connectTimeout"),
      http1MaxPendingRequests: count(http, "http1MaxPendingRequests"),
      http2MaxRequests: count(http, "http2MaxRequests"),
      maxRequestsPerConnection: count(http, "maxRequestsPerConnection"),
      maxRetries: count(http, "maxRetries"),
      idleTimeout: textAt(http, "idleTimeout"),
    },
    outlier: isObject(outlier)
      ? {
          consecutive5xxErrors: count(outlier, "consecutive5xxErrors"),
          consecutiveGatewayErrors: count(outlier, "consecutiveGatewayErrors"),
          interval: textAt(outlier, "interval"),
          baseEjectionTime: textAt(outlier, "baseEjectionTime"),
          maxEjectionPercent: count(outlier, "maxEjectionPercent"),
          minHealthPercent: count(outlier, "minHealthPercent"),
        }
      : null,
    balancer: {
      simple: textAt(balancer, "simple"),
      hash: !isObject(hash)
        ? null
        : textAt(hash, "httpHeaderName") !== null
          ? "header"
          : isObject(cookie)
            ? "cookie"
            : own(hash, "useSourceIp") === true
              ? "sourceIp"
              : "other",
      header: textAt(hash, "httpHeaderName"),
      cookie: isObject(cookie) ? { name: textAt(cookie, "name") ?? "", ttl: textAt(cookie, "ttl") ?? "0s" } : null,
    },
    locality: isObject(locality) ? (own(locality, "enabled") === false ? "off" : "on") : null,
    tls: isObject(tls)
      ? { mode: textAt(tls, "mode") ?? "", credentialName: textAt(tls, "credentialName"), sni: textAt(tls, "sni") }
      : null,
  };
}

/** How many of `pods` endpoints may be ejected at once; Envoy rounds down, so a share of a few may be none. */
export const ejectable = (pods: number, percent: number | null): number => Math.floor((pods * (percent ?? 10)) / 100);
