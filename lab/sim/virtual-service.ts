/** VirtualServices, reduced to what moves traffic. Fields: https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
import type { Json, KubeObject } from "../kube/object.ts";
import { durationMs, isObject, listAt, numberAt, objectAt, stringsAt, textAt } from "../kube/read.ts";
import { type HttpMatch, readMatch } from "./match.ts";

export const DOMAIN = "svc.cluster.local";

/**
 * A host as an Istio object writes it, in full: a name without dots is a service of the object's namespace, everything
 * else is taken as it stands (https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination).
 */
export const qualify = (host: string, namespace: string): string =>
  host.includes(".") || host === "*" ? host : `${host}.${namespace}.${DOMAIN}`;

/** Does a host of a rule, wildcards included, take this one? */
export const hostMatches = (pattern: string, host: string): boolean =>
  pattern === host || pattern === "*" || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)));

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
  /** `code` answers HTTP, `grpc` (a status) gRPC where it is given. */
  readonly abort: { readonly code: number; readonly grpc: number | null; readonly share: number } | null;
  readonly delay: { readonly ms: number; readonly share: number } | null;
}

export interface Retries {
  readonly attempts: number;
  readonly on: readonly string[];
  /** Of each attempt; null: none of its own. */
  readonly perTryMs: number | null;
  /** The first wait before another attempt; null: Envoy's 25 ms. */
  readonly backoffMs: number | null;
}

/** What istiod sets where a VirtualService says nothing (since 1.24 without 503). */
export const DEFAULT_RETRIES: Retries = {
  attempts: 2,
  on: ["connect-failure", "refused-stream", "unavailable", "cancelled"],
  perTryMs: null,
  backoffMs: null,
};

export interface VirtualService {
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: string;
  readonly hosts: readonly string[];
  /** `mesh`, or gateways as `namespace/name`. */
  readonly gateways: readonly string[];
  readonly http: readonly HttpRule[];
  readonly tcp: readonly TcpRule[];
}

/** Connections are told apart by port and client alone; subnets of destinations aren't simulated. */
export interface TcpRule {
  readonly matches: readonly HttpMatch[];
  readonly routes: HttpRule["routes"];
}

const destination = (value: Json, namespace: string): Destination => ({
  host: qualify(textAt(value, "host") ?? "", namespace),
  subset: textAt(value, "subset") ?? null,
});

const percent = (value: Json): number =>
  Math.min(1, Math.max(0, (numberAt(objectAt(value, "percentage"), "value") ?? 100) / 100));

const gatewayName = (name: string, namespace: string): string =>
  name === "mesh" || name.includes("/") ? name : `${namespace}/${name}`;

export function readVirtualService(object: KubeObject): VirtualService {
  const namespace = object.metadata.namespace ?? "default";
  const gateways = stringsAt(object.spec, "gateways");
  return {
    namespace,
    name: object.metadata.name,
    createdAt: object.metadata.creationTimestamp ?? "",
    hosts: stringsAt(object.spec, "hosts").map((h) => qualify(h, namespace)),
    gateways: gateways.length > 0 ? gateways.map((g) => gatewayName(g, namespace)) : ["mesh"],
    http: listAt(object.spec, "http").map((rule) => readRule(rule, namespace)),
    tcp: listAt(object.spec, "tcp").map((rule) => ({
      matches: matchesOf(rule, namespace),
      routes: routesOf(rule, namespace),
    })),
  };
}

const matchesOf = (rule: Json, namespace: string): readonly HttpMatch[] =>
  listAt(rule, "match").map((match) => readMatch(match, (name) => gatewayName(name, namespace)));

/** A single route without a weight takes everything; among several, none means nothing. */
function routesOf(rule: Json, namespace: string): HttpRule["routes"] {
  const routes = listAt(rule, "route");
  return routes.map((route) => ({
    to: destination(objectAt(route, "destination"), namespace),
    weight: numberAt(route, "weight") ?? (routes.length === 1 ? 1 : 0),
  }));
}

/** Names of gRPC's statuses by number. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const GRPC = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

function readAbort(fault: Json): HttpRule["abort"] {
  const abort = objectAt(fault, "abort");
  const code = numberAt(abort, "httpStatus");
  const status = textAt(abort, "grpcStatus");
  const grpc = status === undefined ? -1 : /^\d+$/.test(status) ? Number(status) : GRPC.indexOf(status.toUpperCase());
  if (code === undefined && grpc < 0) return null;
  return { code: code ?? 200, grpc: grpc < 0 ? null : grpc, share: percent(abort) };
}

function readRule(rule: Json, namespace: string): HttpRule {
  const fault = objectAt(rule, "fault");
  const delay = objectAt(fault, "delay");
  const delayMs = durationMs(textAt(delay, "fixedDelay"));
  const retries = objectAt(rule, "retries");
  const attempts = numberAt(retries, "attempts");
  const mirror = objectAt(rule, "mirror");
  const mirrors = listAt(rule, "mirrors");
  return {
    matches: matchesOf(rule, namespace),
    routes: routesOf(rule, namespace),
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
            perTryMs: durationMs(textAt(retries, "perTryTimeout")) ?? null,
            backoffMs: durationMs(textAt(retries, "backoff")) ?? null,
          },
    abort: readAbort(fault),
    delay: delayMs === undefined ? null : { ms: delayMs, share: percent(delay) },
  };
}
