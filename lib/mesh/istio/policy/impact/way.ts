/** Where a client's calls to one host go, before and after: moved, lost, past the mesh, by share of the calls. */
import { HIDDEN } from "../meaning/effective/sight.ts";
import { lacking } from "../meaning/truth.ts";
import { type Alternative, type Asked, type End, type Ways, waysOf } from "./ends.ts";
import type { Part } from "./part.ts";
import type { ImpactWorld, Sides } from "./sides.ts";

/** A way before, a way after, and what decides that it is these. */
interface Pair {
  readonly before: Alternative;
  readonly after: Alternative;
}

const LET_IN = "whether it is let in where it then goes";
const STRICT = "whether the server refuses plaintext";
export const PORT = "which of the Service’s ports is called";

/** `ports`: those that it may have been. */
export function rerouting(
  asked: Omit<Asked, "caller"> & { readonly caller: Omit<Asked["caller"], "port"> },
  ports: readonly number[],
  sides: Sides,
  world: ImpactWorld,
): readonly Part[] {
  const found = (ports.length > 0 ? ports : [0]).map((port) => {
    const question = { ...asked, caller: { ...asked.caller, port } };
    return [waysOf(question, sides.before, world), waysOf(question, sides.after, world)] as const;
  });
  if (found.every(([before, after]) => alike(before, after))) return [];
  const pairs = found.flatMap(([before, after]) => pairsOf(before, after));
  const hidden = !found.flat().every(({ objects }) => objects.every(sides.before.sees));
  const open = [
    ...found.flat().flatMap(({ lacks }) => lacks),
    ...pairs.flatMap(({ before, after }) => [...before.ends, ...after.ends].flatMap(({ lacks }) => lacks)),
    ...(found.length > 1 ? [PORT] : []),
  ];
  return EFFECTS.flatMap(({ verdict, of, aside }): Part[] => {
    const shares = pairs.map(of);
    const [min, max] = [Math.min(...shares), Math.max(...shares)];
    if (max < LEAST) return [];
    const worst = pairs[shares.indexOf(max)];
    if (worst === undefined) return [];
    const known = max - min < LEAST && !hidden && pairs.every(isKnown);
    return [
      {
        ...{ verdict, known, share: hidden ? { min: 0, max: 1 } : { min: known ? max : min, max } },
        lacks: known ? [] : hidden ? [HIDDEN] : lacking(...open).lacks,
        by: hidden ? null : (worst.after.by ?? worst.before.by),
        why: hidden ? `Where it goes rests on ${HIDDEN}.` : `${said(worst.before)} → ${said(worst.after)}`,
        ...(aside === undefined ? {} : { aside }),
      },
    ];
  });
}

/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

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

function shares(ends: readonly End[]): ReadonlyMap<string, number> {
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

const lost = (pair: Pair): number => more("lost", pair);
const past = (pair: Pair): number => more("passthrough", pair);
const found = ({ before, after }: Pair): number => Math.max(0, sumOf(before, "lost") - sumOf(after, "lost"));

const EFFECTS: readonly {
  readonly verdict: Part["verdict"];
  readonly of: (pair: Pair) => number;
  readonly aside?: string;
}[] = [
  { verdict: "unreachable", of: lost },
  { verdict: "loses-mtls", of: past, aside: STRICT },
  {
    verdict: "rerouted",
    of: (pair) => Math.max(0, moved(pair) - lost(pair) - past(pair) - found(pair)),
    aside: LET_IN,
  },
  { verdict: "allowed", of: found, aside: LET_IN },
];

/** `90 % reviews.shop… subset v1, 10 % reviews.shop… subset v2` */
const said = ({ ends }: Alternative): string =>
  ends
    .map(({ share, text }) => (ends.length === 1 ? text : `${Number((share * 100).toFixed(1))} % ${text}`))
    .join(", ");
