/**
 * What was predicted of a change beside what the traffic did since. Pure. Cost: linear in the edges, and in predicted pairs times
 * the edges of their ends.
 */

import { type NodeKey, parseNodeId } from "#lib/graph/id.ts";
import { wilson, Z95 } from "#lib/graph/interval.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import { ADVERSE, type ImpactVerdict } from "#lib/policy/impact.ts";
import type { Comparison, PairOutcome, PredictedItem, Prediction, VersionShare } from "#lib/policy/outcome.ts";
import { judge } from "./judge.ts";
import type { Around, Stretches } from "./judge-extra.ts";
import { pairOutcome } from "./pair.ts";
import { asked, behind, callRate, isNamed, isService, type Traffic } from "./traffic.ts";
import { unforeseen, wrongItems } from "./unforeseen.ts";

export interface CompareInput extends Stretches, Omit<Around, "items"> {
  /** null: there was none. */
  readonly prediction: Prediction | null;
  /** Pairs that the change can concern at all, beside the predicted ones. */
  readonly reaches: (source: NodeKey, target: NodeKey) => boolean;
  /** Node ids of the services whose routes it changes. */
  readonly services: readonly string[];
}

const UNSCRAPED = "The proxies that would count its calls aren’t scraped.";

export function compareOutcome(input: CompareInput): Comparison {
  const { prediction, before, since } = input;
  const items = prediction?.items ?? [];
  const means = meaning([before, since]);
  const pairs = pairsOf(input, items, means);
  const blind = new Set(pairs.filter(({ kind }) => kind === "unmeasured").map(keyOf));
  const around = { ...input, items };
  const judged = items.map((item) => {
    const own = pairs.filter((pair) => means(item, pair));
    return judge(item, input, own.length > 0 && own.every((pair) => blind.has(keyOf(pair))) ? UNSCRAPED : null, around);
  });
  const callers = new Set(before.edges.map(({ source }) => source));
  const findings = [
    ...wrongItems(judged),
    ...unforeseen(pairs, prediction, means, ({ source }) => callers.has(source)),
  ];
  const came = judged.some(
    ({ item, judgement, measured }) =>
      ADVERSE.has(item.verdict) && (judgement === "as-predicted" || judgement === "open") && measured?.share !== 0,
  );
  return {
    items: judged,
    pairs: pairs.filter((pair) => items.some((item) => means(item, pair)) || isNews(pair)),
    shares: input.services.flatMap((service) => sharesOf(service, since)),
    findings,
    adverse:
      came || pairs.some(({ alarms }) => alarms.length > 0) || judged.some(({ judgement }) => judgement === "more"),
  };
}

const keyOf = ({ source, target, protocol }: PairOutcome): string => `${source}>${target}>${protocol}`;
const isNews = ({ alarms, classes, mtls, kind }: PairOutcome): boolean =>
  alarms.length + classes.length > 0 || mtls !== null || !["as before", "few"].includes(kind);

/** What a gateway would have sent on, it answers itself. */
const KEPT_BACK: ReadonlySet<ImpactVerdict> = new Set(["denied", "unreachable"]);

/** Where its own routes lead nowhere, a gateway's answers are counted for no service, but for the host that was asked for. */
function isOwnAnswer({ source, target }: PairOutcome, traffics: readonly Traffic[]): boolean {
  const kind = parseNodeId(target)?.kind;
  return (
    (kind === "external" || kind === "unknown") &&
    traffics.some(({ nodes }) => nodes.get(source)?.dataplane === "gateway")
  );
}

/** Whether a predicted pair speaks of this one: the same, a gateway's own answers in its place, a service's whose calls it answers, or what never arrived there. */
function meaning(traffics: readonly Traffic[]): (item: PredictedItem, pair: PairOutcome) => boolean {
  const known = new Map<string, ReadonlySet<string>>();
  const answers = (service: string, target: string) => {
    const found = known.get(service) ?? behind(service, traffics);
    known.set(service, found);
    return found.has(target);
  };
  return ({ verdict, source, target, protocol }, pair) => {
    if (pair.source !== source || !alike(protocol, pair)) return false;
    if (pair.target === target || (KEPT_BACK.has(verdict) && isOwnAnswer(pair, traffics))) return true;
    if (isService(target)) return answers(target, pair.target);
    return isService(pair.target) && answers(pair.target, target);
  };
}

/** Requests and connections are told apart; but where a waypoint comes, what a ztunnel counted as connections is requests from then on. */
const alike = (protocol: PredictedItem["protocol"], pair: PairOutcome): boolean =>
  (pair.protocol === "tcp") === (protocol === "tcp") || (protocol === "tcp" && pair.before === null);

function pairsOf(
  { before, since, reaches }: CompareInput,
  items: readonly PredictedItem[],
  means: ReturnType<typeof meaning>,
): readonly PairOutcome[] {
  const index = ({ edges }: Traffic) => new Map(edges.map((edge) => [edge.id, edge]));
  const [old, now] = [index(before), index(since)];
  const sources = new Set(items.map(({ source }) => source));
  const found = [...new Set([...old.keys(), ...now.keys()])].flatMap((id): readonly PairOutcome[] => {
    const edge = now.get(id) ?? old.get(id);
    if (edge === undefined || !isNamed(edge)) return [];
    const [from, to] = [parseNodeId(edge.source), parseNodeId(edge.target)];
    if (from === null || to === null || !(reaches(from, to) || sources.has(edge.source))) return [];
    const pair = pairOutcome(
      old.get(id) ?? null,
      now.get(id) ?? null,
      { before, since },
      goesOn(edge, [before, since]),
    );
    if (pair === null) return [];
    return reaches(from, to) || items.some((item) => means(item, pair)) ? [pair] : [];
  });
  return found.toSorted(
    (a, b) => b.alarms.length - a.alarms.length || (b.since ?? 0) - (a.since ?? 0) || (keyOf(a) < keyOf(b) ? -1 : 1),
  );
}

/** Its caller still calls a service behind which this target stood: others answer. */
function goesOn({ source, target }: GraphEdge, [before, since]: readonly [Traffic, Traffic]): boolean {
  const services = before.through.filter((each) => each.half && each.target === target).map((each) => each.source);
  return since.through.some(
    (each) => !each.half && each.source === source && services.includes(each.target) && callRate(each) > 0,
  );
}

/** Who answers calls to a service since, those that reached nobody left out. */
function sharesOf(service: string, { through, seconds }: Traffic): readonly VersionShare[] {
  const halves = asked(through.filter((each) => each.half && each.source === service && each.protocol !== "tcp"));
  const total = halves.reduce((sum, each) => sum + callRate(each) * seconds, 0);
  if (total === 0) return [];
  const counts = Map.groupBy(halves, ({ target }) => target);
  return [...counts]
    .map(([target, list]): VersionShare => {
      const count = list.reduce((sum, each) => sum + callRate(each) * seconds, 0);
      return { service, target, share: count / total, count, total, ...wilson(count, total, Z95) };
    })
    .toSorted((a, b) => b.share - a.share || (a.target < b.target ? -1 : 1));
}
