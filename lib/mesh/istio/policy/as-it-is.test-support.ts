/** Intents that say what objects say already, as forms do that somebody opened and sends without a change. */
import { problemOf } from "#lib/errors.ts";
import type { DestinationIntent, FaultIntent, Intent, MtlsMode, ServiceRef } from "#lib/policy/intent.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { IntendedChanges, PolicyWorld } from "#lib/policy/port.ts";
import { refOf } from "#lib/policy/ref.ts";
import type { RouteRule, Routing } from "#lib/policy/routing.ts";
import { percentsOf } from "#lib/policy/weights.ts";
import { changes } from "./changes.ts";
import { resolveHost, serviceOfHost } from "./hosts.ts";
import { serviceRules } from "./routing/destination-rules.ts";
import { isObject, listAt, mapAt, namespaceOf, numberAt, objectAt, specOf, textAt, textsAt } from "./routing/json.ts";
import { routing } from "./routing.ts";

/** Services that objects of the world name as hosts or parents. */
export function servicesOf({ cluster }: PolicyWorld, manifests: readonly Manifest[]): readonly ServiceRef[] {
  const found = new Map<string, ServiceRef>();
  for (const manifest of manifests) {
    const namespace = namespaceOf(manifest);
    const spec = specOf(manifest);
    const hosts = [...textsAt(spec, "hosts"), textAt(spec, "host") ?? ""].map((host) => resolveHost(host, namespace));
    const parents = listAt(spec, "parentRefs")
      .filter((parent) => textAt(parent, "kind") === "Service")
      .map((parent) => ({ namespace: textAt(parent, "namespace") ?? namespace, name: textAt(parent, "name") ?? "" }));
    for (const service of [...hosts.flatMap((host) => serviceOfHost(host) ?? []), ...parents]) {
      found.set(`${service.namespace}/${service.name}`, { cluster, ...service });
    }
  }
  return [...found.values()];
}

const ruleOf = ({ object, path }: RouteRule) => ({ object, path });

/** What forms of a service would send. */
export function serviceIntents(service: ServiceRef, world: PolicyWorld): readonly Intent[] {
  const found = routing(service, world);
  return [...found.rules.flatMap((rule) => ruleIntents(service, rule, found)), ...destinationIntents(service, world)];
}

function ruleIntents(service: ServiceRef, rule: RouteRule, found: Routing): readonly Intent[] {
  const on = { service, rule: ruleOf(rule) };
  const intents: Intent[] = [];
  if (rule.action.kind === "route") intents.push(...shiftIntents(service, rule, rule.action.to));
  if (rule.protocol !== "http") return intents;
  const { timeout, retries, fault, mirrors } = rule;
  intents.push({
    ...{ kind: "resilience", ...on, timeout },
    retries: retries && {
      attempts: retries.attempts,
      ...(retries.perTryTimeout !== null && { perTryTimeout: retries.perTryTimeout }),
      ...(retries.retryOn !== null && { retryOn: retries.retryOn }),
      ...(retries.backoff !== null && { backoff: retries.backoff }),
    },
  });
  intents.push(faultIntent(on, fault));
  const [mirror] = mirrors;
  if (mirror === undefined) intents.push({ kind: "mirror", ...on, to: null });
  else if (
    mirrors.length === 1 &&
    mirror.version !== null &&
    (mirror.host === found.hosts[0] || rule.object.kind === "HTTPRoute")
  ) {
    intents.push({ kind: "mirror", ...on, to: { version: mirror.version, percent: mirror.percent } });
  }
  return intents;
}

function shiftIntents(
  service: ServiceRef,
  rule: RouteRule,
  to: Extract<RouteRule["action"], { kind: "route" }>["to"],
): readonly Intent[] {
  const istio = rule.object.kind === "VirtualService";
  const sums = new Map<string, number>();
  const percents = percentsOf(
    to.map(({ version, weight }) => ({ version: version ?? "", weight })),
    istio ? "istio" : "gateway-api",
  );
  for (const [index, { host, version }] of to.entries()) {
    const name = version ?? host;
    sums.set(name, (sums.get(name) ?? 0) + (percents[index] ?? 0));
  }
  if (to.length === 0 || percents.every((percent) => percent === 0)) return [];
  const weights = [...sums].map(([version, percent]) => ({ version, percent }));
  return [{ kind: "shift", service, rule: ruleOf(rule), weights }];
}

function faultIntent(on: Pick<FaultIntent, "service" | "rule">, fault: RouteRule["fault"]): FaultIntent {
  const status = fault?.abort?.status ?? "";
  return {
    ...{ kind: "fault", ...on, delay: fault?.delay ?? null },
    abort: fault?.abort
      ? {
          percent: fault.abort.percent,
          ...(/^\d+$/.test(status) ? { httpStatus: Number(status) } : { grpcStatus: status }),
        }
      : null,
    ...(fault?.until && { until: fault.until }),
  };
}

/** The numbers and texts of these fields. */
function fields(from: JsonObject, names: readonly string[]): Record<string, number | string> {
  return Object.fromEntries(
    names.flatMap((name): [string, number | string][] => {
      const value = numberAt(from, name) ?? textAt(from, name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

const POOL_HTTP = [
  "http1MaxPendingRequests",
  "http2MaxRequests",
  "maxRequestsPerConnection",
  "maxRetries",
  "idleTimeout",
];
const OUTLIER = [
  ...["consecutive5xxErrors", "consecutiveGatewayErrors", "interval", "baseEjectionTime"],
  ...["maxEjectionPercent", "minHealthPercent"],
];

function destinationIntents(service: ServiceRef, world: PolicyWorld): readonly DestinationIntent[] {
  const applied = serviceRules(service, world);
  const rule = applied.policy ?? applied.rules[0];
  if (rule === undefined) return [];
  const policies: [string | undefined, JsonObject][] = [
    [undefined, objectAt(specOf(rule), "trafficPolicy")],
    ...applied.subsets.map(({ name, value }): [string, JsonObject] => [name, objectAt(value, "trafficPolicy")]),
  ];
  return policies.map(([version, policy]) => {
    const pool = objectAt(policy, "connectionPool");
    const balancer = objectAt(policy, "loadBalancer");
    const hash = objectAt(balancer, "consistentHash");
    const cookie = objectAt(hash, "httpCookie");
    const simple = textAt(balancer, "simple");
    const header = textAt(hash, "httpHeaderName");
    const locality = objectAt(balancer, "localityLbSetting");
    const tls = objectAt(policy, "tls");
    const choice = simple && simple !== "UNSPECIFIED" ? { simple } : {};
    const by = header
      ? { consistentHash: { header } }
      : textAt(cookie, "name")
        ? { consistentHash: { cookie: fields(cookie, ["name", "ttl"]) } }
        : hash["useSourceIp"] === true
          ? { consistentHash: { sourceIp: true } }
          : {};
    return {
      ...{ kind: "destination", service, ...(version !== undefined && { version }) },
      connectionPool: isObject(policy["connectionPool"])
        ? {
            ...fields(objectAt(pool, "tcp"), ["maxConnections", "connectTimeout"]),
            ...fields(objectAt(pool, "http"), POOL_HTTP),
          }
        : null,
      outlierDetection: isObject(policy["outlierDetection"])
        ? fields(objectAt(policy, "outlierDetection"), OUTLIER)
        : null,
      loadBalancer: isObject(policy["loadBalancer"])
        ? {
            ...choice,
            ...by,
            ...(isObject(balancer["localityLbSetting"]) && {
              locality: {
                enabled: locality["enabled"] !== false,
                ...(listAt(locality, "failover").length > 0 && { failover: listAt(locality, "failover") }),
                ...(listAt(locality, "distribute").length > 0 && { distribute: listAt(locality, "distribute") }),
              },
            }),
          }
        : null,
      ...(isObject(policy["tls"]) ? { tls: fields(tls, ["mode", "credentialName", "sni"]) } : { tls: null }),
    } as DestinationIntent;
  });
}

/** What forms of one object would send. */
export function objectIntents(manifest: Manifest, world: PolicyWorld): readonly Intent[] {
  const { cluster } = world;
  const spec = specOf(manifest);
  const namespace = namespaceOf(manifest);
  switch (manifest.kind) {
    case "VirtualService":
    case "DestinationRule":
    case "ServiceEntry": {
      const to = textsAt(spec, "exportTo");
      return [{ kind: "export", object: refOf(cluster, manifest), exportTo: to.length === 0 ? null : to }];
    }
    case "PeerAuthentication": {
      const labels = mapAt(objectAt(spec, "selector"), "matchLabels");
      const mode = (textAt(objectAt(spec, "mtls"), "mode") ?? "UNSET") as MtlsMode;
      if (Object.keys(labels).length === 0) {
        const mesh = namespace === world.rootNamespace;
        return [{ kind: "mtls", cluster, mode, scope: mesh ? { level: "mesh" } : { level: "namespace", namespace } }];
      }
      const ports = Object.entries(objectAt(spec, "portLevelMtls")).map(([port, value]) => [
        port,
        textAt(value, "mode") ?? "UNSET",
      ]);
      const scope = { level: "workload", namespace, labels } as const;
      return [{ kind: "mtls", cluster, scope, mode, ports: Object.fromEntries(ports) as Record<string, MtlsMode> }];
    }
    case "Namespace": {
      const labels = manifest.metadata.labels ?? {};
      const revision = labels["istio.io/rev"];
      const said = ["istio-injection", "istio.io/rev", "istio.io/dataplane-mode"].filter(
        (key) => labels[key] !== undefined,
      );
      // Labels that contradict each other are what no form says.
      if (said.length > 1) return [];
      const mode =
        labels["istio-injection"] === "enabled"
          ? ({ type: "sidecar" } as const)
          : labels["istio.io/dataplane-mode"] === "ambient"
            ? ({ type: "ambient" } as const)
            : revision === undefined
              ? ({ type: "none" } as const)
              : ({ type: "revision", revision } as const);
      return [{ kind: "injection", cluster, namespace: manifest.metadata.name, mode }];
    }
    default:
      return [];
  }
}

/** What an intent comes to; null where it can't be said, which names the field. */
export function tried(intent: Intent, world: PolicyWorld): IntendedChanges | null {
  try {
    return changes(intent, world);
  } catch (error) {
    const { code, detail } = problemOf(error);
    if (code === "bad_intent" && /^[\w.]+: ./.test(detail)) return null;
    throw error;
  }
}

/** What forms of a service send when somebody changed one thing. */
export function changingIntents(service: ServiceRef, world: PolicyWorld): readonly Intent[] {
  const found = routing(service, world);
  const versions = found.versions.filter(({ object }) => object !== null).map(({ name }) => name);
  return [
    ...found.rules.flatMap((rule) => {
      const on = { service, rule: ruleOf(rule) };
      const shifts = rule.action.kind === "route" ? shiftIntents(service, rule, rule.action.to) : [];
      return [
        ...shifts.flatMap((shift) => (shift.kind === "shift" && shift.weights.length > 1 ? [turned(shift)] : [])),
        { kind: "resilience", ...on, timeout: "7s", retries: { attempts: 4, perTryTimeout: "1s" } },
        { kind: "fault", ...on, delay: { percent: 7, fixedDelay: "7s" }, abort: { percent: 7, httpStatus: 507 } },
        { kind: "match", ...on, version: versions[0] ?? "v7", when: { headers: { a: { op: "exact", value: "b" } } } },
        { kind: "mirror", ...on, to: { version: versions[0] ?? "v7", percent: 7 } },
      ] as Intent[];
    }),
    ...[undefined, ...versions].map(
      (version): Intent => ({
        ...{ kind: "destination", service, ...(version !== undefined && { version }) },
        connectionPool: { maxConnections: 7, http2MaxRequests: 7 },
        outlierDetection: { consecutive5xxErrors: 7 },
        loadBalancer: { consistentHash: { cookie: { name: "seven", ttl: "7s" } } },
        tls: { mode: "SIMPLE", sni: "seven.example.org" },
      }),
    ),
  ];
}

/** Each version gets what the next one had. */
function turned(shift: Extract<Intent, { kind: "shift" }>): Intent {
  const { weights } = shift;
  return {
    ...shift,
    weights: weights.map(({ version }, i) => ({ version, percent: weights[(i + 1) % weights.length]?.percent ?? 0 })),
  };
}

/** What forms of one object send when somebody changed one thing. */
export function changingObjectIntents(manifest: Manifest, world: PolicyWorld): readonly Intent[] {
  return objectIntents(manifest, world).map((intent): Intent => {
    if (intent.kind === "export") return { ...intent, exportTo: ["seven"] };
    if (intent.kind === "mtls") return { ...intent, mode: intent.mode === "STRICT" ? "PERMISSIVE" : "STRICT" };
    return intent;
  });
}
