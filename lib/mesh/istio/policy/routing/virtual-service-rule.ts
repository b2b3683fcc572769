/** One rule of a VirtualService as it is shown. */
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refOf } from "#lib/policy/ref.ts";
import type { RouteRule, WeightedDestination } from "#lib/policy/routing.ts";
import { sharesOf } from "#lib/policy/weights.ts";
import { hostExists, resolveHost, serviceOfHost } from "../hosts.ts";
import { matchesOf } from "./conditions.ts";
import { destinationRules } from "./destination-rules.ts";
import {
  has,
  isObject,
  type JsonObject,
  listAt,
  namespaceOf,
  numberAt,
  objectAt,
  textAt,
  textsAt,
  weightOf,
} from "./json.ts";
import { delegateOf, type VsRule } from "./virtual-services.ts";

/** Names the annotation that says until when faults of an object are meant. */
export const FAULT_UNTIL = "meshscope.dev/fault-until";

export function showRule(found: VsRule, client: string, world: PolicyWorld): RouteRule {
  const { owner, protocol, path, rule, within, gateways } = found;
  const own = listAt(rule, "match").flatMap((match) => textsAt(match, "gateways"));
  const narrowed = own.map((name) => (name === "mesh" || name.includes("/") ? name : `${namespaceOf(owner)}/${name}`));
  const everyNarrowed = listAt(rule, "match").every((match) => textsAt(match, "gateways").length > 0);
  return {
    object: refOf(world.cluster, owner),
    path,
    protocol,
    name: textAt(rule, "name"),
    gateways: narrowed.length > 0 && everyNarrowed ? [...new Set(narrowed)] : gateways,
    matches: matchesOf(rule, within),
    action: actionOf(found, client, world),
    rewrite: rewriteOf(rule),
    timeout: textAt(rule, "timeout"),
    retries: retriesOf(rule),
    fault: faultOf(rule, owner.metadata.annotations?.[FAULT_UNTIL] ?? null),
    mirrors: mirrorsOf(rule).map(({ destination, percent }) => ({
      host: resolveHost(textAt(destination, "host") ?? "", namespaceOf(owner)),
      version: textAt(destination, "subset"),
      percent,
    })),
  };
}

function actionOf(found: VsRule, client: string, world: PolicyWorld): RouteRule["action"] {
  const { rule } = found;
  const delegate = delegateOf(found);
  if (delegate !== null) return { kind: "delegate", text: `VirtualService ${delegate.namespace}/${delegate.name}` };
  if (isObject(rule["redirect"])) {
    const to = rule["redirect"];
    const code = numberAt(to, "redirectCode") ?? 301;
    const where = `${textAt(to, "scheme") ?? ""}${textAt(to, "scheme") === null ? "" : "://"}${textAt(to, "authority") ?? ""}`;
    return { kind: "redirect", text: `${code} ${where}${textAt(to, "uri") ?? ""}`.trim() };
  }
  if (isObject(rule["directResponse"])) {
    return { kind: "respond", text: `${numberAt(rule["directResponse"], "status") ?? "without a status"}` };
  }
  return { kind: "route", to: destinationsOf(found, client, world) };
}

function destinationsOf({ owner, rule, path }: VsRule, client: string, world: PolicyWorld): WeightedDestination[] {
  const routes = listAt(rule, "route");
  const shares = sharesOf(routes.map(weightOf), "istio");
  return routes.map((route, i) => {
    const destination = objectAt(route, "destination");
    const host = resolveHost(textAt(destination, "host") ?? "", namespaceOf(owner));
    const version = textAt(destination, "subset");
    const { subsets } = destinationRules(host, serviceOfHost(host)?.namespace ?? null, client, world);
    return {
      path: `${path}.route[${i}]`,
      host,
      version,
      port: numberAt(objectAt(destination, "port"), "number"),
      weight: numberAt(route, "weight"),
      share: shares[i] ?? 0,
      exists: hostExists(host, world) && (version === null || subsets.some(({ name }) => name === version)),
    };
  });
}

function rewriteOf(rule: JsonObject): string | null {
  const rewrite = objectAt(rule, "rewrite");
  const parts = [
    ["path to", textAt(rewrite, "uri")],
    ["host to", textAt(rewrite, "authority")],
  ];
  if (isObject(rewrite["uriRegexRewrite"])) parts.push(["path to", textAt(rewrite["uriRegexRewrite"], "rewrite")]);
  const said = parts.flatMap(([what, value]) => (value ? `${what} ${value}` : []));
  return said.length === 0 ? null : said.join(", ");
}

function retriesOf(rule: JsonObject): RouteRule["retries"] {
  if (!isObject(rule["retries"])) return null;
  const retries = rule["retries"];
  return {
    attempts: numberAt(retries, "attempts") ?? 0,
    perTryTimeout: textAt(retries, "perTryTimeout"),
    retryOn: textAt(retries, "retryOn"),
    backoff: textAt(retries, "backoff"),
  };
}

/**
 * Without a percentage a fault hits no request.
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection-Delay
 */
export function percentOf(fault: JsonObject): number {
  return numberAt(objectAt(fault, "percentage"), "value") ?? numberAt(fault, "percent") ?? 0;
}

/** What a rule does to calls on purpose. */
export function faultOf(rule: JsonObject, until: string | null): RouteRule["fault"] {
  const fault = objectAt(rule, "fault");
  const [delay, abort] = [objectAt(fault, "delay"), objectAt(fault, "abort")];
  if (!has(fault, "delay") && !has(fault, "abort")) return null;
  return {
    delay: has(fault, "delay") ? { percent: percentOf(delay), fixedDelay: textAt(delay, "fixedDelay") ?? "0s" } : null,
    abort: has(fault, "abort") ? { percent: percentOf(abort), status: statusOf(abort) } : null,
    until,
  };
}

export function statusOf(abort: JsonObject): string {
  return `${numberAt(abort, "httpStatus") ?? textAt(abort, "grpcStatus") ?? textAt(abort, "http2Error") ?? "unknown"}`;
}

/** The list, or the older single field with its own percentage. */
export function mirrorsOf(rule: JsonObject): readonly { destination: JsonObject; percent: number }[] {
  const listed = listAt(rule, "mirrors").map((mirror) => ({
    destination: objectAt(mirror, "destination"),
    percent: numberAt(objectAt(mirror, "percentage"), "value") ?? 100,
  }));
  if (!has(rule, "mirror")) return listed;
  const percent =
    numberAt(objectAt(rule, "mirrorPercentage"), "value") ??
    numberAt(rule, "mirrorPercent") ??
    numberAt(rule, "mirror_percent") ??
    100;
  return [{ destination: objectAt(rule, "mirror"), percent }, ...listed];
}
