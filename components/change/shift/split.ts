/** A rule's split between versions, as the slider needs it. Pure. */
import type { RuleRef } from "#lib/policy/intent.ts";
import { refKey, refText } from "#lib/policy/ref.ts";
import type { RouteRule, Routing } from "#lib/policy/routing.ts";
import { percentsOf, type WeightRule } from "#lib/policy/weights.ts";

export interface Split {
  readonly versions: readonly string[];
  /** Whole percents, in the versions' order; they sum to 100. */
  readonly percents: readonly number[];
  /** A rule says so; false: all calls go to all ready pods, and this is their proportion. */
  readonly written: boolean;
}

/** Versions from the oldest name on: v1, v2, v10. The first is taken as the stable one. */
const byName = new Intl.Collator("en", { numeric: true });

/** Rules that send calls to versions and can be edited. */
export const splittable = ({ rules }: Routing): readonly RouteRule[] =>
  rules.filter(({ action }) => action.kind === "route");

/** The rule that takes what no other took, inside the mesh first. */
export function defaultRule(routing: Routing): RouteRule | null {
  const rules = splittable(routing);
  const open = rules.filter(({ matches }) => matches.length === 0);
  return open.find(({ gateways }) => gateways.includes("mesh")) ?? open[0] ?? rules.at(-1) ?? null;
}

export const ruleKey = ({ object, path }: Pick<RouteRule, "object" | "path">): string => `${refKey(object)} ${path}`;
export const ruleRef = ({ object, path }: RouteRule): RuleRef => ({ object, path });

/** `spec.http[0] of VirtualService shop/reviews: every other call`. */
export function ruleText(rule: RouteRule): string {
  const when = rule.matches.map((match) => match.join(" and ")).join(" or ");
  return `${rule.name ?? rule.path} of ${refText(rule.object)}: ${when === "" ? "every other call" : when}`;
}

export const weightRule = (rule: RouteRule | null): WeightRule =>
  rule?.object.group === "gateway.networking.k8s.io" ? "gateway-api" : "istio";

/** The versions that calls can be split between, with what the rule gives to each. */
export function splitOf(routing: Routing, rule: RouteRule | null): Split {
  const to = rule?.action.kind === "route" ? rule.action.to : [];
  const declared = routing.versions.map(({ name }) => name);
  const named = to.filter(({ version }) => version !== null);
  if (named.length === 0) {
    // Nothing names a version: calls go where pods are ready.
    const versions = declared.toSorted(byName.compare);
    const pods = versions.map((version) => ({
      version,
      weight: routing.versions.find(({ name }) => name === version)?.ready ?? 0,
    }));
    const percents = percentsOf(pods, "istio");
    return { versions, percents: versions.length === 1 ? [100] : percents, written: false };
  }
  const names = to.map(({ version, host }) => version ?? host);
  const versions = [...new Set([...names, ...declared])].toSorted(byName.compare);
  const percents = percentsOf(
    to.map(({ weight, version, host }) => ({ version: version ?? host, weight })),
    weightRule(rule),
  );
  return {
    versions,
    percents: versions.map((version) =>
      names.reduce((sum, name, index) => sum + (name === version ? (percents[index] ?? 0) : 0), 0),
    ),
    written: true,
  };
}

/** Shares moved so that the boundary behind version `index` lies at `position` percent; the others keep theirs. */
export function moveBoundary(percents: readonly number[], index: number, position: number): readonly number[] {
  const left = percents.slice(0, index).reduce((sum, value) => sum + value, 0);
  const both = (percents[index] ?? 0) + (percents[index + 1] ?? 0);
  const own = Math.min(both, Math.max(0, Math.round(position) - left));
  return percents.map((value, at) => (at === index ? own : at === index + 1 ? both - own : value));
}

/** Where the boundary behind version `index` lies. */
export const boundaryAt = (percents: readonly number[], index: number): number =>
  percents.slice(0, index + 1).reduce((sum, value) => sum + value, 0);

/** The steps of a careful rollout, and the next one from here; null: it is done. */
const STEPS = [1, 5, 10, 25, 50, 75, 100] as const;
export const nextStep = (percent: number): number | null => STEPS.find((step) => step > percent) ?? null;
