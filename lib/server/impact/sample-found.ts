/** What of all that was read is of one item's pair: its spans, its lines. */
import { formatInstant } from "#lib/api/instant.ts";
import { nodeId } from "#lib/graph/id.ts";
import { isTo, type ObservedCall, type Sampled } from "#lib/mesh/impact.ts";
import { headerLacked, type LogSample, type SampleCounts, type TraceSample } from "#lib/policy/impact-samples.ts";
import { unixSeconds } from "#lib/units.ts";
import type { SentRequest } from "../tracing/sent-spans.ts";
import type { Worked } from "./impact.ts";
import { type Heard, serversSpans } from "./sample-heard.ts";
import type { LoggedRequest, LoggedRequests } from "./sample-lines.ts";
import type { Asked } from "./sample-pairs.ts";
import { keeperOf } from "./sample-places.ts";
import { serverOf } from "./sample-servers.ts";
import type { Found } from "./sample-tally.ts";

interface Gathered<T> {
  readonly found: readonly Found[];
  readonly told: Omit<T, keyof SampleCounts>;
}

const distinct = (calls: readonly ObservedCall[]): readonly string[] => [
  ...new Set(calls.map(({ target }) => nodeId(target))),
];

const rateOf = (calls: readonly ObservedCall[]): number => calls.reduce((sum, { rate }) => sum + rate, 0);

/** Spans of its servers; where none of them is of the pair, those that its caller alone made. */
export function tracesOf(asked: Asked, heard: Heard, worked: Worked): Gathered<TraceSample> {
  const { item, calls } = asked;
  const { at } = worked.traffic;
  const servers = distinct(calls).flatMap((target) => {
    const own = heard.spans.get(target);
    return own === undefined ? [] : [{ target, ...own }];
  });
  const found = serversSpans(asked, heard.spans).map(
    ({ request, rewritten, trace: id, backend }): Found => ({
      ...{ request, sends: null, address: null },
      ...(rewritten ? { rewritten } : {}),
      trace: { id, backend },
    }),
  );
  const sent = found.length === 0 ? heard.sent.get(item.source) : undefined;
  const lone = (sent?.requests ?? []).filter((each) => isOf(each, calls, worked));
  const problems = [
    ...new Set([...servers, ...(sent === undefined ? [] : [sent])].flatMap(({ problem }) => problem ?? [])),
  ];
  if (sent !== undefined && lone.length > 0) {
    const told = { since: formatInstant(sent.since), calls: rateOf(calls) * (at - sent.since), full: sent.full };
    return { found: lone.map(foundOf), told: { by: "client", ...told, problems } };
  }
  const expected = servers.map(
    ({ target, since }) => rateOf(calls.filter((call) => nodeId(call.target) === target)) * (at - since),
  );
  return {
    found,
    told: {
      by: "server",
      since: formatInstant(unixSeconds(Math.min(at, ...servers.map(({ since }) => since)))),
      calls: expected.reduce((sum, each) => sum + each, 0),
      full: servers.some(({ full }) => full),
      problems,
    },
  };
}

/** Whether one that only the caller saw is of these calls: by its Service, and the workload that it went or would have gone to. */
function isOf(
  { service, address }: SentRequest,
  calls: readonly ObservedCall[],
  { world: { inventory } }: Worked,
): boolean {
  const server = serverOf(inventory.services.get(`${service.namespace}/${service.name}`), address, inventory);
  return calls.some(
    (call) =>
      nodeId(call.target) === server &&
      call.service?.namespace === service.namespace &&
      call.service.name === service.name,
  );
}

const foundOf = ({ service, request, trace: id, backend }: SentRequest): Found => ({
  ...{ request, sends: null, address: null, by: "client", to: `${service.name}.${service.namespace}.svc` },
  trace: { id, backend },
});

/** Of what lines of the pair hold, what may decide: requests are judged once each, and each has another id. */
function pared({ headers, front, ...rest }: Sampled, lacks: readonly string[]): Sampled {
  const asked = new Set(lacks.flatMap((fact) => headerLacked(fact) ?? []));
  const kept = Object.entries(headers ?? {}).filter(([name]) => asked.has(name));
  const addresses = lacks.some((fact) => fact.endsWith("address"));
  return {
    ...rest,
    ...(kept.length === 0 ? {} : { headers: Object.fromEntries(kept) }),
    ...(front === undefined ? {} : { front: addresses ? front : bare(front) }),
  };
}

const bare = ({ at, port }: NonNullable<Sampled["front"]>): NonNullable<Sampled["front"]> =>
  port === undefined ? { at } : { at, port };

export function logsOf({ item, calls, lacks }: Asked, { logs }: Heard, worked: Worked): Gathered<LogSample> {
  const keepers = new Map(calls.map((call) => keeperOf(call, worked)).map((each) => [each.key, each]));
  const heard = [...keepers].flatMap(([key, { by }]) => {
    const own = logs.get(key);
    return own === undefined ? [] : [{ by, ...own }];
  });
  const targets = new Set(distinct(calls));
  const ofPair = heard
    .flatMap(({ requests }) => requests)
    .filter(
      ({ to, target, bytes }) =>
        (to === undefined || calls.some((call) => isTo(call, to))) &&
        (target === null || targets.has(target)) &&
        (bytes === null || bytes === (item.protocol === "tcp")),
    );
  const isOwn = ({ source, target }: LoggedRequest) => source === item.source && target !== null;
  const isUnnamed = ({ source, target }: LoggedRequest) =>
    source === null || (source === item.source && target === null);
  const sum = (of: (each: LoggedRequests) => number) => heard.reduce((total, each) => total + of(each), 0);
  const [since = null] = heard.flatMap((each) => each.since ?? []).toSorted();
  return {
    found: ofPair
      .filter(isOwn)
      .map(({ source: _, target: __, bytes: ___, ...each }): Found => ({ ...pared(each, lacks), trace: null })),
    told: {
      by: [...new Set(heard.map(({ by }) => by))],
      ...{ since, lines: sum(({ lines }) => lines), newest: heard.every(({ newest }) => newest) },
      unnamed: ofPair.filter(isUnnamed).length,
      pods: { read: sum(({ pods }) => pods.read), all: sum(({ pods }) => pods.all) },
      problems: [...new Set(heard.flatMap(({ problems }) => problems))],
    },
  };
}
