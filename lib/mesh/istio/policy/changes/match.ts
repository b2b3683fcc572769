/** A rule of its own for some requests (A/B): in a VirtualService before all others, in a route where its match ranks it. */

import type { MatchIntent, TextMatch } from "#lib/policy/intent.ts";
import { same } from "#lib/policy/json.ts";
import { refText } from "#lib/policy/ref.ts";
import { fullName, hostExists } from "../hosts.ts";
import { attachedRoutes, gatewayApiRules } from "../routing/gateway-api.ts";
import {
  type Json,
  type JsonObject,
  listAt,
  namespaceOf,
  numberAt,
  objectAt,
  specOf,
  textAt,
} from "../routing/json.ts";
import { meshVirtualServices, rulesOf } from "../routing/virtual-services.ts";
import { editSpec, refuse, set, type Workbench } from "./edit.ts";
import { subsetFor } from "./subsets.ts";
import { ruleAt, type Target, targetRule } from "./target.ts";

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** The whole header has to match: https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch */
const cookieRegex = ({ name, value }: { name: string; value: string }): string =>
  `^(.*;\\s*)?${escaped(name)}=${escaped(value)}(;.*)?$`;

export function match(intent: MatchIntent, bench: Workbench): void {
  const { when } = intent;
  const headers = when.headers ?? {};
  const some = when.path ?? when.method ?? when.cookie ?? when.sourceNamespace;
  if (some === undefined && Object.keys({ ...headers, ...when.sourceLabels }).length === 0)
    refuse("when", "name at least one condition");
  if (when.cookie !== undefined && Object.keys(headers).some((name) => name.toLowerCase() === "cookie")) {
    refuse("when.headers", "the cookie header is matched by `cookie` already");
  }
  // targetRule would otherwise make a VirtualService, or its list of rules, to remove from.
  if (intent.remove === true && intent.rule === undefined && !holdsRules(bench, intent)) return;
  const target = targetRule(bench, intent.service, intent.rule);
  if (target.list === "tcp" || target.list === "tls") refuse("rule", "only rules of HTTP match requests");
  const condition = target.api === "istio" ? istioMatch(intent) : gatewayMatch(intent, target.owner.kind);
  const key = target.api === "istio" ? "match" : "matches";
  const rules = listAt(specOf(bench.now(target.owner)), target.list);
  const byName = rules.findIndex((rule) =>
    intent.name !== undefined ? textAt(rule, "name") === intent.name : same(rule[key], [condition]),
  );
  const byCondition =
    byName >= 0 ? byName : rules.findIndex((rule) => same(rule[key], [condition]) && textAt(rule, "name") === null);
  const at = target.api === "gateway" ? byCondition : byName;
  if (intent.remove === true) {
    if (at >= 0)
      bench.edit(target.owner, (now) =>
        editSpec(now, (spec) =>
          set(
            spec,
            target.list,
            rules.filter((_, i) => i !== at),
          ),
        ),
      );
    return;
  }
  const to = target.api === "istio" ? istioTo(intent, bench, target) : gatewayTo(intent, bench, target);
  if (at >= 0) {
    const replaced = rules.map((rule, i) => (i === at ? { ...rule, [key]: [condition], ...to } : rule));
    bench.edit(target.owner, (now) => editSpec(now, (spec) => set(spec, target.list, replaced)));
    return;
  }
  const name = intent.name !== undefined && target.api === "istio" ? { name: intent.name } : {};
  bench.edit(target.owner, (now) =>
    editSpec(now, (spec) => set(spec, target.list, [{ ...name, [key]: [condition], ...to }, ...rules])),
  );
  bench.note(target.api === "istio" ? "the new rule is tried first" : placeOf(intent, bench, target));
  bench.note("timeouts, retries and faults of other rules don't count for the new rule");
}

const NAMED = 3;

/**
 * Which rules of the service's routes go before the new one, the first of its own: by their matches, wherever they stand.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule, matches
 */
function placeOf({ service }: MatchIntent, bench: Workbench, { owner }: Target): string {
  const routes = attachedRoutes(service, bench.world).filter(({ kind }) => kind === owner.kind);
  const own = bench.now(owner);
  const ranked = gatewayApiRules(routes.map((route) => bench.now(route)));
  const before = ranked.slice(
    0,
    ranked.findIndex((one) => one.owner === own && one.index === 0),
  );
  const names = before.slice(0, NAMED).map((one) => `${refText(bench.ref(one.owner))} ${one.path}`);
  const more = before.length > NAMED ? ` and ${before.length - NAMED} more` : "";
  const there = before.length === 0 ? "none does here" : `${names.join(", ")}${more} (as numbered with the new rule)`;
  return `rules with a closer match (path, then method, then headers) and equal ones of older routes go before the new rule: ${there}`;
}

/** A route of the service, or the VirtualService that counts, has rules of requests that could be taken away. */
function holdsRules({ world }: Workbench, { service }: MatchIntent): boolean {
  const [winner] = meshVirtualServices(service, world);
  const written = winner === undefined ? [] : rulesOf(winner, world);
  return attachedRoutes(service, world).length > 0 || written.some(({ protocol }) => protocol === "http");
}

function istioMatch({ when }: MatchIntent): JsonObject {
  const text = ({ op, value }: TextMatch): JsonObject => ({ [op]: value });
  // Istio wants header names in lower case.
  const named = Object.entries(when.headers ?? {}).map(([name, one]): [string, Json] => [
    name.toLowerCase(),
    text(one),
  ]);
  const cookie: [string, Json][] = when.cookie === undefined ? [] : [["cookie", { regex: cookieRegex(when.cookie) }]];
  const headers = Object.fromEntries([...named, ...cookie]);
  return {
    ...(when.path !== undefined && { uri: text(when.path) }),
    ...(when.method !== undefined && { method: text(when.method) }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(when.sourceLabels !== undefined &&
      Object.keys(when.sourceLabels).length > 0 && { sourceLabels: when.sourceLabels }),
    ...(when.sourceNamespace !== undefined && { sourceNamespace: when.sourceNamespace }),
  };
}

function istioTo({ service, version }: MatchIntent, bench: Workbench, target: Target): JsonObject {
  const first = listAt(ruleAt(bench, target), "route")[0];
  const port = objectAt(objectAt(first, "destination"), "port");
  const subset = subsetFor(bench, service, version);
  return {
    route: [{ destination: { host: fullName(service), subset, ...(Object.keys(port).length > 0 && { port }) } }],
  };
}

function gatewayMatch({ when }: MatchIntent, kind: string): JsonObject {
  if (when.sourceLabels !== undefined) refuse("when.sourceLabels", "Gateway API routes can't tell clients apart");
  if (when.sourceNamespace !== undefined) refuse("when.sourceNamespace", "Gateway API routes can't tell clients apart");
  if (kind === "GRPCRoute" && (when.path ?? when.method) !== undefined)
    refuse("when.path", "a GRPCRoute matches headers only here");
  if (when.method !== undefined && when.method.op !== "exact")
    refuse("when.method", "Gateway API matches a method exactly");
  const headers = Object.entries(when.headers ?? {}).map(([name, { op, value }]): JsonObject => {
    if (op === "exact") return { name, value };
    return { type: "RegularExpression", name, value: op === "prefix" ? `^${escaped(value)}.*` : value };
  });
  if (when.cookie !== undefined)
    headers.push({ type: "RegularExpression", name: "cookie", value: cookieRegex(when.cookie) });
  const types = { exact: "Exact", prefix: "PathPrefix", regex: "RegularExpression" } as const;
  return {
    ...(when.path !== undefined && { path: { type: types[when.path.op], value: when.path.value } }),
    ...(headers.length > 0 && { headers }),
    ...(when.method !== undefined && { method: when.method.value }),
  };
}

function gatewayTo({ version }: MatchIntent, bench: Workbench, target: Target): JsonObject {
  const backends = listAt(ruleAt(bench, target), "backendRefs");
  const known = backends.find((backend) => textAt(backend, "name") === version);
  if (known !== undefined) return { backendRefs: [set(known, "weight", undefined)] };
  const port = backends.map((backend) => numberAt(backend, "port")).find((one) => one !== null);
  const namespace = namespaceOf(target.owner);
  const to = port ?? bench.world.inventory?.services.get(`${namespace}/${version}`)?.ports[0]?.port;
  if (to === undefined) refuse("version", `which port of ${version} is meant isn't known`);
  if (!hostExists(fullName({ namespace, name: version }), bench.world))
    bench.note(`there is no service ${version}: calls sent there fail`);
  return { backendRefs: [{ name: version, port: to }] };
}
