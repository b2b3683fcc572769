/** Who gets the copies of calls, and whether they get there. */
import type { NodeKey } from "#lib/graph/id.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import { serviceOfHost } from "../hosts.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import type { Caller } from "../meaning/routing/match.ts";
import { chosenOf } from "../meaning/routing/target.ts";
import type { Copies } from "./effects.ts";
import { taken } from "./ends.ts";
import type { Part } from "./part.ts";
import type { ImpactWorld, Sides } from "./sides.ts";

export function copiedTo(host: string, { cluster }: ImpactWorld): NodeKey {
  const name = serviceOfHost(host);
  return name === null
    ? { kind: "external", cluster, namespace: "unknown", name: host }
    : { kind: "service", cluster, ...name };
}

/** Copies go nowhere where nobody declares the host or the subset, or the proxy doesn't know the Service. */
export function delivered(
  part: Part,
  copies: Copies,
  follows: Omit<Caller, "port">,
  sides: Sides,
  world: ImpactWorld,
): Part {
  const lacks = copies.subsets.flatMap((subset) => lacksOf(copies.host, subset, part, follows, sides, world));
  if (lacks.length === 0) return part;
  const max = part.share?.max ?? 1;
  return { ...part, known: false, share: { min: 0, max }, lacks: [...new Set([...part.lacks, ...lacks])] };
}

function lacksOf(
  host: string,
  subset: string | null,
  { by }: Part,
  follows: Omit<Caller, "port">,
  { after }: Sides,
  world: ImpactWorld,
): readonly string[] {
  const nobody = [`whether anybody stands behind ${host}`];
  if (by === null) return nobody;
  const destination: JsonObject = subset === null ? { host } : { host, subset };
  const rule: JsonObject = { route: [{ destination }] };
  const near = { objects: after.hosts.around(host), rootNamespace: after.rootNamespace, keeps: after.keeps };
  // A destination of copies is found as any other.
  const chosen = chosenOf({ owner: by.object, path: by.path, rule, matches: [] }, { ...follows, port: 0 }, near);
  if (chosen.to.some(({ declaredBy }) => declaredBy !== null && !after.sees(declaredBy))) return [HIDDEN];
  const { ends } = taken(chosen, { side: after, world, called: 0 });
  return ends.every(({ fate, lacks }) => fate === "goes" && lacks.length === 0) ? [] : nobody;
}
