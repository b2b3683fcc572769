/**
 * Calls of which a change decides anew where they arrive today, and which it sends elsewhere: which of a pair's calls arrive there still
 * isn't worked out, so that what is said of arriving may come to nothing. Where they are refused as well where they then go, each is
 * refused once: in the totals one client's calls to one host come to no more than they are. (docs/numbers.md, "Impact")
 */
import type { ImpactItem, ImpactVerdict } from "#lib/policy/impact.ts";
import type { Correction } from "./bounded.ts";
import type { ObservedCall } from "./calls.ts";
import type { Shared } from "./expected.ts";
import { guessed } from "./passage.ts";
import type { Routed } from "./routing.ts";
import type { Bound } from "./shadow.ts";

/** What a change does to where one client's calls to one host go. */
export interface Elsewhere {
  /** Of all of the calls. */
  readonly rate: number;
  /** How some are refused where it sends them. */
  readonly verdicts: ReadonlySet<ImpactVerdict>;
}

const REFUSED: ReadonlySet<ImpactVerdict> = new Set(["denied", "breaks"]);
const FIRST = "which of the calls go elsewhere first";

/** null: none of them moves. */
export function elsewhereOf({ shares, rate }: Routed): Elsewhere | null {
  const found = shares.flatMap(({ parts }) => parts.map(({ verdict }) => verdict));
  return found.length === 0 ? null : { rate, verdicts: new Set(found.filter((verdict) => REFUSED.has(verdict))) };
}

/** Of what becomes of them where they arrive: as much as still does. */
export function stillArriving(shares: readonly Shared[], elsewhere: Elsewhere | undefined): readonly Shared[] {
  if (elsewhere === undefined) return shares;
  return shares.map(({ share, parts }) => ({
    share,
    parts: parts.map((part) => guessed(part, [FIRST])),
  }));
}

/** Counters tell nothing of a server that some of the calls leave. */
export function boundHere(
  boundOf: (call: ObservedCall) => Bound | null,
  elsewhere: ReadonlyMap<ObservedCall, unknown>,
): (call: ObservedCall) => Bound | null {
  const mixed = new Set([...elsewhere.keys()].flatMap((call) => boundOf(call)?.key ?? []));
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
