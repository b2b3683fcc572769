/**
 * Gateway API routes of a Service, as the rules that a VirtualService would be. https://gateway-api.sigs.k8s.io/mesh/
 * Of several matching rules the most specific counts; here they are put into that order.
 */
import type { Json, KubeObject } from "../kube/object.ts";
import { durationMs, isObject, listAt, numberAt, objectAt, textAt } from "../kube/read.ts";
import { type HttpMatch, regexTest, type TextTest } from "./match.ts";
import type { HttpRule } from "./virtual-service.ts";
import { DOMAIN } from "./virtual-service.ts";

export interface ServiceRoute {
  readonly namespace: string;
  readonly name: string;
  /** Full names of the services it is attached to. */
  readonly hosts: readonly string[];
  readonly http: readonly HttpRule[];
}

const NO_MATCH: HttpMatch = {
  path: null,
  method: null,
  authority: null,
  headers: [],
  query: [],
  port: null,
  gateways: null,
  sourceLabels: {},
  sourceNamespace: null,
  never: false,
};

/** An HTTPRoute or GRPCRoute; one that is attached to no Service routes nothing between workloads. */
export function readServiceRoute(object: KubeObject): ServiceRoute {
  const namespace = object.metadata.namespace ?? "default";
  const rules = listAt(object.spec, "rules").flatMap((rule, place) => readRule(rule, namespace, place));
  return {
    namespace,
    name: object.metadata.name,
    hosts: listAt(object.spec, "parentRefs")
      .filter((ref) => textAt(ref, "kind") === "Service")
      .map((ref) => `${textAt(ref, "name") ?? ""}.${textAt(ref, "namespace") ?? namespace}.${DOMAIN}`),
    http: rules.sort((a, b) => b.weight - a.weight || a.place - b.place).map(({ rule }) => rule),
  };
}

interface Ranked {
  readonly rule: HttpRule;
  readonly place: number;
  readonly weight: number;
}

/** One rule a match: matches of one rule can differ in how specific they are. */
function readRule(rule: Json, namespace: string, place: number): Ranked[] {
  const given = listAt(rule, "matches");
  const action = readAction(rule, namespace);
  return (given.length > 0 ? given : [{}]).map((match) => ({
    place,
    weight: specificity(match),
    rule: { ...action, matches: Object.keys(match).length === 0 ? [] : [readMatch(match)] },
  }));
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule: exact path, longest prefix, method, number of headers. */
function specificity(match: Json): number {
  const path = objectAt(match, "path");
  const length = textAt(path, "value")?.length ?? 1;
  const kind = { Exact: 2e6, PathPrefix: 1e3 * length, RegularExpression: 1e6 }[textAt(path, "type") ?? "PathPrefix"];
  const method = match["method"] === undefined ? 0 : 500;
  return (kind ?? 0) + method + listAt(match, "headers").length;
}

function valueTest(value: Json): TextTest {
  const wanted = textAt(value, "value") ?? "";
  return textAt(value, "type") === "RegularExpression" ? regexTest(wanted) : (text) => text === wanted;
}

function pathTest(path: Json): TextTest | null {
  const value = textAt(path, "value");
  if (value === undefined) return null;
  if (textAt(path, "type") === "Exact") return (text) => text === value;
  if (textAt(path, "type") === "RegularExpression") return regexTest(value);
  // By path element: /shop takes /shop and /shop/x, not /shopping.
  const prefix = value.replace(/\/+$/, "");
  return (text) => text === prefix || text.startsWith(`${prefix}/`);
}

function readMatch(match: Json): HttpMatch {
  const method = textAt(match, "method");
  const call = objectAt(match, "method");
  const grpc = isObject(match["method"])
    ? (text: string): boolean => {
        const [, service, name] = text.split("/");
        return [
          [textAt(call, "service"), service],
          [textAt(call, "method"), name],
        ].every(([wanted, is]) => wanted === undefined || wanted === is);
      }
    : null;
  const named = (key: string) =>
    listAt(match, key).map((each) => ({ name: textAt(each, "name") ?? "", test: valueTest(each) }));
  return {
    ...NO_MATCH,
    path: grpc ?? pathTest(objectAt(match, "path")),
    method: method === undefined ? null : (text) => text === method,
    headers: named("headers").map(({ name, test }) => ({ name: name.toLowerCase(), test, without: false })),
    query: named("queryParams"),
  };
}

function readAction(rule: Json, namespace: string): Omit<HttpRule, "matches"> {
  const to = (ref: Json) => ({
    host: `${textAt(ref, "name") ?? ""}.${textAt(ref, "namespace") ?? namespace}.${DOMAIN}`,
    subset: null,
  });
  const timeouts = objectAt(rule, "timeouts");
  const retry = objectAt(rule, "retry");
  const attempts = numberAt(retry, "attempts");
  const codes = Array.isArray(retry["codes"]) ? retry["codes"].map(String) : [];
  return {
    routes: listAt(rule, "backendRefs").map((ref) => ({ to: to(ref), weight: numberAt(ref, "weight") ?? 1 })),
    mirrors: listAt(rule, "filters")
      .filter((filter) => textAt(filter, "type") === "RequestMirror")
      .map((filter) => {
        const mirror = objectAt(filter, "requestMirror");
        return { to: to(objectAt(mirror, "backendRef")), share: (numberAt(mirror, "percent") ?? 100) / 100 };
      }),
    timeoutMs: durationMs(textAt(timeouts, "request")) || null,
    retries:
      isObject(rule["retry"]) && attempts !== undefined
        ? {
            attempts,
            on: codes.length > 0 ? codes : ["connect-failure", "refused-stream", "unavailable", "cancelled"],
            perTryMs: durationMs(textAt(timeouts, "backendRequest")) || null,
            backoffMs: durationMs(textAt(retry, "backoff")) ?? null,
          }
        : null,
    abort: null,
    delay: null,
  };
}
