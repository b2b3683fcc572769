/** What a rule does with the requests that it takes: its destinations, with their shares and the subsets that this client knows. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { sharesOf } from "#lib/policy/weights.ts";
import { namespaceOfHost, resolveHost } from "../../hosts.ts";
import { destinationRules } from "../../routing/destination-rules.ts";
import { isObject, listAt, namespaceOf, numberAt, objectAt, textAt, weightOf } from "../../routing/json.ts";
import type { EffectiveRule } from "./delegates.ts";
import { entriesNaming, ownerOf } from "./exported.ts";
import type { Caller } from "./match.ts";
import type { Kept, RoutingWorld } from "./world.ts";

/** What a destination without a host is. */
export const NOT_GRANTED = "a backend that the route may not name, or of a kind that Istio doesn’t know";

export interface Target {
  /** Full; "": calls sent there answer 500, see NOT_GRANTED. */
  readonly host: string;
  readonly subset: string | null;
  /** null: not said, which is the one port of a Service that has one, else the port that was called. */
  readonly port: number | null;
  /** 0…1 of the rule's calls. */
  readonly share: number;
  /** The DestinationRule that declares the subset; null: no subset is named, or none that this client follows declares it: 503. */
  readonly declaredBy: Manifest | null;
  /** A Service that the proxy's namespace doesn't know, so that it has no cluster of it: `missing`. */
  readonly kept: Kept | null;
  /** What calls to a host without a cluster are answered. */
  readonly missing: 500 | 503;
  /** The DestinationRule that this client follows for the host, the oldest where several are merged. */
  readonly follows: Manifest | null;
}

export interface Chosen {
  /** null: no VirtualService counts, and the service itself is called. */
  readonly object: Manifest | null;
  readonly path: Segments;
  readonly rule: JsonObject;
  readonly does: "route" | "redirect" | "answer";
  readonly to: readonly Target[];
  /** What the rule asks for, as EffectiveRule has it. */
  readonly matches: EffectiveRule["matches"];
  /** As EffectiveRule has it. */
  readonly through?: Manifest;
}

/** The host as it is called, without any rule. */
export const itself = (host: string, port: number): Chosen => ({
  ...{ object: null, path: [], rule: {}, does: "route", matches: [] },
  to: [{ host, subset: null, port, share: 1, declaredBy: null, kept: null, missing: 503, follows: null }],
});

/** `caller`: whose DestinationRules count. */
export function chosenOf(found: EffectiveRule, caller: Caller, world: RoutingWorld): Chosen {
  const { owner, path, rule, matches, through } = found;
  const does = isObject(rule["redirect"]) ? "redirect" : isObject(rule["directResponse"]) ? "answer" : "route";
  const routes = listAt(rule, "route");
  const shares = sharesOf(routes.map(weightOf), "istio");
  const to = routes.map((each, at): Target => {
    const destination = objectAt(each, "destination");
    const host = resolveHost(textAt(destination, "host") ?? "", namespaceOf(owner));
    const subset = textAt(destination, "subset") || null;
    const applied = destinationRules(
      host,
      ownerOf(host, caller.namespace, world),
      caller.namespace,
      world,
      caller.labels,
    );
    return {
      ...{ host, subset, port: numberAt(objectAt(destination, "port"), "number"), share: shares[at] ?? 0 },
      declaredBy: applied.subsets.find(({ name }) => name === subset)?.owner ?? null,
      kept: keptFrom(host, caller, world),
      missing: missingFor(owner),
      follows: applied.rules[0] ?? null,
    };
  });
  const chosen: Chosen = { object: owner, path, rule, does, to: does === "route" ? to : [], matches };
  return through === undefined ? chosen : { ...chosen, through };
}

/**
 * Services of the proxy's own namespace that rules lead to are known to it, whatever they are exported to. (ConvertToSidecarScope in
 * pilot/pkg/model/sidecar.go)
 */
function keptFrom(host: string, { namespace }: Caller, { keeps, objects }: RoutingWorld): Kept | null {
  const why = keeps?.(host, namespace) ?? null;
  if (why !== "not exported") return why;
  const own =
    namespaceOfHost(host) === namespace ||
    entriesNaming(host, { objects }).some((each) => namespaceOf(each) === namespace);
  return own ? null : why;
}

/** Envoy's own answer; of routes of the Gateway API istiod sets another. (TranslateRoute, useGatewaySemantics) */
const missingFor = ({ kind }: Manifest): Target["missing"] => (kind === "VirtualService" ? 503 : 500);

/** Why no call that is sent there arrives; null: nothing that is known keeps it. */
export function lostAt({ host, subset, declaredBy, kept }: Target): "not granted" | "kept" | "no subset" | null {
  if (host === "") return "not granted";
  if (kept !== null) return "kept";
  return subset !== null && declaredBy === null ? "no subset" : null;
}
