/** Which pairs samples are asked for: those of items that they can tell something of, the worst first, a few. */
import { nodeId, parseNodeId } from "#lib/graph/id.ts";
import { impactOf, type ObservedCall } from "#lib/mesh/impact.ts";
import type { ImpactItem } from "#lib/policy/impact.ts";
import { VERDICTS } from "#lib/policy/impact.ts";
import { sampleTells } from "#lib/policy/impact-samples.ts";
import type { Worked } from "./impact.ts";

/** Reading logs and traces of one pair takes some seconds of some servers. */
const PAIRS = 10;

/** An item, and the calls that were seen of whom it is about. */
export interface Asked {
  readonly item: ImpactItem;
  readonly tells: ReturnType<typeof sampleTells>;
  readonly calls: readonly ObservedCall[];
  /** What metrics don't tell of it, whichever rule asks. */
  readonly lacks: readonly string[];
}

export interface Chosen {
  readonly asked: readonly Asked[];
  /** Further items that samples might tell something of. */
  readonly left: number;
}

export const pairOf = ({ source, target }: Pick<ObservedCall, "source" | "target">): string =>
  `${nodeId(source)}>${nodeId(target)}`;

/** `headers`: those that lines of access logs hold, in lower case. */
export function chosenPairs(worked: Worked, headers: readonly string[]): Chosen {
  const { calls } = worked.traffic;
  const items = impactOf({ ...worked, calls })
    .items.flat()
    .toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || b.max - a.max);
  const open = onceEach(
    items.flatMap((item): Asked[] => {
      const tells = sampleTells(item, headers);
      if (!tells.traces && !tells.logs) return [];
      const own = callsOf(item, calls).filter(({ target }) => worked.visible(target.cluster, target.namespace));
      return own.length === 0 ? [] : [{ item, tells, calls: own, lacks: item.blindSpots }];
    }),
  );
  const pairs = new Set<string>();
  const asked = open.filter((each) => {
    const more = each.calls.map(pairOf).filter((pair) => !pairs.has(pair));
    if (more.length > 0 && pairs.size + new Set(more).size > PAIRS && pairs.size > 0) return false;
    for (const pair of more) pairs.add(pair);
    return true;
  });
  return { asked, left: open.length - asked.length };
}

/** Items of one pair and verdict, by different rules: a request is judged by all that is changed, so what is found is of each of them. */
function onceEach(all: readonly Asked[]): readonly Asked[] {
  const groups = Map.groupBy(all, ({ item: { verdict, source, target, protocol, seen } }) =>
    JSON.stringify([verdict, source, target, protocol, seen]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const tells = {
      traces: group.some((each) => each.tells.traces),
      logs: group.some((each) => each.tells.logs),
    };
    return first === undefined ? [] : [{ ...first, tells, lacks: [...new Set(group.flatMap((each) => each.lacks))] }];
  });
}

/** Of a Service's item, those to each of its workloads, the busiest. */
function callsOf(item: ImpactItem, calls: readonly ObservedCall[]): readonly ObservedCall[] {
  const target = parseNodeId(item.target);
  if (target === null) return [];
  const own = calls.filter((call) => {
    if (call.target.kind !== "workload" || nodeId(call.source) !== item.source) return false;
    if ((call.protocol === "tcp") !== (item.protocol === "tcp")) return false;
    if (target.kind !== "service") return nodeId(call.target) === item.target;
    return call.service?.namespace === target.namespace && call.service.name === target.name;
  });
  const busiest = new Set(own.toSorted((a, b) => b.rate - a.rate).map(pairOf));
  const few = new Set([...busiest].slice(0, PAIRS));
  return own.filter((call) => few.has(pairOf(call)));
}
