/** Who gets the copies of calls, whether they get there, and whether they are let in. */
import { formatPercent } from "#lib/format.ts";
import type { NodeKey } from "#lib/graph/id.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { ratio } from "#lib/units.ts";
import { serviceOfHost } from "../hosts.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import type { Caller } from "../meaning/routing/match.ts";
import { chosenOf } from "../meaning/routing/target.ts";
import type { ObservedCall } from "./calls.ts";
import type { Copies } from "./effects.ts";
import { type End, taken } from "./ends.ts";
import { lettingIn } from "./letting-in.ts";
import type { Part } from "./part.ts";
import { proxied } from "./past.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import type { Router } from "./ways.ts";

export function copiedTo(host: string, { cluster }: ImpactWorld): NodeKey {
  const name = serviceOfHost(host);
  return name === null
    ? { kind: "external", cluster, namespace: "unknown", name: host }
    : { kind: "service", cluster, ...name };
}

/** Who sends copies, and of which calls. */
export interface Copying {
  readonly calls: readonly ObservedCall[];
  /** Whose DestinationRules count. */
  readonly follows: Omit<Caller, "port">;
  readonly router: Router;
}

/**
 * Copies go nowhere where nobody declares the host or the subset, or the proxy doesn't know the Service; of those that go it is said where
 * they are refused. That is no failure of the caller's, who waits for no answer; a connection that is refused brings none.
 */
export function delivered(part: Part, copies: Copies, from: Copying, sides: Sides, world: ImpactWorld): Part {
  const found = copies.subsets.map((subset) => endsOf(copies.host, subset, part, from.follows, sides, world));
  const lacks = found.flatMap((each) => each.lacks);
  if (lacks.length === 0)
    return refusedThere(
      part,
      found.map(({ ends }) => ends),
      from,
      sides,
      world,
    );
  const max = part.share?.max ?? 1;
  return { ...part, known: false, share: { min: 0, max }, lacks: [...new Set([...part.lacks, ...lacks])] };
}

const NOT_SAID = "whether copies are let in where they go";
/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

function refusedThere(
  part: Part,
  found: readonly (readonly End[])[],
  { calls, router }: Copying,
  sides: Sides,
  world: ImpactWorld,
): Part {
  const asked = lettingIn(
    { calls: calls.map(shadowed), client: clientOf(calls, world), router, http: true },
    sides,
    world,
  );
  const all = found.flatMap((ends) => ends.map((end) => ({ share: end.share / found.length, is: asked(end) })));
  const sum = (of: "denied" | "breaks") => all.reduce((total, { share, is }) => total + share * is.refused[of], 0);
  const [denied, breaks] = [sum("denied"), sum("breaks")];
  const refusal = all.find(({ is }) => is.part !== null)?.is.part ?? null;
  const arrive = Math.max(0, 1 - breaks);
  const share = part.share ?? { min: part.known ? 1 : 0, max: 1 };
  const some = denied + breaks > 1 - LEAST ? "All" : formatPercent(ratio(Math.min(1, denied + breaks)));
  return {
    ...part,
    ...(breaks < LEAST ? {} : { share: { min: share.min * arrive, max: share.max * arrive } }),
    ...(refusal === null ? {} : { why: `${part.why} ${some} of them are refused there: ${refusal.why}` }),
    ...(all.some(({ is }) => is.open) ? { aside: NOT_SAID } : {}),
  };
}

/** A copy's host has `-shadow` at its end. (https://istio.io/latest/docs/tasks/traffic-management/mirroring/) */
function shadowed({ request, classes: _, evidence: __, ...call }: ObservedCall): ObservedCall {
  return request?.method === undefined ? call : { ...call, request: { method: request.method } };
}

function clientOf([call]: readonly ObservedCall[], { cluster, inventory }: ImpactWorld): Workload | undefined {
  if (call === undefined || call.source.cluster !== cluster) return undefined;
  const found = inventory.workloads.get(`${call.source.namespace}/${call.source.name}`);
  return found && proxied(found);
}

/** Where copies go, and what isn't known of that. */
function endsOf(
  host: string,
  subset: string | null,
  { by }: Part,
  follows: Omit<Caller, "port">,
  { after }: Sides,
  world: ImpactWorld,
): { readonly ends: readonly End[]; readonly lacks: readonly string[] } {
  const nobody = { ends: [], lacks: [`whether anybody stands behind ${host}`] };
  if (by === null) return nobody;
  const destination: JsonObject = subset === null ? { host } : { host, subset };
  const rule: JsonObject = { route: [{ destination }] };
  const near = { objects: after.hosts.around(host), rootNamespace: after.rootNamespace, keeps: after.keeps };
  // A destination of copies is found as any other.
  const chosen = chosenOf({ owner: by.object, path: by.path, rule, matches: [] }, { ...follows, port: 0 }, near);
  if (chosen.to.some(({ declaredBy }) => declaredBy !== null && !after.sees(declaredBy)))
    return { ends: [], lacks: [HIDDEN] };
  const { ends } = taken(chosen, { side: after, world, called: 0 });
  return ends.every(({ fate, lacks }) => fate === "goes" && lacks.length === 0) ? { ends, lacks: [] } : nobody;
}
