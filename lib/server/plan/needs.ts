/** What a user has to acknowledge before a plan may be applied. */
import { ADVERSE } from "#lib/policy/impact.ts";
import { isObject, keysOf, listAt, own } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ownerOf } from "#lib/policy/owner.ts";
import type { PlanNeed } from "#lib/policy/plan.ts";
import type { PlanImpact } from "../impact/impact.ts";
import type { Tried } from "./dry-run.ts";
import { canonical } from "./hash.ts";

const RULES = ["http", "tcp", "tls", "rules"] as const;
/** A share below which a version has hardly been tried. */
const HARDLY = 0.05;

/** Codes in a fixed order. `noHistory`: a record can't be kept for some step. */
export function needsOf(tried: readonly Tried[], noHistory: boolean, impact: PlanImpact): readonly PlanNeed[] {
  if (tried.length === 0) return [];
  const any = (holds: (each: Tried) => boolean) => tried.some(holds);
  const needs: readonly (readonly [PlanNeed, boolean])[] = [
    ["impact_unknown", !isWhole(impact)],
    ["impact_adverse", impact.view?.totals.some(({ verdict }) => ADVERSE.has(verdict)) === true],
    ["no_history", noHistory],
    ["will_be_reverted", any(({ draft: { live } }) => live !== null && ownerOf(live)?.reverts === true)],
    ["conflict", any(({ conflicts }) => conflicts.length > 0)],
    ["deletes", any(({ draft }) => draft.op === "delete")],
    ["full_shift", any(({ draft, after }) => fullShift(draft.before, after))],
  ];
  return needs.flatMap(([need, holds]) => (holds ? [need] : []));
}

/** Nothing is unknown about it: neither a pair, nor a part of the change, nor of the time that was looked at. */
const isWhole = ({ items, view, reason }: PlanImpact): boolean =>
  reason === null &&
  view !== null &&
  view.weekPairs !== null &&
  view.limits.length + view.gaps.length === 0 &&
  view.totals.every(({ pairs, certain }) => pairs === certain) &&
  items.every((each) => each !== null);

/** All traffic of a rule that had several destinations moves at once: to one that had hardly any, or away from all of one. */
export function fullShift(before: Manifest | null, after: Manifest | null): boolean {
  if (before === null || after === null) return false;
  return RULES.some((key) => {
    const [old, now] = [listAt(before, "spec", key), listAt(after, "spec", key)];
    return old.some((rule, index) => {
      const [from, to] = [shares(rule), shares(now[index])];
      if (from.size < 2 || to.size === 0) return false;
      const names = [...new Set([...from.keys(), ...to.keys()])];
      return names.some((name) => {
        const [share, next] = [from.get(name) ?? 0, to.get(name) ?? 0];
        return (share <= HARDLY && next === 1) || (share === 1 && next === 0);
      });
    });
  });
}

/** A rule's destinations with their shares. Istio's weights are relative to their sum; Gateway API's are 1 unless told. */
function shares(rule: unknown): ReadonlyMap<string, number> {
  const gatewayApi = own(rule, "backendRefs") !== undefined;
  const list = gatewayApi ? listAt(rule, "backendRefs") : listAt(rule, "route");
  const weighted = list.filter(isObject).map((each) => {
    const named = keysOf(each).filter((key) => !["weight", "headers", "filters"].includes(key));
    const weight = own(each, "weight");
    const usual = gatewayApi || list.length === 1 ? 1 : 0;
    return {
      name: canonical(named.map((key) => [key, each[key]])),
      weight: typeof weight === "number" ? weight : usual,
    };
  });
  const sum = weighted.reduce((total, { weight }) => total + weight, 0);
  const found = new Map<string, number>();
  for (const { name, weight } of weighted) found.set(name, (found.get(name) ?? 0) + (sum > 0 ? weight / sum : 0));
  return found;
}
