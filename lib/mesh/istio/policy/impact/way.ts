/** Where a client's calls to one host go, before and after: moved, lost, past the mesh, by share of the calls. */
import { HIDDEN } from "../meaning/effective/sight.ts";
import { lacking } from "../meaning/truth.ts";
import type { Alternative, End } from "./ends.ts";
import type { LettingIn } from "./letting-in.ts";
import type { Part } from "./part.ts";
import type { ImpactWorld, Sides } from "./sides.ts";
import { type Asked, type Router, type Ways, waysOf } from "./ways.ts";

/** A way before, a way after, and what decides that it is these. */
interface Pair {
  readonly before: Alternative;
  readonly after: Alternative;
}

export const LET_IN = "whether it is let in where it then goes";
const WHICH = "which of the calls go where";
const STRICT = "whether the server refuses plaintext";
export const PORT = "which of the Service’s ports is called";

export interface Port {
  readonly port: number;
  readonly carries: Asked["carries"];
}

export interface Question extends Pick<Asked, "host" | "owner" | "request"> {
  readonly caller: Omit<Asked["caller"], "port">;
  /** Who routes the calls on each side. */
  readonly router: { readonly before: Router; readonly after: Router };
  /** Those that it may have been. */
  readonly ports: readonly Port[];
}

/** `lettingIn`: what becomes of calls at a destination that is new to them. */
export function rerouting(
  { ports, router, ...rest }: Question,
  lettingIn: (end: End) => LettingIn,
  sides: Sides,
  world: ImpactWorld,
): readonly Part[] {
  const found = ports.map(({ port, carries }) => {
    const question = { ...rest, caller: { ...rest.caller, port }, carries };
    return [
      waysOf({ ...question, router: router.before }, sides.before, world),
      waysOf({ ...question, router: router.after }, sides.after, world),
    ] as const;
  });
  if (found.every(([before, after]) => alike(before, after))) return [];
  const pairs = found.flatMap(([before, after]) => pairsOf(before, after));
  const hidden = !found.flat().every(({ objects }) => objects.every(sides.before.sees));
  const effects = pairs.map((pair) => effectsOf(pair, lettingIn));
  const open = [
    ...found.flat().flatMap(({ lacks }) => lacks),
    ...pairs.flatMap(({ before, after }) => [...before.ends, ...after.ends].flatMap(({ lacks }) => lacks)),
    ...(found.length > 1 ? [PORT] : []),
    ...effects.flatMap(({ lacks }) => lacks),
  ];
  // One way alone is sure only where nothing is lacking that might be a reason for another.
  const settled =
    effects.every(({ lacks }) => lacks.length === 0) && pairs.every(isKnown) && !found.flat().some(isOpen);
  return VERDICTS.flatMap((verdict): Part[] => {
    const shares = effects.map((each) => each.shares[verdict]);
    const [min, max] = [Math.min(...shares), Math.max(...shares)];
    if (max < LEAST) return [];
    const at = shares.indexOf(max);
    const [worst, effect] = [pairs[at], effects[at]];
    if (worst === undefined || effect === undefined) return [];
    const known = max - min < LEAST && !hidden && settled;
    const refusal = verdict === "denied" || verdict === "breaks" ? effect.refusal : null;
    const way = `${said(worst.before)} → ${said(worst.after)}`;
    const aside = asideOf(verdict, effects);
    return [
      {
        ...{ verdict, known, share: hidden ? { min: 0, max: 1 } : { min: known ? max : settled ? min : 0, max } },
        lacks: known ? [] : hidden ? [HIDDEN] : lacking(...open).lacks,
        by: hidden ? null : (refusal?.by ?? worst.after.by ?? worst.before.by),
        why: hidden ? `Where it goes rests on ${HIDDEN}.` : refusal === null ? way : `${way}. There: ${refusal.why}`,
        ...(aside === null ? {} : { aside }),
        ...sentBy(refusal, worst),
      },
    ];
  });
}

/** What is refused where it then goes follows from what sends it there. */
export function sentBy(refusal: Part | null, { before, after }: Pair): Pick<Part, "cause"> {
  const cause = (after.by ?? before.by)?.object;
  return refusal === null || cause === undefined ? {} : { cause };
}

function asideOf(verdict: Verdict, effects: readonly Effects[]): string | null {
  if (verdict === "loses-mtls") return STRICT;
  const moves = verdict === "rerouted" || verdict === "allowed";
  return moves && effects.some(({ open, shares }) => open && shares[verdict] > LEAST) ? LET_IN : null;
}

/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

const isOpen = ({ alternatives, lacks }: Ways): boolean => lacks.length > 0 && alternatives.length < 2;

const isKnown = ({ before, after }: Pair): boolean =>
  [...before.ends, ...after.ends].every(({ lacks }) => lacks.length === 0);

/** Rules that take the same calls in the same order are the same rules; else any may follow any. */
export function pairsOf(before: Ways, after: Ways): readonly Pair[] {
  const aligned =
    before.alternatives.length === after.alternatives.length &&
    before.alternatives.every(({ takes }, index) => takes === after.alternatives[index]?.takes);
  return before.alternatives.flatMap((old, index) =>
    after.alternatives
      .filter((_, other) => !aligned || other === index)
      .map((now): Pair => ({ before: old, after: now })),
  );
}

function alike(before: Ways, after: Ways): boolean {
  const text = ({ alternatives }: Ways) =>
    JSON.stringify(
      alternatives.map(({ ends, takes }) => [takes, [...shares(ends)].toSorted(([a], [b]) => (a < b ? -1 : 1))]),
    );
  return text(before) === text(after);
}

/** By destination. */
export function shares(ends: readonly End[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { key, share } of ends) sums.set(key, (sums.get(key) ?? 0) + share);
  return sums;
}

const sumOf = ({ ends }: Alternative, fate: End["fate"]): number =>
  ends.reduce((sum, end) => (end.fate === fate ? sum + end.share : sum), 0);

const more = (fate: End["fate"], { before, after }: Pair): number =>
  Math.max(0, sumOf(after, fate) - sumOf(before, fate));

/** What leaves its destination, wherever it goes. */
function moved({ before, after }: Pair): number {
  const now = shares(after.ends);
  return [...shares(before.ends)].reduce((sum, [key, share]) => sum + Math.max(0, share - (now.get(key) ?? 0)), 0);
}

const VERDICTS = ["denied", "breaks", "unreachable", "loses-mtls", "rerouted", "allowed"] as const;
type Verdict = (typeof VERDICTS)[number];

interface Effects {
  readonly shares: Readonly<Record<Verdict, number>>;
  /** Of some that moves it isn't known whether it is let in. */
  readonly open: boolean;
  readonly lacks: readonly string[];
  /** What refuses what moves. */
  readonly refusal: Part | null;
}

function effectsOf(pair: Pair, lettingIn: (end: End) => LettingIn): Effects {
  const [lost, past] = [more("lost", pair), more("passthrough", pair)];
  const found = Math.max(0, sumOf(pair.before, "lost") - sumOf(pair.after, "lost"));
  const moves = Math.max(0, moved(pair) - lost - past - found);
  const { denied, breaks, open, refusal } = refusedOf(pair.before.ends, pair.after.ends, lettingIn);
  const all = denied + breaks;
  // What went nowhere before and is refused then is no better and no worse.
  const mixed = all > LEAST && moves > LEAST && found > LEAST;
  // Which of the two is refused isn't known: of each at most all that is, or that isn't.
  const letIn = Math.max(0, moves + found - all);
  return {
    shares: {
      ...{ denied: Math.min(denied, moves), breaks: Math.min(breaks, moves), unreachable: lost, "loses-mtls": past },
      rerouted: mixed ? Math.min(moves, letIn) : Math.max(0, moves - all),
      allowed: mixed ? Math.min(found, letIn) : Math.max(0, found - Math.max(0, all - moves)),
    },
    ...{ open, refusal },
    lacks: mixed ? [WHICH] : [],
  };
}

/** Of what is new to its destination: how much of all calls is refused there. */
export function refusedOf(before: readonly End[], after: readonly End[], lettingIn: (end: End) => LettingIn) {
  const was = shares(before);
  const sum = { denied: 0, breaks: 0 };
  let [open, refusal]: [boolean, Part | null] = [false, null];
  const ends = new Map(after.filter(({ fate, host }) => fate === "goes" && host !== null).map((end) => [end.key, end]));
  for (const [key, share] of shares(after)) {
    const end = ends.get(key);
    const gain = share - (was.get(key) ?? 0);
    if (end === undefined || gain < LEAST) continue;
    const found = lettingIn(end);
    sum.denied += gain * found.refused.denied;
    sum.breaks += gain * found.refused.breaks;
    open ||= found.open;
    refusal ??= found.part;
  }
  return { ...sum, open, refusal };
}

/** `90 % reviews.shop… subset v1, 10 % reviews.shop… subset v2` */
const said = ({ ends }: Alternative): string =>
  ends
    .map(({ share, text }) => (ends.length === 1 ? text : `${Number((share * 100).toFixed(1))} % ${text}`))
    .join(", ");
