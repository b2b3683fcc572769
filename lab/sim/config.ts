/** Istio's objects, reduced to what moves traffic. Fields: https://istio.io/latest/docs/reference/config/networking/ */
import type { Json, KubeObject } from "../kube/object.ts";
import { durationMs, isObject, labelsAt, listAt, numberAt, objectAt, stringsAt, textAt } from "../kube/read.ts";

export const DOMAIN = "svc.cluster.local";

/**
 * A host as an Istio object writes it, in full: a name without dots is a service of the object's namespace, everything
 * else is taken as it stands (https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination).
 */
export const qualify = (host: string, namespace: string): string =>
  host.includes(".") || host === "*" ? host : `${host}.${namespace}.${DOMAIN}`;

export interface Destination {
  readonly host: string;
  readonly subset: string | null;
}

export interface HttpRule {
  readonly matches: readonly HttpMatch[];
  readonly routes: readonly { readonly to: Destination; readonly weight: number }[];
  readonly mirrors: readonly { readonly to: Destination; readonly share: number }[];
  readonly timeoutMs: number | null;
  readonly retries: Retries | null;
  readonly abort: { readonly code: number; readonly share: number } | null;
  readonly delay: { readonly ms: number; readonly share: number } | null;
}

export interface HttpMatch {
  readonly uri: { readonly kind: "exact" | "prefix"; readonly value: string } | null;
  readonly gateways: readonly string[] | null;
  readonly sourceLabels: Readonly<Record<string, string>>;
  readonly sourceNamespace: string | null;
  /** A condition that simulated requests can't meet (headers, methods, ports, regular expressions). */
  readonly never: boolean;
}

export interface Retries {
  readonly attempts: number;
  readonly on: readonly string[];
}

/** What istiod sets where a VirtualService says nothing (since 1.24 without 503). */
export const DEFAULT_RETRIES: Retries = {
  attempts: 2,
  on: ["connect-failure", "refused-stream", "unavailable", "cancelled"],
};

export interface VirtualService {
  readonly namespace: string;
  readonly name: string;
  readonly hosts: readonly string[];
  /** `mesh`, or gateways as `namespace/name`. */
  readonly gateways: readonly string[];
  readonly http: readonly HttpRule[];
}

const destination = (value: Json, namespace: string): Destination => ({
  host: qualify(textAt(value, "host") ?? "", namespace),
  subset: textAt(value, "subset") ?? null,
});

const percent = (value: Json): number =>
  Math.min(1, Math.max(0, (numberAt(objectAt(value, "percentage"), "value") ?? 100) / 100));

function readMatch(value: Json, namespace: string): HttpMatch {
  const uri = objectAt(value, "uri");
  const exact = textAt(uri, "exact");
  const prefix = textAt(uri, "prefix");
  const understood = new Set(["uri", "name", "gateways", "sourceLabels", "sourceNamespace", "ignoreUriCase"]);
  const gateways = stringsAt(value, "gateways");
  return {
    uri:
      exact !== undefined
        ? { kind: "exact", value: exact }
        : prefix !== undefined
          ? { kind: "prefix", value: prefix }
          : null,
    gateways: gateways.length > 0 ? gateways.map((g) => gatewayName(g, namespace)) : null,
    sourceLabels: labelsAt(value, "sourceLabels"),
    sourceNamespace: textAt(value, "sourceNamespace") ?? null,
    never: textAt(uri, "regex") !== undefined || Object.keys(value).some((key) => !understood.has(key)),
  };
}

const gatewayName = (name: string, namespace: string): string =>
  name === "mesh" || name.includes("/") ? name : `${namespace}/${name}`;

export function readVirtualService(object: KubeObject): VirtualService {
  const namespace = object.metadata.namespace ?? "default";
  const gateways = stringsAt(object.spec, "gateways");
  return {
    namespace,
    name: object.metadata.name,
    hosts: stringsAt(object.spec, "hosts").map((h) => qualify(h, namespace)),
    gateways: gateways.length > 0 ? gateways.map((g) => gatewayName(g, namespace)) : ["mesh"],
    http: listAt(object.spec, "http").map((rule) => readRule(rule, namespace)),
  };
}

function readRule(rule: Json, namespace: string): HttpRule {
  const fault = objectAt(rule, "fault");
  const abort = objectAt(fault, "abort");
  const abortCode = numberAt(abort, "httpStatus");
  const delay = objectAt(fault, "delay");
  const delayMs = durationMs(textAt(delay, "fixedDelay"));
  const retries = objectAt(rule, "retries");
  const attempts = numberAt(retries, "attempts");
  const routes = listAt(rule, "route");
  const mirror = objectAt(rule, "mirror");
  const mirrors = listAt(rule, "mirrors");
  return {
    matches: listAt(rule, "match").map((m) => readMatch(m, namespace)),
    // A single route without a weight takes everything; among several, none means nothing.
    routes: routes.map((r) => ({
      to: destination(objectAt(r, "destination"), namespace),
      weight: numberAt(r, "weight") ?? (routes.length === 1 ? 1 : 0),
    })),
    mirrors: [
      ...mirrors.map((m) => ({ to: destination(objectAt(m, "destination"), namespace), share: percent(m) })),
      ...(isObject(rule["mirror"])
        ? [
            {
              to: destination(mirror, namespace),
              share: (numberAt(objectAt(rule, "mirrorPercentage"), "value") ?? 100) / 100,
            },
          ]
        : []),
    ],
    timeoutMs: durationMs(textAt(rule, "timeout")) ?? null,
    retries:
      attempts === undefined
        ? null
        : {
            attempts,
            on: (textAt(retries, "retryOn") ?? DEFAULT_RETRIES.on.join(",")).split(",").map((s) => s.trim()),
          },
    abort: abortCode === undefined ? null : { code: abortCode, share: percent(abort) },
    delay: delayMs === undefined ? null : { ms: delayMs, share: percent(delay) },
  };
}

export interface DestinationRule {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  /** DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL; null = automatic mTLS. */
  readonly tls: string | null;
  readonly subsets: ReadonlyMap<string, Subset>;
}

export interface Subset {
  readonly labels: Readonly<Record<string, string>>;
  readonly tls: string | null;
}

const tlsMode = (value: Json): string | null =>
  textAt(objectAt(objectAt(value, "trafficPolicy"), "tls"), "mode") ?? null;

export function readDestinationRule(object: KubeObject): DestinationRule {
  const namespace = object.metadata.namespace ?? "default";
  const spec = objectAt(object, "spec");
  return {
    namespace,
    name: object.metadata.name,
    host: qualify(textAt(spec, "host") ?? "", namespace),
    tls: tlsMode(spec),
    subsets: new Map(
      listAt(spec, "subsets").map((s) => [textAt(s, "name") ?? "", { labels: labelsAt(s, "labels"), tls: tlsMode(s) }]),
    ),
  };
}

export interface PeerAuthentication {
  readonly namespace: string;
  readonly createdAt: string;
  /** null = the whole namespace (in the root namespace: the mesh). */
  readonly selector: Readonly<Record<string, string>> | null;
  /** null = UNSET, inherits. */
  readonly mode: MtlsMode | null;
  readonly ports: ReadonlyMap<number, MtlsMode>;
}

export type MtlsMode = "STRICT" | "PERMISSIVE" | "DISABLE";

const mtlsMode = (value: Json): MtlsMode | null => {
  const mode = textAt(value, "mode");
  return mode === "STRICT" || mode === "PERMISSIVE" || mode === "DISABLE" ? mode : null;
};

export function readPeerAuthentication(object: KubeObject): PeerAuthentication {
  const spec = objectAt(object, "spec");
  const selector = labelsAt(objectAt(spec, "selector"), "matchLabels");
  const ports = new Map<number, MtlsMode>();
  for (const [port, value] of Object.entries(objectAt(spec, "portLevelMtls"))) {
    const mode = isObject(value) ? mtlsMode(value) : null;
    if (mode !== null) ports.set(Number(port), mode);
  }
  return {
    namespace: object.metadata.namespace ?? "default",
    createdAt: object.metadata.creationTimestamp ?? "",
    selector: Object.keys(selector).length > 0 ? selector : null,
    mode: mtlsMode(objectAt(spec, "mtls")),
    ports,
  };
}
