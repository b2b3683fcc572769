/** POST /meaning/impact/samples: what traces and access logs say of the items that metrics can't decide, read as the viewer and kept nowhere. */
import type { ImpactRequest } from "#lib/api/impact.ts";
import type { ImpactSamplesAnswer } from "#lib/api/impact-samples.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { nodeId } from "#lib/graph/id.ts";
import { isTo, type ObservedCall, sampler } from "#lib/mesh/impact.ts";
import { accessFormats } from "#lib/mesh/meaning.ts";
import type { LogSample, SampleCounts, TraceSample } from "#lib/policy/impact-samples.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import { settingsOf } from "../policy/settings.ts";
import { slowly } from "../slowly.ts";
import { Slots } from "../stream/slots.ts";
import { drafted } from "./draft.ts";
import { evaluatedOf, type Impacts, type Worked } from "./impact.ts";
import { type Heard, type HeardDeps, heardOf, type Who } from "./sample-heard.ts";
import type { LoggedRequest, LoggedRequests } from "./sample-lines.ts";
import { type Asked, chosenPairs } from "./sample-pairs.ts";
import { keeperOf } from "./sample-places.ts";
import { type Found, Tally } from "./sample-tally.ts";

export interface SampleDeps extends HeardDeps {
  readonly impacts: Pick<Impacts, "work">;
  readonly slots: Slots;
}

/** One reads logs of three servers at a time, each of several pods, and whole traces: a few at once, of one session two. */
export const sampleSlots = () =>
  new Slots(8, 2, {
    all: (limit) => `This console looks at samples for ${limit} plans already. Try again in a few seconds.`,
    own: (limit) => `Samples are looked at for ${limit} plans of this session already. Try again in a few seconds.`,
  });

/**
 * A source that fails, or that the viewer may not read, says so and fails no other.
 * @throws MeshscopeError as POST /meaning/impact; `too_many_streams` where others are under way
 */
export async function showImpactSamples(
  deps: SampleDeps,
  credential: Credential,
  request: ImpactRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<ImpactSamplesAnswer> {
  const { viewer, changes } = await drafted(deps, credential, request, signal);
  const evaluated = evaluatedOf(changes);
  const nothing = { at: formatInstant(deps.timers.now()), items: [], left: 0 };
  if (evaluated.length === 0) return nothing;
  const giveBack = deps.slots.take(credential.session);
  try {
    const worked = await deps.impacts.work(request.cluster, viewer, evaluated, signal);
    if (typeof worked === "string") return { ...nothing, notEvaluated: worked };
    return await samplesOf(deps, { credential, viewer }, worked, signal);
  } finally {
    giveBack();
  }
}

async function samplesOf(
  deps: SampleDeps,
  who: Who,
  worked: Worked,
  signal: AbortSignal,
): Promise<ImpactSamplesAnswer> {
  const { formats } = accessFormats(settingsOf(deps, worked.world.cluster, who.viewer));
  const { asked, left } = chosenPairs(worked, [...new Set(formats.flatMap(({ headers }) => headers))]);
  const heard = await heardOf(deps, who, worked, asked, signal);
  const text = deps.text(who.viewer);
  const judge = sampler(worked);
  const items: ImpactSamplesAnswer["items"] = [];
  for (const each of asked) {
    const { verdict, source, target, protocol, seen } = each.item;
    const tally = new Tally(judge, each.calls, verdict, text);
    const traces = each.tells.traces ? tracesOf(each, heard, worked) : null;
    const logs = each.tells.logs ? logsOf(each, heard, worked) : null;
    items.push(
      structuredClone({
        ...{ verdict, source, target, protocol, seen },
        traces: traces && { ...traces.told, ...(await slowly(tally.of(traces.found), deps.timers, signal)) },
        logs: logs && { ...logs.told, ...(await slowly(tally.of(logs.found), deps.timers, signal)) },
      }) as ImpactSamplesAnswer["items"][number],
    );
  }
  return { at: formatInstant(worked.traffic.at), items, left };
}

interface Gathered<T> {
  readonly found: readonly Found[];
  readonly told: Omit<T, keyof SampleCounts>;
}

const distinct = (calls: readonly ObservedCall[]): readonly string[] => [
  ...new Set(calls.map(({ target }) => nodeId(target))),
];

function tracesOf({ item, calls }: Asked, { spans }: Heard, { traffic }: Worked): Gathered<TraceSample> {
  const heard = distinct(calls).flatMap((target) => {
    const own = spans.get(target);
    return own === undefined ? [] : [{ target, ...own }];
  });
  const found = heard.flatMap(({ requests }) =>
    requests
      .filter(({ source }) => source === item.source)
      .map(
        ({ request, trace: id, backend }): Found => ({
          ...{ request, sends: null, address: null },
          trace: { id, backend },
        }),
      ),
  );
  const expected = heard.map(({ target, since }) => {
    const own = calls.filter((call) => nodeId(call.target) === target);
    return own.reduce((sum, { rate }) => sum + rate, 0) * (traffic.at - since);
  });
  return {
    found,
    told: {
      since: formatInstant(unixSeconds(Math.min(traffic.at, ...heard.map(({ since }) => since)))),
      calls: expected.reduce((sum, each) => sum + each, 0),
      full: heard.some(({ full }) => full),
      problems: [...new Set(heard.flatMap(({ problem }) => problem ?? []))],
    },
  };
}

function logsOf({ item, calls }: Asked, { logs }: Heard, worked: Worked): Gathered<LogSample> {
  const keepers = new Map(calls.map((call) => keeperOf(call, worked)).map((each) => [each.key, each]));
  const heard = [...keepers].flatMap(([key, { by }]) => {
    const own = logs.get(key);
    return own === undefined ? [] : [{ by, ...own }];
  });
  const targets = new Set(distinct(calls));
  const ofPair = heard
    .flatMap(({ requests }) => requests)
    .filter(
      ({ to, target }) =>
        (to === undefined || calls.some((call) => isTo(call, to))) && (target === null || targets.has(target)),
    );
  const isOwn = ({ source, target }: LoggedRequest) => source === item.source && target !== null;
  const isUnnamed = ({ source, target }: LoggedRequest) =>
    source === null || (source === item.source && target === null);
  const sum = (of: (each: LoggedRequests) => number) => heard.reduce((total, each) => total + of(each), 0);
  const [since = null] = heard.flatMap((each) => each.since ?? []).toSorted();
  return {
    found: ofPair.filter(isOwn).map(({ source: _, target: __, ...each }): Found => ({ ...each, trace: null })),
    told: {
      by: [...new Set(heard.map(({ by }) => by))],
      ...{ since, lines: sum(({ lines }) => lines), newest: heard.every(({ newest }) => newest) },
      unnamed: ofPair.filter(isUnnamed).length,
      pods: { read: sum(({ pods }) => pods.read), all: sum(({ pods }) => pods.all) },
      problems: [...new Set(heard.flatMap(({ problems }) => problems))],
    },
  };
}
