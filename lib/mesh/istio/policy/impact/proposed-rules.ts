/** Rules of a proposal: one an identity, with the calls that justify it; and the calls that none is proposed for. */
import { nodeId, restrictedId } from "#lib/graph/id.ts";
import type { ProposedRule, SeenRate, Uncovered } from "#lib/policy/proposal.ts";
import type { ObservedCall } from "./calls.ts";
import { portionsOf } from "./portions.ts";
import type { ImpactWorld } from "./sides.ts";
import type { Place } from "./waypoints.ts";

/** Calls of one identity, as whoever asks the policy sees it. */
export interface Witnessed {
  readonly call: ObservedCall;
  /** null: none. undefined: not known. */
  readonly principal: string | null | undefined;
  /** Per second; 0 where the week alone knows them. */
  readonly rate: number;
  readonly connections: boolean;
  /** The waypoint whose identity it is. */
  readonly through?: Place;
  /** Seen where it wouldn't come by what the objects say: no rule is made of it. */
  readonly past?: true;
}

export interface Sight {
  readonly world: Pick<ImpactWorld, "cluster">;
  readonly visible: (cluster: string, namespace: string) => boolean;
}

/** A pair's calls by what the server's side reported of who called. */
export const witnessed = (call: ObservedCall): readonly Witnessed[] =>
  portionsOf(call).map(({ share, principal }) => ({
    ...{ call, principal, rate: call.rate * share, connections: call.protocol === "tcp" },
  }));

/** What a rule may name: one identity, without wildcards. */
const IDENTITY = /^[A-Za-z0-9._:-]{1,253}\/ns\/([a-z0-9][-a-z0-9]{0,62})\/sa\/[a-z0-9][-a-z0-9.]{0,252}$/;

type Rule = SeenRate & { readonly callers: Set<string>; readonly through: string | null };

/** Nobody is named that the viewer may not see, neither as caller nor as identity. */
export function rulesOf(
  seen: readonly Witnessed[],
  { world, visible }: Sight,
): { readonly rules: readonly ProposedRule[]; readonly uncovered: readonly Uncovered[] } {
  const rules = new Map<string, Rule>();
  const uncovered = new Map<string, SeenRate & Pick<Uncovered, "source" | "why">>();
  for (const each of seen) {
    const { call, principal, through } = each;
    const outside = call.source.kind === "external" || call.source.kind === "unknown";
    const seesSource = outside || visible(call.source.cluster, call.source.namespace);
    const of = typeof principal === "string" ? IDENTITY.exec(principal) : null;
    const named = of === null || visible(world.cluster, of[1] ?? "");
    const shown = seesSource && named;
    // What a waypoint sends on has its identity, whoever called.
    const rest = shown || (named && through !== undefined);
    if (of !== null && typeof principal === "string" && each.past !== true && rest) {
      const rule = rules.get(principal) ?? { ...NONE, callers: new Set<string>(), through: null };
      const callers = seesSource ? nodeId(call.source) : restrictedId(world.cluster);
      rules.set(principal, {
        ...added(rule, each),
        callers: rule.callers.add(callers),
        through: through === undefined ? rule.through : `${through.namespace}/${through.name}`,
      });
      continue;
    }
    const source = shown ? nodeId(call.source) : restrictedId(world.cluster);
    const why = !shown ? "hidden" : each.past === true ? "past" : principal === null ? "plaintext" : "unknown";
    const known = uncovered.get(`${source} ${why}`) ?? { ...NONE, source, why };
    uncovered.set(`${source} ${why}`, { ...added(known, each), source, why });
  }
  const byRate = (a: SeenRate, b: SeenRate) => weight(b) - weight(a);
  return {
    rules: [...rules]
      .map(
        ([principal, { callers, through, ...sum }]): ProposedRule => ({
          ...{ principal, through, ...sum },
          callers: [...callers].sort(),
        }),
      )
      .toSorted((a, b) => byRate(a, b) || (a.principal < b.principal ? -1 : 1)),
    uncovered: [...uncovered.values()].toSorted((a, b) => byRate(a, b) || (a.source < b.source ? -1 : 1)),
  };
}

const NONE: SeenRate = { seen: "week", requests: null, connections: null };
const weight = ({ requests, connections }: SeenRate): number => (requests ?? 0) + (connections ?? 0);

function added(sum: SeenRate, { call: { seen }, rate, connections }: Witnessed): SeenRate {
  const more = (value: number | null) => (value ?? 0) + rate;
  return {
    seen: sum.seen === "hour" || seen === "hour" ? "hour" : "week",
    requests: seen === "hour" && !connections ? more(sum.requests) : sum.requests,
    connections: seen === "hour" && connections ? more(sum.connections) : sum.connections,
  };
}
