/**
 * What a change does to calls that were seen: each touched pair is decided under the objects as they are and as they would be, with
 * no more facts than the metrics know. Pure. Cost: linear in calls and objects, and in what counts for the touched ones.
 */
import { nodeId, restrictedId } from "#lib/graph/id.ts";
import { type ImpactGap, type ImpactItem, type ImpactTotal, type ImpactVerdict, VERDICTS } from "#lib/policy/impact.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { refOf } from "#lib/policy/ref.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { arriving } from "./arrive.ts";
import { behaving } from "./behaving.ts";
import { clientsElsewhere } from "./beyond.ts";
import { bounded, corrected } from "./bounded.ts";
import type { ObservedCall } from "./calls.ts";
import { certaintyOf, closeWith } from "./closing.ts";
import { enrollingGaps } from "./enrolling-gaps.ts";
import { entering, letInAnew } from "./entering.ts";
import type { Expected, Shared } from "./expected.ts";
import { gapsOf } from "./gaps.ts";
import { withBare } from "./origin.ts";
import type { Part } from "./part.ts";
import { boundHere, type Elsewhere, elsewhereOf, onceEach, stillArriving } from "./refused-once.ts";
import { byClass } from "./request.ts";
import { routing } from "./routing.ts";
import { type Bound, type Shadows, shadowing } from "./shadow.ts";
import { type Change, type ImpactWorld, sidesOf } from "./sides.ts";
import { differs, touchedBy } from "./touched.ts";

export interface ImpactInput {
  /** Of one cluster. */
  readonly changes: readonly Change[];
  readonly calls: readonly ObservedCall[];
  readonly world: ImpactWorld;
  readonly visible: (cluster: string, namespace: string) => boolean;
  /** What proxies counted of policies on trial in the window of the rates; absent: it isn't known. */
  readonly shadows?: Shadows;
}

export interface Impact {
  /** By change, as they were given. */
  readonly items: readonly (readonly ImpactItem[])[];
  readonly totals: readonly ImpactTotal[];
  readonly unseen: number;
  readonly gaps: readonly ImpactGap[];
}

/** Of calls to whose proxies the same objects count: by-revision.ts tells others apart. */
export function impactOfAll({ changes, calls: counted, world, visible, shadows }: ImpactInput): Impact {
  const calls = counted.map((call) => withBare(call, world));
  const sides = sidesOf(world, changes);
  const real = changes.filter(differs);
  const touched = touchedBy(real, sides, world.rootNamespace);
  const behaviour = behaving(calls, sides, touched, world);
  const routed = routing(calls, sides, touched, world).map((each) => ({
    ...each,
    ...{ elsewhere: elsewhereOf(each), routed: true },
  }));
  const elsewhere = new Map(
    routed.flatMap(({ elsewhere: found, calls: own }) =>
      found === null ? [] : own.map((call) => [call, found] as const),
    ),
  );
  const boundOf = boundHere(shadowing(real, shadows, sides, world), elsewhere);
  const expected: readonly Counted[] = [
    ...calls.map((call) => ({
      ...{ ...call, bound: boundOf(call), elsewhere: elsewhere.get(call) ?? null },
      ...byClass(call, (own) => {
        const arrives = stillArriving(arriving(own, sides, touched, world), elsewhere.get(call));
        return both(entering(own, sides, touched, world), arrives);
      }),
    })),
    ...routed,
    ...behaviour.expected,
  ];
  const items = changes.map((): ImpactItem[] => []);
  const sight = { visible, world };
  const all = expected.flatMap((each) =>
    VERDICTS.flatMap((verdict) => {
      const found = itemOf(each, verdict, sight);
      const { bound = null, elsewhere: there = null, routed: is = false } = each;
      return found === null ? [] : [{ ...found, bound, elsewhere: there, routed: is }];
    }),
  );
  const { found, corrections: narrowed } = bounded(all);
  const corrections = [...narrowed, ...onceEach(found)];
  for (const { item, by } of found) items[changeOf(by, item.verdict, changes)]?.push(item);
  const folded = items.map((list) => sorted(fold(list)));
  const hidden = restrictedId(world.cluster);
  return {
    items: folded,
    totals: totalsOf(folded.flat()).map((total) => corrected(total, corrections)),
    unseen: items.flat().filter(({ source, target }) => source === hidden || target === hidden).length,
    gaps: [
      ...gapsOf(real, world, visible),
      ...behaviour.gaps,
      ...letInAnew(sides, touched, world),
      ...enrollingGaps(calls, sides, touched),
      ...clientsElsewhere(calls, touched, world),
    ],
  };
}

interface Counted extends Expected {
  readonly bound?: Bound | null;
  readonly elsewhere?: Elsewhere | null;
  readonly routed?: boolean;
}

/** What is refused where it comes in, whatever becomes of it where it arrives. */
export function both(entry: readonly Part[], shares: readonly Shared[]): readonly Shared[] {
  if (entry.length === 0) return shares;
  const all = shares.length === 0 ? [{ share: 1, parts: [] }] : shares;
  return all.map(({ share, parts }) => ({ share, parts: [...entry, ...parts] }));
}

interface Sight {
  readonly visible: ImpactInput["visible"];
  readonly world: ImpactWorld;
}

/** All shares of a pair's calls that have the same to expect, as one item. */
function itemOf(expected: Expected, verdict: ImpactVerdict, sight: Sight) {
  const { shares, source, target, protocol, rate, seen, beside, rests } = expected;
  const amount = amountOf(shares, verdict, rate);
  const { parts, known, lacks, min, max } = amount;
  const lead = parts.find((part) => part.known) ?? parts[0];
  if (lead === undefined) return null;
  const evidence = rests !== undefined && differ(amount, amountOf(rests.without, verdict, rate)) ? rests.on : [];
  const asides = new Set(parts.flatMap(({ aside }) => aside ?? []));
  const { visible, world } = sight;
  const hides = ({ kind, cluster, namespace }: ObservedCall["source"]) =>
    !OUTSIDE.has(kind) && !visible(cluster, namespace);
  // Whom only the hidden call is not the reader's to know either.
  const away = hides(source) || hides(target);
  const idOf = (end: ObservedCall["source"]) =>
    hides(end) || (away && OUTSIDE.has(end.kind)) ? restrictedId(world.cluster) : nodeId(end);
  const shownRule = lead.by !== null && world.sees(lead.by.object) ? lead.by : null;
  const item: ImpactItem = {
    ...{ verdict, certainty: certaintyOf(known, lacks, rate), min, max },
    ...{ rate: beside ?? rate, seen, protocol, source: idOf(source), target: idOf(target) },
    rule: shownRule && { object: refOf(world.cluster, shownRule.object), path: printPath(shownRule.path) },
    ...(away
      ? {
          why: "It concerns calls that you may not see.",
          blindSpots: known ? [] : [HIDDEN],
          closeWith: known ? [] : closeWith([HIDDEN]),
          evidence: [],
        }
      : {
          why: beside === undefined ? lead.why : `${lead.why} ${RARE}`,
          blindSpots: [...lacks, ...asides],
          closeWith: closeWith(lacks),
          evidence,
        }),
  };
  return { item, away, by: [lead.cause, lead.by?.object].flatMap((each) => each ?? []) };
}

interface Amount {
  readonly parts: readonly Part[];
  readonly known: boolean;
  readonly lacks: readonly string[];
  readonly min: number;
  readonly max: number;
}

function amountOf(shares: readonly Shared[], verdict: ImpactVerdict, rate: number): Amount {
  const of = shares.map(({ share, parts }) => ({ share, parts: parts.filter((part) => part.verdict === verdict) }));
  const parts = of.flatMap((each) => each.parts);
  const bounds = of.map((each) => ({ share: each.share, ...boundsOf(each.parts) }));
  const sum = (which: "min" | "max") =>
    Math.min(
      SEVERAL.has(verdict) ? Number.POSITIVE_INFINITY : rate,
      bounds.reduce((total, each) => total + rate * each.share * each[which], 0),
    );
  return {
    parts,
    known: parts.every((part) => part.known),
    lacks: [...new Set(parts.flatMap((part) => part.lacks))],
    min: Math.min(sum("min"), sum("max")),
    max: sum("max"),
  };
}

const differ = (a: Amount, b: Amount): boolean =>
  a.known !== b.known || a.lacks.join() !== b.lacks.join() || Math.abs(a.max - b.max) + Math.abs(a.min - b.min) > 1e-9;

const RARE = "It concerns callers of the pair that were seen within 7 days, and not in the window of the rates.";

/** A call can be made more than once by them. */
const SEVERAL: ReadonlySet<ImpactVerdict> = new Set(["retried", "mirrored"]);

const OUTSIDE: ReadonlySet<string> = new Set(["external", "unknown"]);

/** Several proxies may refuse the same call: it is refused once. */
export function boundsOf(parts: readonly Part[]): { readonly min: number; readonly max: number } {
  const each = parts.map(({ known, share }) => share ?? { min: known ? 1 : 0, max: 1 });
  return { min: Math.max(0, ...each.map(({ min }) => min)), max: Math.max(0, ...each.map(({ max }) => max)) };
}

const SECURITY = new Set(["AuthorizationPolicy", "RequestAuthentication", "PeerAuthentication", "DestinationRule"]);

const BY_ROUTES: ReadonlySet<ImpactVerdict> = new Set([
  ...(["rerouted", "unreachable", "aborted", "times-out", "delayed", "mirrored", "retried"] as const),
]);

/** The change that decides, `by` in turn; else the last that can have to do with it. */
function changeOf(by: readonly Manifest[], verdict: ImpactVerdict, changes: readonly Change[]): number {
  for (const object of by) {
    const named = changes.findIndex(({ before, after }) =>
      [before, after].some((each) => each !== null && isSame(each, object)),
    );
    if (named >= 0) return named;
  }
  const security = !BY_ROUTES.has(verdict);
  const fits = ({ before, after }: Change) =>
    [before, after].some((each) => each !== null && SECURITY.has(manifestKindKey(each)) === security);
  const last = changes.findLastIndex(fits);
  return last >= 0 ? last : changes.length - 1;
}

const isSame = (a: Manifest, b: Manifest): boolean =>
  a.metadata.name === b.metadata.name &&
  a.metadata.namespace === b.metadata.namespace &&
  manifestKindKey(a) === manifestKindKey(b);

/** Pairs that the reader may not see become one: sums are kept, names aren't. */
function fold(items: readonly ImpactItem[]): readonly ImpactItem[] {
  const groups = Map.groupBy(items, ({ verdict, certainty, source, target, protocol, rule, seen }) =>
    JSON.stringify([verdict, certainty, source, target, protocol === "tcp", rule, seen]),
  );
  return [...groups.values()].flatMap((list) => {
    const [first] = list;
    if (first === undefined || list.length === 1) return list;
    const sum = (key: "min" | "max" | "rate") => list.reduce((total, each) => total + each[key], 0);
    const texts = (key: "blindSpots" | "closeWith") => [...new Set(list.flatMap((each) => each[key]))];
    return [
      {
        ...first,
        ...{ min: sum("min"), max: sum("max"), rate: sum("rate") },
        ...{ blindSpots: texts("blindSpots"), closeWith: texts("closeWith") },
      },
    ];
  });
}

/** The worst first. */
export const sorted = (items: readonly ImpactItem[]): readonly ImpactItem[] =>
  items.toSorted(
    (a, b) =>
      VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
      b.max - a.max ||
      (a.source + a.target < b.source + b.target ? -1 : 1),
  );

function totalsOf(items: readonly ImpactItem[]): readonly ImpactTotal[] {
  return VERDICTS.flatMap((verdict) => {
    const own = items.filter((each) => each.verdict === verdict);
    if (own.length === 0) return [];
    const sum = (list: readonly ImpactItem[]) =>
      list.length === 0
        ? null
        : { min: list.reduce((all, { min }) => all + min, 0), max: list.reduce((all, { max }) => all + max, 0) };
    return [
      {
        verdict,
        pairs: own.length,
        certain: own.filter(({ certainty }) => certainty === "certain").length,
        requests: sum(own.filter(({ protocol }) => protocol !== "tcp")),
        connections: sum(own.filter(({ protocol }) => protocol === "tcp")),
      },
    ];
  });
}
