/** Fates as rows that a reader may see: callers out of sight are one, without names, and their sums are kept. */
import { compareIds, nodeId, restrictedId } from "#lib/graph/id.ts";
import type { StrictPair } from "#lib/policy/strict.ts";
import type { ObservedCall } from "../impact/calls.ts";
import { closeWith } from "../impact/closing.ts";
import { HIDDEN, type SecurityWorld, sourceOf } from "../meaning/effective/sight.ts";
import type { Fate } from "./fates.ts";

export interface Judgement {
  readonly call: ObservedCall;
  readonly fate: Fate;
}

interface Sight {
  readonly world: SecurityWorld;
  readonly visible: (cluster: string, namespace: string) => boolean;
}

const OUTSIDE: ReadonlySet<string> = new Set(["external", "unknown"]);

/** Worst first: refused, then what isn't known, then what STRICT doesn't touch; the most of it first. Proven ones are no rows. */
export function rowsOf(judged: readonly Judgement[], sight: Sight): readonly StrictPair[] {
  const rows = judged.flatMap(({ call, fate }) => (isOpen(fate) ? [rowOf(call, fate, sight)] : []));
  const groups = Map.groupBy(rows, ({ source, target, protocol, seen, sends, basis, refused, rule }) =>
    JSON.stringify([source, target, protocol === "tcp", seen, sends, basis, refused, rule]),
  );
  return [...groups.values()].flatMap(joined).toSorted(byHarm);
}

/** Anything but proven mutual TLS that goes on. */
const isOpen = ({ sends, refused }: Fate): boolean => sends !== "mutual TLS" || refused !== false;

function rowOf(
  { source, target, protocol, seen, rate }: ObservedCall,
  fate: Fate,
  { world, visible }: Sight,
): StrictPair {
  const { share, sends, basis, refused, why, by, lacks } = fate;
  const away = !OUTSIDE.has(source.kind) && !visible(source.cluster, source.namespace);
  const shown = by !== null && world.sees(by.object) ? by : null;
  return {
    source: away ? restrictedId(world.cluster) : nodeId(source),
    target: nodeId(target),
    ...{ protocol, seen, basis, refused, rate: rate * share },
    named: source.kind !== "unknown",
    // Proven until now, and perhaps not afterwards.
    sends: sends === "mutual TLS" ? "unknown" : sends,
    rule: shown && sourceOf(world, shown.object, shown.path),
    ...(away
      ? {
          why: "Its caller is one that you may not see.",
          blindSpots: refused === null ? [HIDDEN] : [],
          closeWith: closeWith(refused === null ? [HIDDEN] : []),
        }
      : { why, blindSpots: lacks, closeWith: closeWith(lacks) }),
  };
}

function joined(list: readonly StrictPair[]): readonly StrictPair[] {
  const [first] = list;
  if (first === undefined || list.length === 1) return list;
  const texts = (key: "blindSpots" | "closeWith") => [...new Set(list.flatMap((each) => each[key]))];
  const rate = list.reduce((sum, each) => sum + each.rate, 0);
  return [{ ...first, rate, blindSpots: texts("blindSpots"), closeWith: texts("closeWith") }];
}

const harm = ({ refused }: StrictPair): number => (refused === true ? 0 : refused === null ? 1 : 2);

const byHarm = (a: StrictPair, b: StrictPair): number =>
  harm(a) - harm(b) || b.rate - a.rate || compareIds(a.target, b.target) || compareIds(a.source, b.source);
