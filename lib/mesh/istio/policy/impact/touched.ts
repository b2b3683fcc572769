/** Which calls a change can concern at all: the others aren't looked at. */
import { same } from "#lib/policy/json.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness } from "../hosts.ts";
import { attached, type EnforcementPoint } from "../meaning/authorization/attached.ts";
import { OF_BYTES } from "../meaning/effective/route-versions.ts";
import { ROUTES } from "../meaning/effective/way.ts";
import { hostsOfRule } from "../meaning/routing/host-index.ts";
import { namespaceOf, specOf, textsAt } from "../routing/json.ts";
import { gatewaysOf } from "../routing/virtual-services.ts";
import { isNamespace } from "./membership.ts";
import type { Change, Side, Sides } from "./sides.ts";
import { GATEWAY } from "./waypoints.ts";

export interface Touched {
  /** PeerAuthentications of the server's or the Service's namespace, or of all. */
  readonly peers: (server: string, service: string | null) => boolean;
  /** DestinationRules for the host. */
  readonly rules: (host: string) => boolean;
  /** AuthorizationPolicies and RequestAuthentications that may count in the namespace. */
  readonly admission: (namespace: string) => boolean;
  /** Those that count at the proxy. */
  readonly at: (point: EnforcementPoint) => boolean;
  /** What may put calls behind a waypoint or take them from one, or pods into ambient or out of it. */
  readonly enrolling: readonly Manifest[];
  /** Anything that may have a say in what gateways do with what comes in. */
  readonly gates: boolean;
  /** Anything that has a say in where a client of that namespace reaches the host. */
  readonly way: (host: string, client: string) => boolean;
}

/** Kinds that say where calls go. */
const SENDING = ["VirtualService", "DestinationRule", ...ROUTES, ...OF_BYTES];

/** Whether it changes anything that could matter to a call. */
export function differs({ before, after }: Change): boolean {
  if (before === null || after === null) return before !== after;
  const { annotations, labels } = before.metadata;
  return (
    !same(before.spec ?? null, after.spec ?? null) ||
    !same(annotations ?? {}, after.metadata.annotations ?? {}) ||
    !same(labels ?? {}, after.metadata.labels ?? {})
  );
}

export function touchedBy(changes: readonly Change[], sides: Sides, rootNamespace: string): Touched {
  const objects = changes.flatMap(({ before, after }) => [before, after].flatMap((each) => each ?? []));
  const of = (...kinds: readonly string[]) => objects.filter((each) => kinds.includes(manifestKindKey(each)));
  const places = (list: readonly Manifest[]) => {
    const namespaces = new Set(list.map(namespaceOf));
    return (namespace: string) => namespaces.has(rootNamespace) || namespaces.has(namespace);
  };
  const policies = of("AuthorizationPolicy", "RequestAuthentication");
  const [peers, sidecars, admission] = [of("PeerAuthentication"), of("Sidecar"), policies].map(places);
  const patterns = of("DestinationRule").flatMap(hostsOfRule);
  const declared = of("ServiceEntry").flatMap(({ spec }) => textsAt(spec, "hosts"));
  const routes = new Set(of(...SENDING).map(nameOf));
  const points = new WeakMap<EnforcementPoint, boolean>();
  const routed = new Map<string, boolean>();
  const names = (side: Side, host: string) => {
    const near = side.hosts.around(host);
    return SENDING.some((kind) => near(kind).some((each) => routes.has(nameOf(each))));
  };
  return {
    peers: (server, service) => peers?.(server) === true || (service !== null && peers?.(service) === true),
    rules: (host) => patterns.some((pattern) => closeness(pattern, host) > 0),
    admission: (namespace) => admission?.(namespace) === true,
    at: (point) => {
      const known = points.get(point) ?? attached(policies, point, rootNamespace).length > 0;
      points.set(point, known);
      return known;
    },
    enrolling: objects.filter((each) => isNamespace(each) || manifestKindKey(each) === GATEWAY),
    gates: objects.some(isForGateways),
    way: (host, client) => {
      if (sidecars?.(client) === true || declared.some((each) => closeness(each.toLowerCase(), host) > 0)) return true;
      if (routes.size === 0) return false;
      const known = routed.get(host) ?? (names(sides.before, host) || names(sides.after, host));
      routed.set(host, known);
      return known;
    },
  };
}

/** Gateways, what opens listeners of them or is bound to any, and labels that listeners select by; a delegate doesn't say whose rules it is part of. */
function isForGateways(object: Manifest): boolean {
  if (["Gateway", "ListenerSet", "ReferenceGrant"].includes(object.kind) || isNamespace(object)) return true;
  if (object.kind === "VirtualService")
    return textsAt(specOf(object), "hosts").length === 0 || gatewaysOf(object).some((each) => each !== "mesh");
  return [...ROUTES, ...OF_BYTES].includes(object.kind);
}

const nameOf = (manifest: Manifest): string =>
  `${manifestKindKey(manifest)}/${manifest.metadata.namespace ?? ""}/${manifest.metadata.name}`;
