/**
 * A DestinationRule's settings as lines. Ejection: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 * (defaults: https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection).
 */
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refOf } from "#lib/policy/ref.ts";
import type { DestinationSettings } from "#lib/policy/routing.ts";
import type { Applied } from "./destination-rules.ts";
import { has, isObject, type JsonObject, listAt, numberAt, objectAt, specOf, textAt } from "./json.ts";

export function settingsOf(applied: Applied, world: PolicyWorld, endpoints: number | null): DestinationSettings[] {
  const whole = applied.policy;
  const found: DestinationSettings[] = [];
  if (whole !== null) {
    const lines = policyLines(objectAt(specOf(whole), "trafficPolicy"), endpoints);
    if (lines.length > 0) found.push({ object: refOf(world.cluster, whole), version: null, lines });
  }
  for (const { name, owner, value } of applied.subsets) {
    const lines = policyLines(objectAt(value, "trafficPolicy"), null);
    if (lines.length > 0) found.push({ object: refOf(world.cluster, owner), version: name, lines });
  }
  return found;
}

function policyLines(policy: JsonObject, endpoints: number | null): readonly string[] {
  return [
    ...poolLines(objectAt(policy, "connectionPool")),
    ...(has(policy, "outlierDetection") ? outlierLines(objectAt(policy, "outlierDetection"), endpoints) : []),
    ...balancerLines(objectAt(policy, "loadBalancer")),
    ...tlsLines(objectAt(policy, "tls")),
    ...listAt(policy, "portLevelSettings").flatMap((port) =>
      policyLines(port, null).map((line) => `port ${numberAt(objectAt(port, "port"), "number") ?? "?"}: ${line}`),
    ),
  ];
}

function poolLines(pool: JsonObject): string[] {
  const [tcp, http] = [objectAt(pool, "tcp"), objectAt(pool, "http")];
  const said = (from: JsonObject, key: string, text: string) => {
    const value = numberAt(from, key) ?? textAt(from, key);
    return value === null ? [] : [`${text} ${value}`];
  };
  const parts = [
    ...said(tcp, "maxConnections", "connections ≤"),
    ...said(tcp, "connectTimeout", "connect within"),
    ...said(http, "http1MaxPendingRequests", "waiting requests ≤"),
    ...said(http, "http2MaxRequests", "requests at once ≤"),
    ...said(http, "maxRequestsPerConnection", "requests per connection ≤"),
    ...said(http, "maxRetries", "retries at once ≤"),
    ...said(http, "idleTimeout", "idle connections close after"),
  ];
  return parts.length === 0 ? [] : [`connection pool, of each client proxy: ${parts.join(", ")}`];
}

/** In sentences. `endpoints`: ready ones; null: not known. */
export function outlierLines(outlier: JsonObject, endpoints: number | null): string[] {
  const after = [
    ...(
      [
        ["consecutive5xxErrors", "5xx"],
        ["consecutiveErrors", "5xx"],
        ["consecutiveGatewayErrors", "gateway errors"],
      ] as const
    ).flatMap(([key, what]) => {
      const value = numberAt(outlier, key);
      return value === null || value === 0 ? [] : [`${value} consecutive ${what}`];
    }),
  ];
  if (after.length === 0 && numberAt(outlier, "consecutive5xxErrors") !== 0) after.push("5 consecutive 5xx (default)");
  const base = textAt(outlier, "baseEjectionTime") ?? "30s (default)";
  const most = numberAt(outlier, "maxEjectionPercent") ?? 10;
  const lines = [
    `outlier detection: ${after.join(" or ") || "nothing"} → ejected ${base} times the number of its ejections, by each client proxy on its own; looked at every ${textAt(outlier, "interval") ?? "10s (default)"}`,
  ];
  // The limit is compared after rounding down, so a small share of few endpoints is no endpoint.
  const most1 = endpoints !== null && endpoints > 0 && Math.floor((endpoints * most) / 100) === 0;
  lines.push(
    `outlier detection: at most ${most} % of endpoints ejected${numberAt(outlier, "maxEjectionPercent") === null ? " (default)" : ""}${
      most1 ? `; of ${endpoints} that is none, unless the proxy is set to always eject one host` : ""
    }`,
  );
  const min = numberAt(outlier, "minHealthPercent");
  if (min !== null && min > 0) lines.push(`outlier detection: off while fewer than ${min} % of endpoints are healthy`);
  return lines;
}

function balancerLines(balancer: JsonObject): string[] {
  const lines: string[] = [];
  const simple = textAt(balancer, "simple");
  if (simple !== null) lines.push(`load balancer: ${simple}`);
  const hash = objectAt(balancer, "consistentHash");
  if (has(balancer, "consistentHash")) {
    const by =
      textAt(hash, "httpHeaderName") !== null
        ? `header ${textAt(hash, "httpHeaderName")}`
        : isObject(hash["httpCookie"])
          ? `cookie ${textAt(hash["httpCookie"], "name") ?? ""}, lasting ${textAt(hash["httpCookie"], "ttl") ?? "the session"}`
          : hash["useSourceIp"] === true
            ? "client address"
            : `query parameter ${textAt(hash, "httpQueryParameterName") ?? ""}`;
    lines.push(`load balancer: consistent hash by ${by}`);
  }
  const locality = objectAt(balancer, "localityLbSetting");
  if (has(balancer, "localityLbSetting")) {
    const over = listAt(locality, "failover").map((one) => `${textAt(one, "from") ?? ""} → ${textAt(one, "to") ?? ""}`);
    const spread = listAt(locality, "distribute").map((one) => {
      const to = Object.entries(objectAt(one, "to")).map(([where, share]) => `${where} ${String(share)} %`);
      return `${textAt(one, "from") ?? ""} → ${to.join(", ")}`;
    });
    const state = locality["enabled"] === false ? "off" : "on";
    lines.push(
      `locality: ${[state, ...over.map((o) => `fails over ${o}`), ...spread.map((s) => `distributes ${s}`)].join("; ")}`,
    );
  }
  return lines;
}

function tlsLines(tls: JsonObject): string[] {
  const mode = textAt(tls, "mode");
  if (mode === null) return [];
  const parts = [
    mode,
    ...["credentialName", "sni"].flatMap((key) => (textAt(tls, key) === null ? [] : [`${key} ${textAt(tls, key)}`])),
  ];
  return [`TLS of clients: ${parts.join(", ")}`];
}
