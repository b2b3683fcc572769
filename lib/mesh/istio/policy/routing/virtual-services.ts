/**
 * Which VirtualServices count for a service's clients, and their rules with delegates opened (one level).
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { closeness, fullName, type Named, resolveHost } from "../hosts.ts";
import {
  byAge,
  has,
  type JsonObject,
  listAt,
  namespaceOf,
  objectAt,
  specOf,
  textAt,
  textsAt,
  visibleTo,
} from "./json.ts";

export type VsProtocol = "http" | "tls" | "tcp";

/** A rule and its place. */
export interface VsRule {
  readonly owner: Manifest;
  readonly protocol: VsProtocol;
  readonly index: number;
  readonly path: string;
  readonly rule: JsonObject;
  /** Matches of the rule that delegates here; empty: it delegates everything, or this is no delegate. */
  readonly within: readonly JsonObject[];
  /** As written, resolved: `mesh`, `namespace/name`. */
  readonly gateways: readonly string[];
}

/** `mesh` where nothing is said; short names belong to the object's namespace. */
export function gatewaysOf(vs: Manifest): readonly string[] {
  const named = textsAt(specOf(vs), "gateways");
  if (named.length === 0) return ["mesh"];
  return named.map((name) => fullGateway(name, namespaceOf(vs)));
}

/**
 * `namespace/name` of a Gateway as an object of `own` names it: short, with `./`, or the old way, as a host (`name.namespace.…`).
 * (resolveGatewayName in pilot/pkg/model/virtualservice.go)
 */
export function fullGateway(name: string, own: string): string {
  if (name === "mesh") return name;
  if (name.includes("/")) return name.startsWith("./") ? `${own}/${name.slice(2)}` : name;
  const [first = name, namespace = own] = name.split(".");
  return `${namespace}/${first}`;
}

/**
 * Which of two VirtualServices for one host counts for clients of a namespace: one that is exported to that namespace alone before
 * one that is exported to it by name before one for everyone; then the older. (VirtualServicesForGateway in
 * pilot/pkg/model/push_context.go; docs/adr/0016-compared-with-envoy.md)
 */
export function byPrecedence(client: string): (a: Manifest, b: Manifest) => number {
  const rank = (vs: Manifest): number => {
    const exportTo = textsAt(specOf(vs), "exportTo");
    if (exportTo.length === 0 || exportTo.includes("*")) return 2;
    return namespaceOf(vs) === client ? 0 : 1;
  };
  return (a, b) => rank(a) - rank(b) || byAge(a, b);
}

/** VirtualServices for a service on the mesh: the one that counts for sidecars in its namespace, then those that lose. */
export function meshVirtualServices(service: Named, world: PolicyWorld): readonly Manifest[] {
  const full = fullName(service);
  const precedence = byPrecedence(service.namespace);
  return world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes("mesh") && visibleTo(vs, service.namespace))
    .map((vs) => ({ vs, fit: hostFit(vs, full) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => (a.fit === b.fit ? precedence(a.vs, b.vs) : b.fit - a.fit))
    .map(({ vs }) => vs);
}

function hostFit(vs: Manifest, full: string): number {
  const fits = textsAt(specOf(vs), "hosts").map((host) => closeness(resolveHost(host, namespaceOf(vs)), full));
  return Math.max(0, ...fits);
}

/** Rules in the order in which they are tried; a delegating rule is followed by its delegate's. */
export function rulesOf(vs: Manifest, world: PolicyWorld): readonly VsRule[] {
  const gateways = gatewaysOf(vs);
  const own = (["http", "tls", "tcp"] as const).flatMap((protocol) =>
    listAt(specOf(vs), protocol).map(
      (rule, index): VsRule => ({
        owner: vs,
        protocol,
        index,
        path: `spec.${protocol}[${index}]`,
        rule,
        within: [],
        gateways,
      }),
    ),
  );
  return own.flatMap((rule) => [rule, ...delegated(rule, world)]);
}

export function delegateOf({ owner, rule }: VsRule): { readonly namespace: string; readonly name: string } | null {
  const delegate = objectAt(rule, "delegate");
  const name = textAt(delegate, "name");
  return name === null ? null : { name, namespace: textAt(delegate, "namespace") ?? namespaceOf(owner) };
}

export function findDelegate(rule: VsRule, world: PolicyWorld): Manifest | undefined {
  const to = delegateOf(rule);
  if (to === null) return undefined;
  const all = world.objects("VirtualService");
  return all.find((vs) => vs.metadata.name === to.name && namespaceOf(vs) === to.namespace);
}

function delegated(parent: VsRule, world: PolicyWorld): VsRule[] {
  const owner = findDelegate(parent, world);
  // A delegate names no hosts and delegates no further.
  if (owner === undefined || textsAt(specOf(owner), "hosts").length > 0) return [];
  if (!visibleTo(owner, namespaceOf(parent.owner))) return [];
  return listAt(specOf(owner), "http").flatMap((rule, index) =>
    has(rule, "delegate")
      ? []
      : [
          {
            owner,
            protocol: "http" as const,
            index,
            path: `spec.http[${index}]`,
            rule,
            within: listAt(parent.rule, "match"),
            gateways: parent.gateways,
          },
        ],
  );
}

/** It takes everything that comes to it. A match that only narrows the gateways to `mesh` isn't a condition. */
export function catchesAll({ rule, within, protocol }: VsRule): boolean {
  const open = (match: JsonObject) => Object.keys(match).length === 0 || rootPath(match);
  const every = (matches: readonly JsonObject[]) => matches.length === 0 || matches.some(open);
  return protocol !== "tls" && every(listAt(rule, "match")) && every(within);
}

function rootPath(match: JsonObject): boolean {
  const keys = Object.keys(match).filter((key) => key !== "name");
  return keys.length === 0 || (keys.length === 1 && textAt(objectAt(match, "uri"), "prefix") === "/");
}

/** VirtualServices of gateways, with the rules of theirs that send to the service. */
export function gatewayRules(service: Named, world: PolicyWorld): readonly VsRule[] {
  const full = fullName(service);
  return world
    .objects("VirtualService")
    .filter((vs) => textsAt(specOf(vs), "hosts").length > 0 && gatewaysOf(vs).some((gateway) => gateway !== "mesh"))
    .toSorted(byAge)
    .flatMap((vs) => rulesOf(vs, world).filter((rule) => leadsTo(rule, full)));
}

export function leadsTo({ owner, rule }: VsRule, full: string): boolean {
  return listAt(rule, "route").some((to) => {
    const host = textAt(objectAt(to, "destination"), "host");
    return host !== null && resolveHost(host, namespaceOf(owner)) === full;
  });
}
