/**
 * What a change does to calls that a gateway sends on, where they come in: whom it refuses there it answers itself, so that the pairs
 * behind it lose them. Who called, and for what, no metric tells.
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { ImpactGap } from "#lib/policy/impact.ts";
import { fullName } from "../hosts.ts";
import type { EnforcementPoint } from "../meaning/authorization/attached.ts";
import type { CallFacts } from "../meaning/authorization/facts.ts";
import { admission } from "./admission.ts";
import type { ObservedCall } from "./calls.ts";
import type { Part } from "./part.ts";
import { factsAtServer } from "./request.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import { gatewayPoint } from "./stops.ts";
import type { Touched } from "./touched.ts";

const points = new WeakMap<Workload, EnforcementPoint>();

/** The same object for the same gateway, so that what counts there is found once. */
export function pointOf(gateway: Workload): EnforcementPoint {
  const point = points.get(gateway) ?? gatewayPoint(gateway);
  points.set(gateway, point);
  return point;
}

/** The gateway that sends the calls; null: no gateway of this cluster does. */
export function gatewayOf(
  { source }: Pick<ObservedCall, "source">,
  { cluster, inventory }: Pick<ImpactWorld, "cluster" | "inventory">,
): Workload | null {
  if (source.kind !== "workload" || source.cluster !== cluster) return null;
  const found = inventory.workloads.get(`${source.namespace}/${source.name}`);
  return found?.dataplane === "gateway" ? found : null;
}

/** Calls that were seen were let in: none of them can be let in anew. */
export function entering(call: ObservedCall, sides: Sides, touched: Touched, world: ImpactWorld): readonly Part[] {
  const gateway = gatewayOf(call, world);
  if (gateway === null || !touched.at(pointOf(gateway))) return [];
  const host = call.service === null ? null : fullName(call.service);
  const sent = factsAtServer(call, host, { sides, world, own: false, at: "gateway" });
  return decided(gateway, call.protocol === "tcp" ? "tcp" : "http", sides, sent).filter(
    ({ verdict }) => verdict !== "allowed",
  );
}

function decided(gateway: Workload, reader: "http" | "tcp", sides: Sides, sent: CallFacts = {}): readonly Part[] {
  const facts = { ...sent, protocol: reader };
  return admission({ point: pointOf(gateway), reader, before: facts, after: facts }, sides).map((part) => ({
    ...part,
    why: `At the gateway: ${part.why}`,
  }));
}

/** Calls that a gateway refuses and then wouldn't: they have no pair yet. */
export function letInAnew(sides: Sides, touched: Touched, { inventory }: ImpactWorld): readonly ImpactGap[] {
  const gateways = [...inventory.workloads.values()].filter(({ dataplane }) => dataplane === "gateway");
  const opens = gateways.some(
    (gateway) =>
      touched.at(pointOf(gateway)) &&
      READERS.some((reader) => decided(gateway, reader, sides).some(({ verdict }) => verdict === "allowed")),
  );
  return opens ? [LET_IN] : [];
}

const READERS = ["http", "tcp"] as const;

const LET_IN: ImpactGap = {
  what: "where calls go that a gateway refuses now and would let in",
  closeWith: "access logs of the gateway",
};
