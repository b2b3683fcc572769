/**
 * Calls of which only one end is worked out here: to servers outside or in another cluster, whose own policies aren't this cluster's; to a
 * waypoint that reports nothing of what it sends on; of clients in other clusters, which may follow this cluster's objects all the same.
 * https://istio.io/latest/docs/setup/install/multicluster/primary-remote/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { ImpactGap } from "#lib/policy/impact.ts";
import { same } from "#lib/policy/json.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { fullName } from "../hosts.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { destinationRules } from "../routing/destination-rules.ts";
import { has, listAt, objectAt, specOf } from "../routing/json.ts";
import type { ObservedCall } from "./calls.ts";
import type { Part } from "./part.ts";
import { proxied } from "./past.ts";
import type { ImpactWorld, Side, Sides } from "./sides.ts";
import type { Touched } from "./touched.ts";
import { GONE } from "./wire.ts";

const hostOf = ({ service, target }: ObservedCall): string | null =>
  service !== null ? fullName(service) : target.kind === "external" ? target.name : null;

/** What a DestinationRule has the client send to a server of which nothing is known. */
export function sentAway(call: ObservedCall, sides: Sides, touched: Touched, world: ImpactWorld): readonly Part[] {
  const { source, target, service, mtls } = call;
  const host = hostOf(call);
  const here = source.kind === "workload" && source.cluster === world.cluster;
  if (!here || host === null || !touched.rules(host)) return [];
  if (target.kind !== "external" && target.cluster === world.cluster) return [];
  const found = world.inventory.workloads.get(`${source.namespace}/${source.name}`);
  const client = found && proxied(found);
  // Others follow no DestinationRule.
  if (client !== undefined && !FOLLOWING.has(client.dataplane)) return [];
  const of = (side: Side) => tlsOf(host, service?.namespace ?? source.namespace, source.namespace, client, side);
  const [before, after] = [of(sides.before), of(sides.after)];
  if (same(before.tls, after.tls)) return [];
  const rules = [...before.rules, ...after.rules];
  const hidden = !rules.every(sides.before.sees);
  const by = [after.policy, before.policy].find((each) => each !== null) ?? rules[0] ?? null;
  const own = by !== null && has(objectAt(specOf(by), "trafficPolicy"), "tls");
  const part = (verdict: Part["verdict"], what: string): Part => ({
    ...{ verdict, known: false, share: { min: 0, max: 1 } },
    by: hidden || by === null ? null : { object: by, path: own ? ["spec", "trafficPolicy", "tls"] : ["spec"] },
    why: hidden ? `What it sends there rests on ${HIDDEN}.` : "The TLS that the client’s proxy sends there is another.",
    lacks: hidden ? [HIDDEN] : [what, ...(client === undefined ? [GONE] : [])],
  });
  const inMesh = target.kind !== "external" && mtls.share !== 0;
  return [part("breaks", TAKES), ...(inMesh ? [part("loses-mtls", "whether it stays mutual TLS")] : [])];
}

const FOLLOWING: ReadonlySet<Workload["dataplane"]> = new Set(["sidecar", "gateway"]);
const TAKES = "what its server takes";

interface Tls {
  readonly tls: unknown;
  readonly policy: Manifest | null;
  readonly rules: readonly Manifest[];
}

function tlsOf(host: string, owner: string, namespace: string, client: Workload | undefined, side: Side): Tls {
  const near = { objects: side.hosts.around(host), rootNamespace: side.rootNamespace };
  const { policy, rules, subsets } = destinationRules(host, owner, namespace, near, client?.labels ?? {});
  const own = policy === null ? {} : objectAt(specOf(policy), "trafficPolicy");
  const within = (from: JsonObject): unknown => [
    from["tls"] ?? null,
    listAt(from, "portLevelSettings").map(({ port = null, tls = null }) => [port, tls]),
  ];
  const named = subsets.map(({ name, value }) => [name, within(objectAt(value, "trafficPolicy"))]);
  // A subset that says nothing of TLS is as if it weren't there.
  const saying = named.filter(([, each]) => JSON.stringify(each) !== JSON.stringify([null, []]));
  return { tls: JSON.parse(JSON.stringify([within(own), saying])), policy, rules };
}

/** Policies of a waypoint, or for what is behind it, of calls that were seen up to it alone. */
export function unreported({ target, service }: ObservedCall, server: Workload, touched: Touched): readonly Part[] {
  if (server.dataplane !== "waypoint") return [];
  if (![target.namespace, service?.namespace].some((each) => each !== undefined && touched.admission(each))) return [];
  const why = "Whether it is refused at the waypoint isn’t known.";
  const lacks = ["what the waypoint, of which no metrics tell, does with it"];
  return [{ verdict: "denied", known: false, share: { min: 0, max: 1 }, by: null, why, lacks }];
}

/** A control plane may serve other clusters too. */
export function clientsElsewhere(
  calls: readonly ObservedCall[],
  touched: Touched,
  { cluster }: Pick<ImpactWorld, "cluster">,
): readonly ImpactGap[] {
  const follows = (call: ObservedCall): boolean => {
    const { source } = call;
    const host = hostOf(call);
    return (
      source.kind === "workload" &&
      source.cluster !== cluster &&
      host !== null &&
      (touched.rules(host) || touched.way(host, source.namespace))
    );
  };
  return calls.some(follows) ? [ELSEWHERE] : [];
}

const ELSEWHERE: ImpactGap = {
  what: "calls of clients in other clusters, whose proxies may follow this cluster’s objects",
  closeWith: "whether this cluster’s istiod serves them; the impact of the same change in their cluster",
};
