/**
 * Where a request goes, as the sidecar of one client in the mesh sees it: the Sidecar's scope, then the one VirtualService that
 * counts for the host, its rules in order with delegates in place, then the DestinationRule that declares the subset. Calls that
 * come by a gateway or waypoint are routed there, by that proxy, and aren't decided here.
 * https://istio.io/latest/docs/ops/best-practices/traffic-management/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { sharesOf } from "#lib/policy/weights.ts";
import { closeness, namespaceOfHost, resolveHost } from "../../hosts.ts";
import { destinationRules } from "../../routing/destination-rules.ts";
import {
  isObject,
  listAt,
  namespaceOf,
  numberAt,
  objectAt,
  specOf,
  textAt,
  textsAt,
  visibleTo,
  weightOf,
} from "../../routing/json.ts";
import { byPrecedence, gatewaysOf } from "../../routing/virtual-services.ts";
import { every, isKnown, lacking, some, type Truth } from "../truth.ts";
import { type EffectiveRule, effectiveRules, type LeftOut } from "./delegates.ts";
import { type Caller, concerns, meets, type RequestFacts } from "./match.ts";
import { knows, sidecarOf } from "./scope.ts";

type World = Pick<PolicyWorld, "objects" | "rootNamespace">;

export interface Target {
  readonly host: string;
  readonly subset: string | null;
  readonly port: number | null;
  /** 0…1 of the rule's calls. */
  readonly share: number;
  /** The DestinationRule that declares the subset; null: no subset is named, or none that this client follows declares it: 503. */
  readonly declaredBy: Manifest | null;
}

export interface Chosen {
  /** null: no VirtualService counts, and the service itself is called. */
  readonly object: Manifest | null;
  readonly path: Segments;
  readonly does: "route" | "redirect" | "answer";
  readonly to: readonly Target[];
  /** What the rule asks for, as EffectiveRule has it. */
  readonly matches: EffectiveRule["matches"];
}

export interface Routed {
  readonly outcome:
    | { readonly kind: "routed"; readonly chosen: Chosen }
    /** 404: the host's VirtualService has rules for the client, but none for the request. `by`: that object. */
    | { readonly kind: "no route"; readonly by: Manifest }
    /** The proxy doesn't know the host: what it then does is the mesh's outboundTrafficPolicy. */
    | { readonly kind: "out of scope"; readonly by: Manifest }
    /** `perhapsNone`: the VirtualService, where it may be that no rule takes it. */
    | {
        readonly kind: "unknown";
        readonly lacks: readonly string[];
        readonly candidates: readonly Chosen[];
        readonly perhapsNone: Manifest | null;
      };
  /** VirtualServices for the host that this client sees and that lose to the one that counts. */
  readonly shadowed: readonly Manifest[];
  readonly leftOut: readonly LeftOut[];
}

/** `host`: full. `owner`: the namespace of its Service or ServiceEntry. */
export function route(host: string, owner: string, caller: Caller, request: RequestFacts, world: World): Routed {
  const sidecar = sidecarOf(caller, world);
  if (sidecar !== null && !knows(sidecar, host, owner, caller)) {
    return { outcome: { kind: "out of scope", by: sidecar }, shadowed: [], leftOut: [] };
  }
  const seen = candidates(host, caller, sidecar, world);
  const first = counting(seen, host, caller, world);
  const shadowed = seen.filter((each) => each !== first);
  if (first === undefined) {
    const to: Target = { host, subset: null, port: caller.port, share: 1, declaredBy: null };
    return {
      outcome: { kind: "routed", chosen: { object: null, path: [], does: "route", to: [to], matches: [] } },
      shadowed,
      leftOut: seen[0] === undefined ? [] : effectiveRules(seen[0], world).leftOut,
    };
  }
  const { rules, leftOut } = effectiveRules(first, world);
  return { outcome: decide(first, rules, caller, request, world), shadowed, leftOut };
}

const fit = (vs: Manifest, host: string): number =>
  Math.max(0, ...textsAt(specOf(vs), "hosts").map((each) => closeness(resolveHost(each, namespaceOf(vs)), host)));

/** Of the mesh, for the host, seen by the client: the closest host first, then by precedence. */
function candidates(host: string, caller: Caller, sidecar: Manifest | null, world: World): readonly Manifest[] {
  const precedence = byPrecedence(caller.namespace);
  return world
    .objects("VirtualService")
    .filter((vs) => gatewaysOf(vs).includes("mesh") && visibleTo(vs, caller.namespace) && fit(vs, host) > 0)
    .filter((vs) => knows(sidecar, host, namespaceOf(vs), caller))
    .toSorted((a, b) => fit(b, host) - fit(a, host) || precedence(a, b));
}

/**
 * One counts; they aren't merged. One without a rule for the client doesn't, and the next for the very same host does; but where a
 * wildcard is the closest, or all that name the host have none, the service is called as if there were no VirtualService.
 * (buildSidecarVirtualHostsForVirtualService in pilot/pkg/networking/core/route/route.go)
 */
function counting(seen: readonly Manifest[], host: string, caller: Caller, world: World): Manifest | undefined {
  const [closest] = seen;
  if (closest === undefined) return undefined;
  const exact = fit(closest, host) === Number.POSITIVE_INFINITY;
  const rivals = exact ? seen.filter((vs) => fit(vs, host) === Number.POSITIVE_INFINITY) : [closest];
  return rivals.find((vs) =>
    effectiveRules(vs, world).rules.some(
      ({ matches }) => matches.length === 0 || matches.some((alternative) => concerns(alternative, caller)),
    ),
  );
}

/** The VirtualService that counts for a client's calls to a host, with what its Sidecar lets it know. */
export const followed = (host: string, caller: Caller, sidecar: Manifest | null, world: World): Manifest | undefined =>
  counting(candidates(host, caller, sidecar, world), host, caller, world);

function decide(
  vs: Manifest,
  rules: readonly EffectiveRule[],
  caller: Caller,
  request: RequestFacts,
  world: World,
): Routed["outcome"] {
  const open: { readonly chosen: Chosen; readonly truth: Truth }[] = [];
  for (const found of rules) {
    const own = found.matches.filter((alternative) => concerns(alternative, caller));
    const truth =
      found.matches.length === 0 ||
      some(own.map((alternative) => every(alternative.map((match) => meets(match, request)))));
    if (truth === false) continue;
    const chosen = show(found, caller, world);
    if (truth === true && open.length === 0) return { kind: "routed", chosen };
    open.push({ chosen, truth });
    if (truth === true) break;
  }
  if (open.length === 0) return { kind: "no route", by: vs };
  const lacks = open.flatMap(({ truth }) => (isKnown(truth) ? [] : truth.lacks));
  const perhapsNone = open.some(({ truth }) => truth === true) ? null : vs;
  return { kind: "unknown", lacks: lacking(...lacks).lacks, candidates: open.map(({ chosen }) => chosen), perhapsNone };
}

function show({ owner, path, rule, matches }: EffectiveRule, caller: Caller, world: World): Chosen {
  const does = isObject(rule["redirect"]) ? "redirect" : isObject(rule["directResponse"]) ? "answer" : "route";
  const routes = listAt(rule, "route");
  const shares = sharesOf(routes.map(weightOf), "istio");
  const to = routes.map((each, at): Target => {
    const destination = objectAt(each, "destination");
    const host = resolveHost(textAt(destination, "host") ?? "", namespaceOf(owner));
    const subset = textAt(destination, "subset") || null;
    const applied = destinationRules(host, namespaceOfHost(host), caller.namespace, world, caller.labels);
    return {
      ...{ host, subset, port: numberAt(objectAt(destination, "port"), "number"), share: shares[at] ?? 0 },
      declaredBy: applied.subsets.find(({ name }) => name === subset)?.owner ?? null,
    };
  });
  return { object: owner, path, does, to: does === "route" ? to : [], matches };
}
