/**
 * Rules of HTTPRoutes and GRPCRoutes as istiod makes a VirtualService's of them: one for each match, the closest first.
 * (convertHTTPRoute, convertGRPCRoute, sortHTTPRoutes in pilot/pkg/config/kube/gateway/conversion.go)
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule, #grpcrouterule, #backendref
 */
import type { Json, JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { durationMs } from "../../duration.ts";
import { fullName } from "../../hosts.ts";
import { GATEWAY_API, NETWORKING } from "../../kinds.ts";
import { named } from "../../lookup.ts";
import { mirroredPercent } from "../../routing/gateway-api.ts";
import { has, listAt, namespaceOf, numberAt, objectAt, specOf, textAt } from "../../routing/json.ts";
import type { EffectiveRule } from "./delegates.ts";
import type { RoutingWorld } from "./world.ts";

export interface ApiRule extends EffectiveRule {
  /** Type of the path, its length, whether there is a method, numbers of headers and query parameters; empty: it asks for nothing. */
  readonly rank: readonly number[];
}

/** A text: why istiod takes nothing of it. `granted`: whether a ReferenceGrant is asked for, which on the mesh none is. */
export function apiRules(route: Manifest, world: RoutingWorld, granted: boolean): readonly ApiRule[] | string {
  const found: ApiRule[] = [];
  for (const [index, rule] of listAt(specOf(route), "rules").entries()) {
    const made = ruleOf(route, rule, world, granted);
    if (typeof made === "string") return `${made} in rule ${index}, so Istio takes nothing of it`;
    const path = ["spec", "rules", index];
    const matches = listAt(rule, "matches");
    if (matches.length === 0) found.push({ owner: route, path, rule: made, matches: [], rank: [] });
    for (const match of matches) {
      const { all, rank } = route.kind === "GRPCRoute" ? grpcMatch(match) : httpMatch(match);
      found.push({ owner: route, path, rule: made, matches: all.map((each) => [each]), rank });
    }
  }
  return found;
}

/** Stable: of equal rules the older object's, and there the one that stands first. */
export const byRank = (rules: readonly ApiRule[]): readonly ApiRule[] =>
  rules.toSorted((a, b) => {
    if (a.rank.length === 0 || b.rank.length === 0) return b.rank.length - a.rank.length;
    const at = a.rank.findIndex((value, index) => value !== b.rank[index]);
    return at < 0 ? 0 : (b.rank[at] ?? 0) - (a.rank[at] ?? 0);
  });

const RANKS: Readonly<Record<string, number>> = { exact: 3, prefix: 2, regex: 1 };
const rankOf = (uri: readonly [string, string] | null, method: boolean, headers: number, queries: number) => [
  uri === null ? -1 : (RANKS[uri[0]] ?? 0),
  uri?.[1].length ?? 0,
  method ? 1 : 0,
  headers,
  queries,
];

const textMatches = (list: readonly JsonObject[]): JsonObject =>
  Object.fromEntries(
    list.map((each) => {
      const kind = textAt(each, "type") === "RegularExpression" ? "regex" : "exact";
      return [textAt(each, "name") ?? "", { [kind]: textAt(each, "value") ?? "" }];
    }),
  );

/** A prefix takes whole elements of a path: the path itself, or what goes on with a slash. */
function httpMatch(match: JsonObject): { readonly all: readonly JsonObject[]; readonly rank: readonly number[] } {
  const path = objectAt(match, "path");
  const type = textAt(path, "type") ?? "PathPrefix";
  const written = textAt(path, "value") ?? "/";
  const kind = type === "Exact" ? "exact" : type === "RegularExpression" ? "regex" : "prefix";
  const value = kind === "prefix" && written !== "/" ? written.replace(/\/$/, "") : written;
  const method = textAt(match, "method");
  const [headers, queries] = [listAt(match, "headers"), listAt(match, "queryParams")];
  const rest = {
    ...(method === null ? {} : { method: { exact: method } }),
    ...(headers.length === 0 ? {} : { headers: textMatches(headers) }),
    ...(queries.length === 0 ? {} : { queryParams: textMatches(queries) }),
  };
  const uris = kind === "prefix" && value !== "/" ? [{ exact: value }, { prefix: `${value}/` }] : [{ [kind]: value }];
  return {
    all: uris.map((uri) => ({ ...rest, uri })),
    rank: rankOf([kind, value], method !== null, headers.length, queries.length),
  };
}

function grpcMatch(match: JsonObject): { readonly all: readonly JsonObject[]; readonly rank: readonly number[] } {
  const headers = listAt(match, "headers");
  const uri = grpcPath(objectAt(match, "method"));
  const rest = headers.length === 0 ? {} : { headers: textMatches(headers) };
  const service = uri?.[0] === "prefix" ? [{ exact: uri[1].slice(0, -1) }] : [];
  const uris = uri === null ? [] : [...service, { [uri[0]]: uri[1] }];
  return {
    all: uris.length === 0 ? [rest] : uris.map((each) => ({ ...rest, uri: each })),
    rank: rankOf(uri, false, headers.length, 0),
  };
}

function grpcPath(match: JsonObject): readonly [string, string] | null {
  const [service, method] = [textAt(match, "service"), textAt(match, "method")];
  if (service === null && method === null) return null;
  const regex = textAt(match, "type") === "RegularExpression";
  if (service === null) return ["regex", `/[^/]+/${method}`];
  if (method === null) return regex ? ["regex", `/${service}/.+`] : ["prefix", `/${service}/`];
  return [regex ? "regex" : "exact", `/${service}/${method}`];
}

const KNOWN_FILTERS: Readonly<Record<string, string>> = {
  RequestHeaderModifier: "headers",
  ResponseHeaderModifier: "headers",
  RequestRedirect: "redirect",
  RequestMirror: "mirrors",
  URLRewrite: "rewrite",
  CORS: "corsPolicy",
};
const OF_GRPC = ["RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror"];

/** What it does, in a VirtualService's words as far as routing goes. */
function ruleOf(route: Manifest, rule: JsonObject, world: RoutingWorld, granted: boolean): JsonObject | string {
  const made: Record<string, Json> = route.kind === "HTTPRoute" ? limitsOf(rule) : {};
  const mirrors: JsonObject[] = [];
  for (const filter of listAt(rule, "filters")) {
    const type = textAt(filter, "type") ?? "";
    const key = KNOWN_FILTERS[type];
    if (key === undefined || (route.kind === "GRPCRoute" && !OF_GRPC.includes(type)))
      return `it has the filter ${type.slice(0, 80)}, which Istio doesn’t know`;
    if (type === "RequestMirror") mirrors.push(...mirrorOf(route, objectAt(filter, "requestMirror"), world, granted));
    else made[key] = {};
  }
  if (mirrors.length > 0) made["mirrors"] = mirrors;
  const backends = listAt(rule, "backendRefs").filter((backend) => backendWeight(backend) > 0);
  if (backends.length === 0) return made["redirect"] ? made : { ...made, directResponse: { status: 500 } };
  const to: JsonObject[] = [];
  for (const backend of backends) {
    const destination = backendOf(route, backend, world, granted);
    if (typeof destination === "string") return destination;
    const headers = listAt(backend, "filters").length > 0 ? { headers: {} } : {};
    to.push({ destination, weight: backendWeight(backend), ...headers });
  }
  return { ...made, route: to };
}

/** What may not be named, or isn't known, gets no copies. (createMirrorFilter) */
function mirrorOf(route: Manifest, filter: JsonObject, world: RoutingWorld, granted: boolean): readonly JsonObject[] {
  const destination = backendOf(route, objectAt(filter, "backendRef"), world, granted);
  if (typeof destination === "string" || !has(destination, "host")) return [];
  return [{ destination, percentage: { value: mirroredPercent(filter) } }];
}

/**
 * Timeouts and retries. That of the backend is one attempt's where retries are asked for, else the whole call's.
 * (convertHTTPRoute; of GRPCRoutes it reads neither)
 */
function limitsOf(rule: JsonObject): Record<string, Json> {
  const [timeouts, retry] = [objectAt(rule, "timeouts"), objectAt(rule, "retry")];
  const given = (key: string) => {
    const text = textAt(timeouts, key);
    return (durationMs(text) ?? 0) > 0 ? text : null;
  };
  const [request, backend] = [given("request"), given("backendRequest")];
  const retries = has(rule, "retry");
  const timeout = (retries ? null : backend) ?? request;
  const codes = retry["codes"];
  const on = Array.isArray(codes) ? codes.flatMap((code) => (typeof code === "number" ? [String(code)] : [])) : [];
  return {
    ...(timeout === null ? {} : { timeout }),
    ...(retries
      ? {
          retries: {
            attempts: numberAt(retry, "attempts") ?? 2,
            retryOn: ["connect-failure", "refused-stream", "unavailable", "cancelled", ...on].join(","),
            ...(backend === null ? {} : { perTryTimeout: backend }),
          },
        }
      : {}),
  };
}

export const backendWeight = (backend: JsonObject): number => numberAt(backend, "weight") ?? 1;

/** Without a host: calls sent there answer 500. */
export function backendOf(
  route: Manifest,
  backend: JsonObject,
  world: RoutingWorld,
  granted: boolean,
): JsonObject | string {
  const own = namespaceOf(route);
  const to = named(backend, { group: "", kind: "Service", namespace: own });
  if (granted && to.namespace !== own && !isGranted(route, to, world)) return {};
  const known = `${to.group}/${to.kind}`;
  const hosts: Readonly<Record<string, string>> = {
    "/Service": fullName(to),
    "core/Service": fullName(to),
    [`${NETWORKING}/Hostname`]: to.name,
    "multicluster.x-k8s.io/ServiceImport": `${to.name}.${to.namespace}.svc.clusterset.local`,
    "inference.networking.k8s.io/InferencePool": `InferencePool ${to.namespace}/${to.name}`,
  };
  const host = hosts[known];
  if (host === undefined) return {};
  if (to.kind === "Service" && to.name.includes(".")) return "it names a Service by a host";
  const port = numberAt(backend, "port");
  if (port === null && to.kind !== "InferencePool") return "it names a backend without its port";
  return { host, ...(port === null ? {} : { port: { number: port } }) };
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant */
const isGranted = (route: Manifest, to: ReturnType<typeof named>, world: RoutingWorld): boolean =>
  world
    .objects("ReferenceGrant")
    .filter((grant) => namespaceOf(grant) === to.namespace)
    .some(
      (grant) =>
        listAt(specOf(grant), "from").some(
          (from) =>
            textAt(from, "group") === GATEWAY_API &&
            textAt(from, "kind") === route.kind &&
            textAt(from, "namespace") === namespaceOf(route),
        ) &&
        listAt(specOf(grant), "to").some(
          (each) =>
            (textAt(each, "group") ?? "") === to.group &&
            textAt(each, "kind") === to.kind &&
            [null, "", to.name].includes(textAt(each, "name")),
        ),
    );
