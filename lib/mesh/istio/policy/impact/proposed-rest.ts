/** Policies without rules, for all that has none of its own: of the namespace, and of the waypoints that its Services use. */
import type { Guarded, Proposal, ProposedPolicy } from "#lib/policy/proposal.ts";
import { calledEntry } from "../meaning/effective/called.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { specOf, textsAt } from "../routing/json.ts";
import { type Fronts, inWords, unsettled } from "./propose-waypoints.ts";
import type { Names } from "./proposed-names.ts";
import type { Sight } from "./proposed-rules.ts";
import type { ImpactWorld } from "./sides.ts";
import { forPods, type Place, waypointAt } from "./waypoints.ts";

interface Rest extends Sight {
  readonly namespace: string;
  readonly world: ImpactWorld;
  readonly fronts: Fronts;
  readonly names: Names;
  readonly policies: readonly ProposedPolicy[];
  /** What nothing is proposed for, and what a policy of the namespace would shut off. */
  readonly shut: readonly Guarded[];
}

const NAME = "deny-by-default";

export function restOf(rest: Rest): Proposal["rest"] {
  const { namespace, world, names, fronts } = rest;
  const open = openOf(rest, "workload");
  const places = new Map(
    [...fronts.services.values()]
      .filter(({ through }) => unsettled(through, rest) === null)
      .map(({ through: { place } }) => [inWords(place), place] as const),
  );
  return {
    name: names.empty(NAME, { level: "namespace" }),
    why:
      namespace === world.rootNamespace
        ? "In the mesh’s root namespace it would count in every namespace."
        : refusing(open),
    waypoints: [...places].map(([waypoint, place]) => ({
      waypoint,
      name: names.empty(`${NAME}-${place.name}`, { level: "targets", refs: [{ kind: "Gateway", name: place.name }] }),
      why: keptFrom(place, rest),
    })),
  };
}

const refusing = (open: readonly string[]): string | null =>
  open.length === 0 ? null : `It would refuse all calls to ${open.join(", ")}, which nothing is proposed for.`;

/** What is called and would be shut off. */
const openOf = ({ shut, policies }: Rest, kind: Guarded["kind"]): readonly string[] =>
  [...shut, ...policies.filter(({ rules }) => rules.length === 0).map(({ of }) => of)]
    .filter((of) => of.kind === kind)
    .map(({ name }) => name);

/** Why a policy for all that a waypoint serves can't be had; null: it can. It counts for whatever uses the waypoint. */
function keptFrom(place: Place, rest: Rest): string | null {
  const { namespace, world, fronts } = rest;
  if (place.namespace !== namespace)
    return "It runs in another namespace: a policy for it has to be there, and counts for all that use it.";
  const others = [...world.inventory.services.values()].some(
    (service) => service.namespace !== namespace && isAt(waypointAt(service, fronts.side, world)?.place, place),
  );
  if (others) return "Services of other namespaces use it, too.";
  const unread = world.unread("ServiceEntry");
  if (unread !== null) return `Whether ServiceEntries use it isn’t known: ${unread}`;
  const entries = world
    .objects("ServiceEntry")
    .some((entry) =>
      textsAt(specOf(entry), "hosts").some((host) =>
        isAt(waypointOf(calledEntry(entry, host, world.inventory), world), place),
      ),
    );
  if (entries) return "ServiceEntries use it, too, and nothing is proposed for these.";
  if (forPods(place, fronts.side))
    return "It takes calls to pods’ own addresses, too, and nothing is proposed for these.";
  return refusing(openOf(rest, "service"));
}

const isAt = (one: Place | null | undefined, { namespace, name }: Place): boolean =>
  one?.namespace === namespace && one.name === name;
