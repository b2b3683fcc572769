/**
 * Calls that a change has refused where they arrive today, and sends to where they are refused as well: each is refused once. Which of
 * a pair's calls arrive there still isn't worked out, so that what is said of arriving may come to nothing; and in the totals one
 * client's calls to one host come to no more than they are. (docs/numbers.md, "Impact")
 */
import type { ImpactItem, ImpactVerdict } from "#lib/policy/impact.ts";
import type { Correction } from "./bounded.ts";
import type { ObservedCall } from "./calls.ts";
import type { Shared } from "./expected.ts";
import { guessed } from "./passage.ts";
import type { Routed } from "./routing.ts";
import type { Bound } from "./shadow.ts";

/** What is refused of one client's calls to one host where the change sends them. */
export interface Elsewhere {
  /** Of all of the calls. */
  readonly rate: number;
  readonly verdicts: ReadonlySet<ImpactVerdict>;
}

const REFUSED: ReadonlySet<ImpactVerdict> = new Set(["denied", "breaks"]);
const FIRST = "which of the calls go elsewhere first";

/** null: nothing is refused there. */
export function elsewhereOf({ shares, rate }: Routed): Elsewhere | null {
  const found = shares.flatMap(({ parts }) => parts.flatMap(({ verdict }) => (REFUSED.has(verdict) ? [verdict] : [])));
  return found.length === 0 ? null : { rate, verdicts: new Set(found) };
}

/** Of what is refused where it arrives: as much as still does. */
export function stillArriving(shares: readonly Shared[], elsewhere: Elsewhere | undefined): readonly Shared[] {
  if (elsewhere === undefined) return shares;
  return shares.map(({ share, parts }) => ({
    share,
    parts: parts.map((part) => (elsewhere.verdicts.has(part.verdict) ? guessed(part, [FIRST]) : part)),
  }));
}

/** Counters tell nothing of a server that some of the calls are refused elsewhere instead. */
export function boundHere(
  boundOf: (call: ObservedCall) => Bound | null,
  elsewhere: ReadonlyMap<ObservedCall, Elsewhere>,
): (call: ObservedCall) => Bound | null {
  const mixed = new Set(
    [...elsewhere].flatMap(([call, { verdicts }]) => (verdicts.has("denied") ? (boundOf(call)?.key ?? []) : [])),
  );
  return (call) => {
    const found = boundOf(call);
    return found !== null && mixed.has(found.key) ? null : found;
  };
}

interface Counted {
  readonly item: ImpactItem;
  readonly elsewhere: Elsewhere | null;
  /** It speaks of where they then go; else of one pair. */
  readonly routed: boolean;
}

/** Either may be all that is refused, and both together are no more than the calls. */
export function onceEach(found: readonly Counted[]): readonly Correction[] {
  return [...Map.groupBy(found, ({ elsewhere }) => elsewhere)].flatMap(([elsewhere, group]) =>
    [...(elsewhere?.verdicts ?? [])].map((verdict): Correction => {
      const own = group.filter(({ item }) => item.verdict === verdict);
      const [there, here] = [true, false].map((which) => own.filter(({ routed }) => routed === which));
      const [min, max] = [sumOf(own, "min"), sumOf(own, "max")];
      return {
        ...{ verdict, connections: own.some(({ item }) => item.protocol === "tcp") },
        min: Math.max(sumOf(there ?? [], "min"), sumOf(here ?? [], "min")) - min,
        max: Math.min(0, (elsewhere?.rate ?? max) - max),
      };
    }),
  );
}

const sumOf = (list: readonly Counted[], which: "min" | "max"): number =>
  list.reduce((sum, { item }) => sum + item[which], 0);
