/** Items whose amounts counters of a trial bound, all calls of one server together. Pure. */
import type { ImpactItem, ImpactTotal, ImpactVerdict } from "#lib/policy/impact.ts";
import type { Bound } from "./shadow.ts";

interface Found {
  readonly item: ImpactItem;
  /** An end of it may not be seen: what names the server isn't told with it. */
  readonly away: boolean;
  readonly bound: Bound | null;
}

/** By how much the sum of their totals is less, or more, than the sum of the items. */
export interface Correction {
  readonly verdict: ImpactVerdict;
  readonly connections: boolean;
  readonly min: number;
  readonly max: number;
}

/** More than the pairs' own calls allow, by this: what was counted and what was seen aren't the same calls. */
const CONTRADICTION = 1.05;
const LEAST = 1e-9;

/** Calls of which none are left to be denied have no item any more. */
export function bounded<T extends Found>(
  found: readonly T[],
): { readonly found: readonly T[]; readonly corrections: readonly Correction[] } {
  const groups = Map.groupBy(
    found.filter(({ item, bound }) => bound !== null && item.verdict === "denied"),
    ({ bound }) => bound?.key ?? "",
  );
  const now = new Map<T, ImpactItem>();
  const corrections: Correction[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    const bound = first?.bound ?? null;
    if (bound === null || bound.denied > CONTRADICTION * sumOf(group.map(({ item }) => item.max))) continue;
    const items = narrowed(group, bound);
    for (const [index, each] of group.entries()) now.set(each, items[index] ?? each.item);
    corrections.push(correctionOf(items, bound));
  }
  return {
    corrections,
    found: found.flatMap((each) => {
      const item = now.get(each) ?? each.item;
      return now.has(each) && item.max < LEAST ? [] : [{ ...each, item }];
    }),
  };
}

const sumOf = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0);

function narrowed(group: readonly Found[], { denied, atLeast, anew, text }: Bound): readonly ImpactItem[] {
  const most = group.map(({ item: { max } }) => (atLeast ? max : Math.min(max, denied)));
  const all = sumOf(most);
  return group.map(({ item, away }, index): ImpactItem => {
    const max = most[index] ?? item.max;
    // What the others can't have is its own.
    const least = anew ? Math.min(max, Math.max(item.min, denied - (all - max))) : Math.min(item.min, max);
    const sure = max - least < LEAST;
    if (max > item.max - LEAST && least < item.min + LEAST) return item;
    return {
      ...item,
      ...{ min: sure ? max : least, max, certainty: sure ? "certain" : atLeast ? item.certainty : "bounded" },
      ...(sure ? { blindSpots: [], closeWith: [] } : {}),
      evidence: away ? item.evidence : [...item.evidence, { kind: "dry-run", text }],
    };
  });
}

function correctionOf(items: readonly ImpactItem[], { denied, atLeast, anew }: Bound): Correction {
  const [min, max] = [sumOf(items.map((each) => each.min)), sumOf(items.map((each) => each.max))];
  return {
    verdict: "denied",
    connections: items.some(({ protocol }) => protocol === "tcp"),
    max: atLeast ? 0 : Math.min(0, denied - max),
    min: anew ? Math.max(0, Math.min(denied, max) - min) : 0,
  };
}

export function corrected(total: ImpactTotal, corrections: readonly Correction[]): ImpactTotal {
  const about = corrections.filter(({ verdict }) => verdict === total.verdict);
  if (about.length === 0) return total;
  const of = (bounds: ImpactTotal["requests"], connections: boolean) => {
    const own = about.filter((each) => each.connections === connections);
    if (bounds === null) return null;
    return {
      min: bounds.min + sumOf(own.map(({ min }) => min)),
      max: bounds.max + sumOf(own.map(({ max }) => max)),
    };
  };
  return { ...total, requests: of(total.requests, false), connections: of(total.connections, true) };
}
