/** A DestinationRule's traffic policy. https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy */
import type { DestinationIntent } from "#lib/policy/intent.ts";
import { serviceRules } from "../routing/destination-rules.ts";
import { has, type JsonObject, listAt, numberAt, objectAt, specOf, textAt } from "../routing/json.ts";
import { workloadsOf } from "../routing/versions.ts";
import { edit, editAt, editSpec, refuse, set, setAll, type Workbench } from "./edit.ts";
import { destinationRule, subsetFor } from "./subsets.ts";

export function destination(intent: DestinationIntent, bench: Workbench): void {
  const { service, version, connectionPool, outlierDetection, loadBalancer, tls } = intent;
  const given = [connectionPool, outlierDetection, loadBalancer, tls].filter((one) => one !== undefined);
  if (given.length === 0) refuse("kind", "no setting is given");
  const removes = given.every((one) => one === null);
  if (removes && serviceRules(service, bench.world).rules.length === 0) return;
  const subset = version === undefined ? null : subsetFor(bench, service, version);
  const declared = serviceRules(service, bench.world);
  const found = destinationRule(bench, service);
  const owner =
    subset === null ? found : bench.now(declared.subsets.find(({ name }) => name === subset)?.owner ?? found);
  const at = listAt(specOf(owner), "subsets").findIndex((one) => textAt(one, "name") === subset);
  const place = subset !== null && at < 0 ? found : owner;
  const index = listAt(specOf(place), "subsets").findIndex((one) => textAt(one, "name") === subset);
  const change = (object: JsonObject) => edit(object, "trafficPolicy", (policy) => policyAs(policy, intent));
  bench.put(editSpec(place, (spec) => (subset === null ? change(spec) : editAt(spec, "subsets", index, change))));
  notes(intent, bench, subset === null ? objectAt(specOf(bench.now(place)), "trafficPolicy") : {});
}

function policyAs(
  policy: JsonObject,
  { connectionPool, outlierDetection, loadBalancer, tls }: DestinationIntent,
): JsonObject {
  let now = policy;
  if (connectionPool === null) now = set(now, "connectionPool", undefined);
  else if (connectionPool !== undefined) now = edit(now, "connectionPool", (pool) => poolAs(pool, connectionPool));
  if (outlierDetection === null) now = set(now, "outlierDetection", undefined);
  else if (outlierDetection !== undefined) {
    const {
      consecutive5xxErrors,
      consecutiveGatewayErrors,
      interval,
      baseEjectionTime,
      maxEjectionPercent,
      minHealthPercent,
    } = outlierDetection;
    now = set(
      now,
      "outlierDetection",
      setAll(objectAt(now, "outlierDetection"), {
        consecutive5xxErrors,
        consecutiveGatewayErrors,
        interval,
        baseEjectionTime,
        maxEjectionPercent,
        minHealthPercent,
      }),
    );
  }
  if (loadBalancer === null) now = set(now, "loadBalancer", undefined);
  else if (loadBalancer !== undefined)
    now = edit(now, "loadBalancer", (balancer) => balancerAs(balancer, loadBalancer));
  if (tls === null) return set(now, "tls", undefined);
  if (tls === undefined) return now;
  if (tls.credentialName !== undefined && (tls.mode === "DISABLE" || tls.mode === "ISTIO_MUTUAL")) {
    refuse("tls.credentialName", `${tls.mode} takes no certificates of yours`);
  }
  const { mode, credentialName, sni } = tls;
  // Certificates of the mesh and of a Secret stand alone. (`ClientTLSSettings`)
  const alone = credentialName !== undefined || mode === "DISABLE" || mode === "ISTIO_MUTUAL";
  return set(now, "tls", setAll(objectAt(now, "tls"), { mode, credentialName, sni, ...(alone ? NO_FILES : {}) }));
}

const NO_FILES = { clientCertificate: undefined, privateKey: undefined, caCertificates: undefined };

function poolAs(pool: JsonObject, wanted: NonNullable<DestinationIntent["connectionPool"]>): JsonObject {
  const { maxConnections, connectTimeout, ...http } = wanted;
  const { http1MaxPendingRequests, http2MaxRequests, maxRequestsPerConnection, maxRetries, idleTimeout } = http;
  const tcp = edit(pool, "tcp", (now) => setAll(now, { maxConnections, connectTimeout }));
  return edit(tcp, "http", (now) =>
    setAll(now, { http1MaxPendingRequests, http2MaxRequests, maxRequestsPerConnection, maxRetries, idleTimeout }),
  );
}

function balancerAs(balancer: JsonObject, wanted: NonNullable<DestinationIntent["loadBalancer"]>): JsonObject {
  const { simple, consistentHash, locality } = wanted;
  if (simple !== undefined && consistentHash !== undefined)
    refuse("loadBalancer", "choose a simple method or a consistent hash");
  let now = balancer;
  if (simple !== undefined) now = setAll(now, { simple, consistentHash: undefined });
  if (consistentHash !== undefined) {
    const { header, cookie, sourceIp } = consistentHash;
    if ([header, cookie, sourceIp].filter((one) => one !== undefined).length !== 1) {
      refuse("loadBalancer.consistentHash", "hash by one of header, cookie and client address");
    }
    const keys = {
      httpHeaderName: header,
      httpCookie: cookie && { ...objectAt(objectAt(now, "consistentHash"), "httpCookie"), ...cookie },
      useSourceIp: sourceIp,
      httpQueryParameterName: undefined,
    };
    now = set(set(now, "simple", undefined), "consistentHash", setAll(objectAt(now, "consistentHash"), keys));
  }
  if (locality === null) return set(now, "localityLbSetting", undefined);
  if (locality === undefined) return now;
  const { enabled, failover, distribute } = locality;
  if ((failover?.length ?? 0) > 0 && (distribute?.length ?? 0) > 0)
    refuse("loadBalancer.locality", "choose failover or distribution");
  for (const { to } of distribute ?? []) {
    const sum = Object.values(to).reduce((total, share) => total + share, 0);
    if (sum !== 100) refuse("loadBalancer.locality.distribute", `shares sum to ${sum}, not to 100`);
  }
  const lists = {
    failover: failover?.map(({ from, to }) => ({ from, to })),
    distribute: distribute?.map(({ from, to }) => ({ from, to })),
  };
  return set(now, "localityLbSetting", setAll(objectAt(now, "localityLbSetting"), { enabled, ...lists }));
}

function notes(
  { service, version, outlierDetection, loadBalancer, tls }: DestinationIntent,
  bench: Workbench,
  whole: JsonObject,
): void {
  const ports = listAt(whole, "portLevelSettings").flatMap((each) => numberAt(objectAt(each, "port"), "number") ?? []);
  // (istiod's `GetPortLevelTrafficPolicy`)
  if (ports.length > 0)
    bench.note(`ports with settings of their own take none of the destination’s: ${ports.join(", ")}`);
  if (version !== undefined)
    bench.note("a version's settings take the place of the whole destination's, setting by setting");
  if (outlierDetection) {
    bench.note(
      "each client proxy ejects on its own; the time of an ejection is multiplied by how often the endpoint was ejected",
    );
    const pods = workloadsOf(service, bench.world)
      .filter(({ labels }) => version === undefined || labels["version"] === version)
      .reduce((sum, workload) => sum + workload.pods.length, 0);
    const most = outlierDetection.maxEjectionPercent ?? 10;
    if (pods > 0 && Math.floor((pods * most) / 100) === 0) {
      bench.note(
        `${most} % of ${pods} ${pods === 1 ? "pod" : "pods"} is none: nothing is ejected unless the proxies always eject one host`,
      );
    }
  }
  if (loadBalancer?.locality?.enabled === true && version === undefined && !has(whole, "outlierDetection")) {
    bench.note("failing over between localities needs outlier detection, which isn't set");
  }
  if (tls && tls.mode !== "ISTIO_MUTUAL")
    bench.note("clients stop using the mesh's mutual TLS to this destination; a STRICT server refuses them");
  if (numberAt(objectAt(whole, "outlierDetection"), "maxEjectionPercent") === 100)
    bench.note("all endpoints may be ejected at once");
}
