/** Where a request of a sidecar goes, as far as the reader may see what says so, and what of the rule isn't worked out. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { SimulationQuestion } from "#lib/policy/simulation.ts";
import { closeness, resolveHost, serviceOfHost } from "../../hosts.ts";
import { NETWORKING } from "../../kinds.ts";
import { labelsAt, named } from "../../lookup.ts";
import {
  has,
  isObject,
  listAt,
  namespaceOf,
  objectAt,
  specOf,
  textAt,
  textsAt,
  visibleTo,
} from "../../routing/json.ts";
import { gatewaysOf } from "../../routing/virtual-services.ts";
import { servedBy, unreadIn } from "../revisions.ts";
import { expressions, type Fits } from "../routing/expression.ts";
import type { RequestFacts } from "../routing/match.ts";
import { type Routed, route } from "../routing/route.ts";
import { sidecarOf } from "../routing/scope.ts";
import type { Chosen, Target } from "../routing/target.ts";
import { type OutOfScope, othersFor, outboundMode } from "../routing/unknown-host.ts";
import { type Called, calledAt, hostOf, unsettledEntry } from "./called.ts";
import { OF_BYTES, readersOf } from "./route-versions.ts";
import { blind, HIDDEN, type SecurityWorld } from "./sight.ts";

/** One place that the request may be sent to. */
export interface Destination {
  readonly service: Called;
  readonly port: number;
  readonly subset: string | null;
  /** null: all of the service's. */
  readonly labels: Readonly<Record<string, string>> | null;
}

export interface Way {
  readonly routed: Routed | null;
  readonly to: readonly Destination[];
  readonly lacks: readonly string[];
  /** What the rule does to the request before it arrives. */
  readonly rewrites: { readonly path: boolean; readonly headers: boolean };
}

/** Nothing is done to it on the way. */
export const UNCHANGED = { path: false, headers: false };
/** What becomes of calls to hosts that the client’s Sidecar leaves out, and of connections that no rule takes. */
const OUTBOUND = "the mesh’s outboundTrafficPolicy";
/** It, with the reason why it isn't known where that is who serves the client. */
export const outboundIn = (world: SecurityWorld): string => {
  const served = servedBy(world.readers ?? [], world.mesh);
  return served === null ? OUTBOUND : `${OUTBOUND}: ${served.lacks}`;
};
export const ROUTES = ["HTTPRoute", "GRPCRoute"];

export const directly = (service: Called, port: number): Way => ({
  ...{ routed: null, lacks: [], rewrites: UNCHANGED },
  to: [{ service, port, subset: null, labels: null }],
});

/** Objects that may have a say in how a client of the mesh reaches what it calls, beside its Sidecar. */
export function saying(
  client: Pick<Workload, "namespace" | "labels">,
  service: Called,
  world: SecurityWorld,
): { readonly routing: readonly Manifest[]; readonly all: readonly Manifest[] } {
  const host = hostOf(service);
  const fitting = world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes("mesh"))
    .filter((vs) =>
      textsAt(specOf(vs), "hosts").some((each) => closeness(resolveHost(each, namespaceOf(vs)), host) > 0),
    )
    .filter((vs) => visibleTo(vs, client.namespace));
  // Of other namespaces than the client's or the Service's none counts.
  const routes = ROUTES.flatMap((kind) => world.objects(kind))
    .filter((each) => [client.namespace, service.namespace].includes(namespaceOf(each)))
    .filter((each) => routesService(each, service));
  const routing = [...fitting, ...routes];
  return {
    routing,
    all: [...routing, ...delegatesOf(fitting, world), ...rulesFor(host, world)],
  };
}

/** The object that a control plane reads of what is called. */
export const standsFor = ({ entry, namespace, name }: Called): Manifest =>
  entry?.object ?? { apiVersion: "v1", kind: "Service", metadata: { namespace, name } };

/** What isn't known of how a sidecar routes calls to a Service or a ServiceEntry's host. `http`, and `world`: as below. */
export function unsettled(
  client: Pick<Workload, "namespace" | "labels">,
  service: Called,
  http: boolean | undefined,
  world: SecurityWorld,
): readonly string[] {
  const { routing, all: around } = saying(client, service, world);
  const sidecar = sidecarOf(client, world);
  // Those of all namespaces count.
  const bytes = OF_BYTES.flatMap((kind) => (http === true ? [] : world.objects(kind))).filter((each) =>
    routesService(each, service),
  );
  const all = [...around, ...bytes, ...(sidecar ? [sidecar] : [])];
  return [
    ...blind(world, "VirtualService", "DestinationRule", "Sidecar"),
    ...blind(world, ...(http === false ? [] : ROUTES), ...(http === true ? [] : OF_BYTES)),
    ...readersOf(bytes, world),
    ...unreadIn(world, [...all, standsFor(service)]),
    ...(http === undefined && routing.length + bytes.length > 0 ? ["the port’s protocol"] : []),
    ...(hides(all, world) ? [HIDDEN] : []),
    ...unsettledEntry(service, client.namespace, world),
  ];
}

/** On a port that carries HTTP, or nobody knows what (`http` undefined). `world`: as the client's control plane reads it. */
export function wayOf(
  client: Workload,
  service: Called,
  question: SimulationQuestion,
  http: true | undefined,
  world: SecurityWorld,
): Way {
  const host = hostOf(service);
  const caller = { namespace: client.namespace, labels: client.labels, port: question.port };
  const lacks = unsettled(client, service, http, world);
  if (lacks.length > 0) return { routed: null, to: [], lacks, rewrites: UNCHANGED };
  // A sidecar verifies the tokens of calls that come in, not of those that it routes.
  const routed = route(host, service.namespace, caller, { ...requestOf(question, world), token: null }, world);
  if (routed.outcome.kind === "unknown") return { routed, to: [], lacks: routed.outcome.lacks, rewrites: UNCHANGED };
  if (routed.outcome.kind === "out of scope") {
    const { why } = routed.outcome.by;
    return { routed, ...pastOrNowhere(client, service, { port: question.port, why }, world) };
  }
  if (routed.outcome.kind !== "routed") return { routed, to: [], lacks: [], rewrites: UNCHANGED };
  return { routed, ...followed(routed.outcome.chosen, question, client.namespace, world) };
}

/**
 * To a Service that the client doesn't know, or knows no way to (`why`): to its own address where the outboundTrafficPolicy lets calls
 * pass, else nowhere.
 */
export function pastOrNowhere(
  client: Workload,
  service: Called,
  { port, why }: { readonly port: number } & Pick<OutOfScope, "why">,
  world: SecurityWorld,
): Omit<Way, "routed"> {
  const mode = outboundMode(sidecarOf(client, world), world.mesh?.registryOnly ?? null);
  const none = { to: [], lacks: [], rewrites: UNCHANGED };
  if (mode === null) return { ...none, lacks: [outboundIn(world)] };
  const others =
    why === "no rule" ? null : othersFor(hostOf(service), port, client.namespace, world, service.entry?.object);
  if (others !== null) return { ...none, lacks: [...blind(world, "ServiceEntry"), others] };
  const { to } = directly(service, port);
  return mode === "REGISTRY_ONLY" ? none : { ...none, to };
}

const fitting = new WeakMap<SimulationQuestion, Fits>();

/** Expressions of all rules that one question is followed through are decided on together, within one bound. */
function fitsOf(question: SimulationQuestion): Fits {
  const found = fitting.get(question) ?? expressions();
  fitting.set(question, found);
  return found;
}

export function requestOf(question: SimulationQuestion, { mesh }: Pick<SecurityWorld, "mesh">): RequestFacts {
  const { method, path, host, headers } = question;
  return {
    fits: fitsOf(question),
    ...(mesh?.normalization ? { normalization: mesh.normalization } : {}),
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path, withQuery: true }),
    ...(host === undefined ? {} : { authority: host }),
    ...(headers === undefined ? {} : { headers: lowered(headers) }),
  };
}

export const lowered = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Where a rule leads, and what of it isn’t worked out. `from`: the namespace of the proxy that follows it. */
export function followed(
  chosen: Chosen,
  { port, method }: SimulationQuestion,
  from: string,
  world: SecurityWorld,
): Omit<Way, "routed"> {
  const { rule } = chosen;
  const found = chosen.to
    .filter(({ host, share }) => host !== "" && share > 0)
    .map((target) => destination(target, port, from, world));
  const preflight = isObject(rule["corsPolicy"]) && (method === undefined || method.toUpperCase() === "OPTIONS");
  const lacks = [
    ...found.flatMap((each) => (typeof each === "string" ? [each] : [])),
    ...(has(objectAt(rule, "fault"), "abort") ? ["whether the fault that the rule injects hits it"] : []),
    ...(preflight ? ["whether it is a CORS preflight, which the proxy answers itself"] : []),
  ];
  return {
    to: found.flatMap((each) => (typeof each === "string" ? [] : [each])),
    lacks: [...new Set(lacks)],
    rewrites: {
      path: has(rule, "rewrite"),
      headers: has(rule, "headers") || listAt(rule, "route").some((each) => has(each, "headers")),
    },
  };
}

/** A text: what is lacking to follow it. */
export function destination(
  { host, subset, port, declaredBy }: Target,
  asked: number,
  from: string,
  world: SecurityWorld,
): Destination | string {
  const name = serviceOfHost(host);
  const own = name === null ? undefined : world.inventory.services.get(`${name.namespace}/${name.name}`);
  const service: Called | string | null = own ?? calledAt(host, from, world);
  if (typeof service === "string") return service;
  if (service === null || service.externalName !== undefined) return `what stands behind ${host}`;
  if (service.entry !== undefined && !world.sees(service.entry.object)) return HIDDEN;
  const rules = rulesFor(host, world);
  if (hides(rules, world)) return HIDDEN;
  const [apart] = unreadIn(world, rules);
  if (apart !== undefined) return apart;
  const declared = declaredBy && listAt(specOf(declaredBy), "subsets").find((each) => textAt(each, "name") === subset);
  const [only, second] = service.ports;
  const single = only !== undefined && second === undefined ? only.port : asked;
  return { service, port: port ?? single, subset, labels: declared ? (labelsAt(declared, "labels") ?? {}) : null };
}

export const hides = (objects: readonly Manifest[], world: SecurityWorld): boolean => !objects.every(world.sees);

export const rulesFor = (host: string, world: SecurityWorld): readonly Manifest[] =>
  world
    .objects("DestinationRule")
    .filter((rule) => closeness(resolveHost(textAt(specOf(rule), "host") ?? "", namespaceOf(rule)), host) > 0);

/** Whether any object out of sight has a say in what becomes of calls that are sent on. */
const hidesAfter = (chosen: readonly Chosen[], world: SecurityWorld): boolean =>
  hides(rulesAfter(chosen, world), world);

/** What isn't known of what becomes of calls that are sent on. `world`: as the control plane of who sends them reads it. */
export const unsettledAfter = (chosen: readonly Chosen[], world: SecurityWorld): readonly string[] =>
  hidesAfter(chosen, world) ? [HIDDEN] : unreadIn(world, rulesAfter(chosen, world));

const rulesAfter = (chosen: readonly Chosen[], world: SecurityWorld): readonly Manifest[] =>
  [...new Set(chosen.flatMap(({ to }) => to.map(({ host }) => host)))].flatMap((host) => rulesFor(host, world));

function delegatesOf(owners: readonly Manifest[], world: SecurityWorld): readonly Manifest[] {
  const names = new Set(
    owners.flatMap((owner) =>
      listAt(specOf(owner), "http").map((rule) => {
        const to = objectAt(rule, "delegate");
        return `${textAt(to, "namespace") ?? namespaceOf(owner)}/${textAt(to, "name") ?? ""}`;
      }),
    ),
  );
  return world.objects("VirtualService").filter((vs) => names.has(`${namespaceOf(vs)}/${vs.metadata.name}`));
}

const routesService = (object: Manifest, { namespace, name, entry }: Called): boolean =>
  listAt(object.spec, "parentRefs").some((reference) => {
    const to = named(reference, { group: "", kind: "Gateway", namespace: namespaceOf(object) });
    const kind = entry === undefined ? to.kind === "Service" : to.kind === "ServiceEntry" && to.group === NETWORKING;
    return kind && to.namespace === namespace && to.name === name;
  });
