/**
 * Gateway API routes whose parent is the service itself (mesh). Only those of the service's own namespace count for its
 * clients there. https://gateway-api.sigs.k8s.io/mesh/ and https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refOf } from "#lib/policy/ref.ts";
import type { RouteRule } from "#lib/policy/routing.ts";
import { sharesOf } from "#lib/policy/weights.ts";
import { fullName, hostExists, type Named } from "../hosts.ts";
import { gatewayApiConditions } from "./conditions.ts";
import {
  byAge,
  isObject,
  type JsonObject,
  listAt,
  namespaceOf,
  numberAt,
  objectAt,
  specOf,
  textAt,
  weightOf,
} from "./json.ts";

export const ROUTE_KINDS = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"] as const;

interface GatewayRule {
  readonly owner: Manifest;
  readonly index: number;
  readonly path: string;
  readonly rule: JsonObject;
}

export function isParent(parent: JsonObject, owner: Manifest, service: Named): boolean {
  const group = textAt(parent, "group") ?? "gateway.networking.k8s.io";
  return (
    textAt(parent, "kind") === "Service" &&
    (group === "" || group === "core") &&
    textAt(parent, "name") === service.name &&
    (textAt(parent, "namespace") ?? namespaceOf(owner)) === service.namespace
  );
}

/** Routes of the service, in the namespace where they count for all its clients; oldest first. */
export function attachedRoutes(service: Named, world: PolicyWorld): readonly Manifest[] {
  return ROUTE_KINDS.flatMap((kind) =>
    world
      .objects(kind)
      .filter((route) => namespaceOf(route) === service.namespace)
      .filter((route) => listAt(specOf(route), "parentRefs").some((parent) => isParent(parent, route, service)))
      .toSorted(byAge),
  );
}

/** All routes' rules, the closest match first, as the specification orders them. */
export function gatewayApiRules(routes: readonly Manifest[]): readonly GatewayRule[] {
  return routes
    .flatMap((owner) =>
      listAt(specOf(owner), "rules").map((rule, index) => ({ owner, index, path: `spec.rules[${index}]`, rule })),
    )
    .map((found, at) => ({ found, at, rank: rankOf(found.rule) }))
    .sort((a, b) => {
      const differs = a.rank.findIndex((value, i) => value !== b.rank[i]);
      return differs < 0 ? a.at - b.at : (b.rank[differs] ?? 0) - (a.rank[differs] ?? 0);
    })
    .map(({ found }) => found);
}

/** Of a rule's matches the closest counts here. */
function rankOf(rule: JsonObject): readonly number[] {
  const ranks = listAt(rule, "matches").map((match) => {
    const path = objectAt(match, "path");
    const type = textAt(path, "type") ?? "PathPrefix";
    const length = (textAt(path, "value") ?? "/").length;
    const method = match["method"];
    const grpc = isObject(method) ? [textAt(method, "service"), textAt(method, "method")] : [];
    return [
      type === "Exact" ? 2 : type === "RegularExpression" ? 0 : 1,
      length,
      typeof method === "string" ? 1 : grpc.reduce((sum, text) => sum + (text?.length ?? 0), 0),
      listAt(match, "headers").length,
      listAt(match, "queryParams").length,
    ];
  });
  ranks.sort((a, b) => {
    const differs = a.findIndex((value, i) => value !== b[i]);
    return differs < 0 ? 0 : (b[differs] ?? 0) - (a[differs] ?? 0);
  });
  return ranks[0] ?? [1, 1, 0, 0, 0];
}

export function backendOf(backend: JsonObject, owner: Manifest): Named {
  return { name: textAt(backend, "name") ?? "", namespace: textAt(backend, "namespace") ?? namespaceOf(owner) };
}

/** What a backend is called as a version: its name, with the namespace where that is another. */
export function backendName(backend: JsonObject, owner: Manifest): string {
  const { name, namespace } = backendOf(backend, owner);
  return namespace === namespaceOf(owner) ? name : `${namespace}/${name}`;
}

const PROTOCOLS = { HTTPRoute: "http", GRPCRoute: "grpc", TLSRoute: "tls", TCPRoute: "tcp" } as const;

export function showGatewayRule({ owner, rule, path }: GatewayRule, world: PolicyWorld): RouteRule {
  const kind = ROUTE_KINDS.find((one) => one === owner.kind) ?? "HTTPRoute";
  const filters = listAt(rule, "filters");
  const matches = listAt(rule, "matches").map(gatewayApiConditions);
  const retry = objectAt(rule, "retry");
  const codes = Array.isArray(retry["codes"]) ? retry["codes"].join(",") : null;
  return {
    object: refOf(world.cluster, owner),
    path,
    protocol: PROTOCOLS[kind],
    name: textAt(rule, "name"),
    gateways: ["mesh"],
    // One match without a condition takes everything, whatever the others say.
    matches: matches.some((all) => all.length === 0) ? [] : matches,
    action: actionOf(rule, path, owner, filters, world),
    rewrite: rewriteOf(filters),
    timeout: textAt(objectAt(rule, "timeouts"), "request"),
    retries: isObject(rule["retry"])
      ? {
          attempts: numberAt(retry, "attempts") ?? 0,
          perTryTimeout: textAt(objectAt(rule, "timeouts"), "backendRequest"),
          retryOn: codes,
          backoff: textAt(retry, "backoff"),
        }
      : null,
    fault: null,
    mirrors: filters
      .filter((filter) => textAt(filter, "type") === "RequestMirror")
      .map((filter) => {
        const mirror = objectAt(filter, "requestMirror");
        const to = backendOf(objectAt(mirror, "backendRef"), owner);
        const version = backendName(objectAt(mirror, "backendRef"), owner);
        return { host: fullName(to), version, percent: mirroredPercent(mirror) };
      }),
  };
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#httprequestmirrorfilter: without a part, everything. */
export function mirroredPercent(mirror: JsonObject): number {
  const fraction = objectAt(mirror, "fraction");
  const part = numberAt(fraction, "numerator");
  if (part === null) return numberAt(mirror, "percent") ?? 100;
  return (100 * part) / (numberAt(fraction, "denominator") ?? 100);
}

function actionOf(
  rule: JsonObject,
  path: string,
  owner: Manifest,
  filters: readonly JsonObject[],
  world: PolicyWorld,
): RouteRule["action"] {
  const redirect = filters.find((filter) => textAt(filter, "type") === "RequestRedirect");
  if (redirect !== undefined) {
    const to = objectAt(redirect, "requestRedirect");
    const target = objectAt(to, "path");
    const where = textAt(target, "replaceFullPath") ?? textAt(target, "replacePrefixMatch") ?? "";
    return {
      kind: "redirect",
      text: `${numberAt(to, "statusCode") ?? 302} ${textAt(to, "hostname") ?? ""}${where}`.trim(),
    };
  }
  const backends = listAt(rule, "backendRefs");
  // https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule: without a backend that can take it, 500.
  if (backends.length === 0) return { kind: "respond", text: "500" };
  const shares = sharesOf(backends.map(weightOf), "gateway-api");
  return {
    kind: "route",
    to: backends.map((backend, i) => {
      const host = fullName(backendOf(backend, owner));
      return {
        path: `${path}.backendRefs[${i}]`,
        host,
        version: backendName(backend, owner),
        port: numberAt(backend, "port"),
        weight: numberAt(backend, "weight"),
        share: shares[i] ?? 0,
        exists: hostExists(host, world),
      };
    }),
  };
}

function rewriteOf(filters: readonly JsonObject[]): string | null {
  const rewrite = objectAt(
    filters.find((filter) => textAt(filter, "type") === "URLRewrite"),
    "urlRewrite",
  );
  const path = objectAt(rewrite, "path");
  const to = textAt(path, "replaceFullPath") ?? textAt(path, "replacePrefixMatch");
  const host = textAt(rewrite, "hostname");
  const said = [...(to === null ? [] : [`path to ${to}`]), ...(host === null ? [] : [`host to ${host}`])];
  return said.length === 0 ? null : said.join(", ");
}
